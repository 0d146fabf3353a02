//! How a host is reached: Ansible's connection variables, as arguments of the user's `ssh`.

use std::ffi::OsString;
use std::path::Path;

use rustle_value::{Map, Value};

/// How a host is reached.
#[derive(Clone, Debug, PartialEq)]
pub enum Connection {
    /// Over OpenSSH.
    Ssh(Ssh),
    /// It is this machine.
    Local,
    /// In a way that is not known here, which these words tell.
    Refused(String),
}

/// The variables of a host that `ssh` is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ssh {
    /// `ansible_host`, else the host's name.
    pub host: String,
    /// `ansible_port`.
    pub port: Option<u16>,
    /// `ansible_user`.
    pub user: Option<String>,
    /// `ansible_ssh_private_key_file`.
    pub key: Option<String>,
    /// `ansible_ssh_executable`.
    pub executable: Option<String>,
    /// `ansible_ssh_common_args` and `ansible_ssh_extra_args`, as words.
    pub more: Vec<String>,
    /// `ansible_host_key_checking`.
    pub check_host_key: Option<bool>,
}

/// What all connections have in common.
#[derive(Clone, Copy, Debug)]
pub struct Common {
    /// How long a connection may take to come about, in seconds.
    pub timeout: u64,
    /// Whether it is compressed.
    pub compress: bool,
    /// Whether somebody is there who can be asked for a passphrase.
    pub interactive: bool,
}

impl Connection {
    /// What the variables of the host called `name` say; `layers` are those of its groups and its own, the strongest first.
    pub fn of(name: &str, layers: &[Map]) -> Connection {
        match Connection::read(name, layers) {
            Ok(connection) => connection,
            Err(message) => Connection::Refused(message),
        }
    }

    fn read(name: &str, layers: &[Map]) -> Result<Connection, String> {
        let find = |names: &[&str]| -> Result<Option<String>, String> {
            let found =
                layers.iter().find_map(|vars| names.iter().find_map(|name| Some((name, vars.get(name)?))));
            match found {
                None | Some((_, Value::None)) => Ok(None),
                Some((name, Value::Template(_))) => {
                    Err(format!("{name} holds a template; a deployment needs it written out"))
                }
                Some((_, value)) => Ok(Some(value.to_string())),
            }
        };
        match find(&["ansible_connection"])?.as_deref() {
            None | Some("ssh" | "smart" | "ansible.builtin.ssh" | "paramiko" | "paramiko_ssh") => {}
            Some("local" | "ansible.builtin.local") => return Ok(Connection::Local),
            Some(other) => {
                return Err(format!(
                    "ansible_connection '{other}' is not known to a deployment: ssh and local are"
                ));
            }
        }
        if find(&["ansible_ssh_pass", "ansible_ssh_password", "ansible_password"])?.is_some() {
            return Err("it has a password in the inventory, which ssh does not take from others: \
                        use a key, or an agent"
                .into());
        }
        let port = match find(&["ansible_ssh_port", "ansible_port"])? {
            None => None,
            Some(port) => Some(port.trim().parse().map_err(|_| format!("ansible_port '{port}' is no port"))?),
        };
        let mut more = Vec::new();
        for name in ["ansible_ssh_common_args", "ansible_ssh_extra_args"] {
            if let Some(text) = find(&[name])? {
                let words =
                    shlex::split(&text).ok_or_else(|| format!("{name} has a quote that does not end"))?;
                more.extend(words);
            }
        }
        let check = find(&["ansible_ssh_host_key_checking", "ansible_host_key_checking"])?;
        let host = find(&["ansible_ssh_host", "ansible_host"])?.unwrap_or_else(|| name.to_owned());
        if host.is_empty() || host.contains(['\0', '\n']) {
            return Err("it has no address that ssh could be told".into());
        }
        Ok(Connection::Ssh(Ssh {
            host,
            port,
            user: find(&["ansible_ssh_user", "ansible_user"])?,
            key: find(&["ansible_ssh_private_key_file", "ansible_private_key_file"])?.map(|it| home(&it)),
            executable: find(&["ansible_ssh_executable"])?,
            more,
            check_host_key: check
                .map(|text| !matches!(&*text.to_ascii_lowercase(), "false" | "no" | "0" | "off")),
        }))
    }
}

/// A `~/` in front stands for the home folder: no shell sees it.
fn home(path: &str) -> String {
    match (path.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => path.to_owned(),
    }
}

impl Ssh {
    /// The program.
    pub fn program(&self) -> &str {
        self.executable.as_deref().unwrap_or("ssh")
    }

    /// Its arguments up to the host, for connections that share the one at `control`. ssh takes the first of several
    /// values, so what the user says comes first.
    pub fn arguments(&self, control: &Path, common: Common) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = self.more.iter().map(Into::into).collect();
        let mut option = |value: String| arguments.extend(["-o".into(), value.into()]);
        option("ControlMaster=auto".into());
        option(format!("ControlPath={}", control.display()));
        option("ControlPersist=60".into());
        option(format!("ConnectTimeout={}", common.timeout));
        option("ServerAliveInterval=10".into());
        option("ServerAliveCountMax=3".into());
        if !common.interactive {
            option("BatchMode=yes".into());
        }
        if common.compress {
            option("Compression=yes".into());
        }
        if self.check_host_key == Some(false) {
            option("StrictHostKeyChecking=no".into());
        }
        if let Some(user) = &self.user {
            option(format!("User={user}"));
        }
        if let Some(port) = self.port {
            option(format!("Port={port}"));
        }
        if let Some(key) = &self.key {
            option(format!("IdentityFile=\"{key}\""));
        }
        arguments.push("-T".into());
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(vars: &[(&str, &str)]) -> Connection {
        Connection::of("web1", &[vars.iter().map(|(key, value)| (*key, *value)).collect()])
    }

    #[test]
    fn variables_become_arguments() {
        let connection = of(&[
            ("ansible_host", "10.0.0.1"),
            ("ansible_port", "2222"),
            ("ansible_user", "ops"),
            ("ansible_ssh_common_args", "-o 'ProxyCommand=nc %h %p' -F /dev/null"),
        ]);
        let Connection::Ssh(ssh) = connection else { panic!("{connection:?}") };
        let common = Common { timeout: 10, compress: false, interactive: false };
        let arguments = ssh.arguments(Path::new("/c/0"), common);
        let text: Vec<&str> = arguments.iter().filter_map(|it| it.to_str()).collect();
        assert_eq!(text[..4], ["-o", "ProxyCommand=nc %h %p", "-F", "/dev/null"]);
        for wanted in ["User=ops", "Port=2222", "BatchMode=yes", "ControlPath=/c/0"] {
            assert!(text.contains(&wanted), "{text:?}");
        }
        assert_eq!(ssh.host, "10.0.0.1");
    }

    #[test]
    fn a_nearer_layer_wins() {
        let layer = |port: i64| Map::from([("ansible_port", Value::Int(port))]);
        let Connection::Ssh(ssh) = Connection::of("h", &[layer(1), layer(2)]) else { panic!("refused") };
        assert_eq!((ssh.port, ssh.host.as_str()), (Some(1), "h"));
    }

    #[test]
    fn what_cannot_be_reached_is_refused_by_name() {
        assert_eq!(of(&[("ansible_connection", "local")]), Connection::Local);
        for (name, value, word) in [
            ("ansible_connection", "winrm", "winrm"),
            ("ansible_password", "x", "password"),
            ("ansible_port", "ssh", "no port"),
            ("ansible_ssh_common_args", "-o 'x", "quote"),
        ] {
            let Connection::Refused(message) = of(&[(name, value)]) else { panic!("{name}") };
            assert!(message.contains(word), "{message}");
        }
    }
}
