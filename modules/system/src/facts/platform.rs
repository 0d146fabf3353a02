//! The kernel, the machine and its names.

use std::net::ToSocketAddrs;

use rustle_runtime::prelude::*;
use rustle_runtime::process::{Program, find_executable};

use super::{Gathering, content};

const NAMES: &[&str] = &[
    "architecture",
    "cmdline",
    "dns",
    "domain",
    "fqdn",
    "hostname",
    "is_chroot",
    "kernel",
    "kernel_version",
    "loadavg",
    "machine",
    "machine_id",
    "nodename",
    "proc_cmdline",
    "python",
    "python_version",
    "system",
    "uptime_seconds",
    "userspace_architecture",
    "userspace_bits",
];

pub(super) fn has(name: &str) -> bool {
    NAMES.contains(&name)
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let uname = rustix::system::uname();
    let text = |it: &std::ffi::CStr| it.to_string_lossy().into_owned();
    let machine = text(uname.machine());
    let node = text(uname.nodename());
    gathering.put("system", text(uname.sysname()));
    gathering.put("kernel", text(uname.release()));
    gathering.put("kernel_version", text(uname.version()));
    gathering.put("machine", machine.as_str());
    gathering.put("architecture", architecture(&machine));
    gathering.put("userspace_bits", if cfg!(target_pointer_width = "64") { "64" } else { "32" });
    gathering.put("userspace_architecture", architecture(std::env::consts::ARCH));
    let fqdn = qualified(&node);
    gathering.put("nodename", node.as_str());
    gathering.put("hostname", node.split('.').next().unwrap_or_default());
    gathering.put("domain", fqdn.split_once('.').map_or("", |(_, domain)| domain));
    gathering.put("fqdn", fqdn);
    let id = content("/var/lib/dbus/machine-id").or_else(|| content("/etc/machine-id"));
    if let Some(id) = id {
        gathering.put("machine_id", id);
    }
    if let Some(uptime) = content("/proc/uptime").and_then(|it| it.split('.').next()?.parse::<i64>().ok()) {
        gathering.put("uptime_seconds", uptime);
    }
    if let Some(load) = content("/proc/loadavg") {
        let mut averages = load.split_whitespace().filter_map(|it| it.parse::<f64>().ok());
        let mut next = || averages.next().unwrap_or_default();
        let (one, five, fifteen) = (next(), next(), next());
        gathering.put("loadavg", Map::from([("1m", one), ("5m", five), ("15m", fifteen)]));
    }
    let line = content("/proc/cmdline").unwrap_or_default();
    gathering.put("cmdline", kernel_arguments(&line, false));
    gathering.put("proc_cmdline", kernel_arguments(&line, true));
    gathering.put("is_chroot", is_chroot());
    gathering.put("dns", resolver());
    python(gathering);
}

/// The architecture as Ansible names it: that of the machine, all of the PC's 32-bit ones being `i386`.
fn architecture(machine: &str) -> &str {
    match machine {
        "x86" | "i386" | "i486" | "i586" | "i686" => "i386",
        other => other,
    }
}

/// The full name of this machine, as the resolver tells it; its plain name where there is no other.
fn qualified(node: &str) -> String {
    if node.contains('.') {
        return node.to_owned();
    }
    // /etc/hosts is what says it nearly everywhere; a name server is not asked for the name of the machine itself.
    let hosts = content("/etc/hosts").unwrap_or_default();
    for line in hosts.lines().map(|line| line.split('#').next().unwrap_or_default()) {
        let names: Vec<&str> = line.split_whitespace().skip(1).collect();
        if names.contains(&node)
            && let Some(full) = names.iter().find(|name| name.contains('.'))
        {
            return (*full).to_owned();
        }
    }
    let loopback = (node, 0).to_socket_addrs().is_ok_and(|mut found| found.any(|it| it.ip().is_loopback()));
    if loopback { "localhost".into() } else { node.to_owned() }
}

/// The kernel's command line; what is named twice is the last, or (`all`) a list.
fn kernel_arguments(line: &str, all: bool) -> Map {
    let mut arguments = Map::new();
    for word in line.split_whitespace() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Value::from(value)),
            None => (word, Value::Bool(true)),
        };
        let value = match arguments.get(name) {
            Some(Value::List(before)) if all => before.iter().cloned().chain([value]).collect(),
            Some(before) if all => Value::list([before.clone(), value]),
            _ => value,
        };
        arguments.insert(name, value);
    }
    arguments
}

/// Whether the root of this process is another than that of the first one (or, where that cannot be seen, no usual root).
fn is_chroot() -> bool {
    use std::os::unix::fs::MetadataExt;
    if std::env::var_os("debian_chroot").is_some() {
        return true;
    }
    let Ok(root) = std::fs::metadata("/") else { return false };
    match std::fs::metadata("/proc/1/root/.") {
        Ok(first) => (root.ino(), root.dev()) != (first.ino(), first.dev()),
        Err(_) => !matches!(root.ino(), 1 | 2 | 128 | 256),
    }
}

/// `/etc/resolv.conf` (resolv.conf(5)).
fn resolver() -> Map {
    let mut dns = Map::new();
    let text = content("/etc/resolv.conf").unwrap_or_default();
    for line in text.lines().filter(|line| !line.starts_with(['#', ';'])) {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("nameserver") => {
                let mut servers: Vec<Value> = dns
                    .get("nameservers")
                    .and_then(Value::as_items)
                    .map(<[Value]>::to_vec)
                    .unwrap_or_default();
                servers.extend(words.map(Value::from));
                dns.insert("nameservers", servers);
            }
            Some("domain") => {
                if let Some(domain) = words.next() {
                    dns.insert("domain", domain);
                }
            }
            Some(key @ ("search" | "sortlist")) => {
                dns.insert(key, words.collect::<Value>());
            }
            Some("options") => {
                let options = words.map(|word| match word.split_once(':') {
                    Some((name, value)) => (name, Value::from(value)),
                    None => (word, Value::Bool(true)),
                });
                dns.insert("options", options.collect::<Map>());
            }
            _ => {}
        }
    }
    dns
}

/// The Python of the machine, which a runner does not need: its version alone is told.
fn python(gathering: &mut Gathering<'_>) {
    let path = std::env::var_os("PATH");
    let Some(python) = find_executable("python3".as_ref(), path.as_deref()) else { return };
    let Ok(finished) = Program::new([python.as_os_str(), "--version".as_ref()]).run(gathering.ctx) else {
        return;
    };
    let text = String::from_utf8_lossy(&finished.stdout).into_owned();
    let Some(version) = text.trim().strip_prefix("Python ") else { return };
    let mut parts = version.split('.').map(|part| part.parse::<i64>().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    let numbers = Map::from([("major", next()), ("minor", next()), ("micro", next())]);
    gathering.put("python_version", version);
    gathering.put(
        "python",
        Map::from([
            ("executable", Value::from(python.display().to_string())),
            ("type", Value::from("cpython")),
            ("version", Value::Map(numbers)),
        ]),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_arguments_are_read() {
        let last = kernel_arguments("quiet console=tty0 console=ttyS0", false);
        assert_eq!(last.get("console"), Some(&Value::from("ttyS0")));
        let all = kernel_arguments("quiet console=tty0 console=ttyS0 console=x", true);
        assert_eq!(all.get("console"), Some(&["tty0", "ttyS0", "x"].into_iter().collect()));
        assert_eq!(all.get("quiet"), Some(&Value::Bool(true)));
    }
}
