//! Which programs manage services and packages here.

use std::path::Path;

use rustle_runtime::prelude::*;
use rustle_runtime::process::find_executable;

use super::{Gathering, content};

pub(super) fn has(name: &str) -> bool {
    matches!(name, "service_mgr" | "pkg_mgr")
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    gathering.put("service_mgr", services());
    let family = gathering.facts.get("os_family").map(Value::to_string).unwrap_or_default();
    gathering.put("pkg_mgr", packages(&family, &|path| Path::new(path).exists()));
}

/// What manages services: the first process where it is known, else what is installed.
fn services() -> String {
    let first = content("/proc/1/comm")
        .or_else(|| Some(std::fs::read_link("/sbin/init").ok()?.file_name()?.to_string_lossy().into_owned()));
    if let Some(name) = first.filter(|it| it != "init" && !it.ends_with("sh")) {
        return match name.as_str() {
            "procd" => "openwrt_init".into(),
            "runit-init" => "runit".into(),
            "svscan" => "svc".into(),
            "openrc-init" => "openrc".into(),
            _ => name,
        };
    }
    let exists = |path: &str| Path::new(path).exists();
    let path = std::env::var_os("PATH");
    let systemctl = find_executable("systemctl".as_ref(), path.as_deref()).is_some();
    let booted = ["/run/systemd/system/", "/dev/.run/systemd/", "/dev/.systemd/"].into_iter().any(exists);
    let linked =
        std::fs::read_link("/sbin/init").is_ok_and(|it| it.file_name().is_some_and(|it| it == "systemd"));
    let initctl = find_executable("initctl".as_ref(), path.as_deref()).is_some();
    let manager = if systemctl && booted {
        "systemd"
    } else if initctl && exists("/etc/init/") {
        "upstart"
    } else if exists("/sbin/openrc") {
        "openrc"
    } else if systemctl && linked {
        "systemd"
    } else if exists("/etc/init.d/") {
        "sysvinit"
    } else if exists("/etc/dinit.d/") {
        "dinit"
    } else {
        "service"
    };
    manager.to_owned()
}

/// Where package managers are, the later ones winning.
const PACKAGE_MANAGERS: &[(&str, &str)] = &[
    ("/usr/bin/rpm-ostree", "atomic_container"),
    ("/usr/bin/yum", "dnf"),
    ("/usr/bin/dnf-3", "dnf"),
    ("/usr/bin/dnf5", "dnf5"),
    ("/usr/bin/apt-get", "apt"),
    ("/usr/bin/zypper", "zypper"),
    ("/usr/sbin/urpmi", "urpmi"),
    ("/usr/bin/pacman", "pacman"),
    ("/bin/opkg", "opkg"),
    ("/usr/local/bin/brew", "homebrew"),
    ("/sbin/apk", "apk"),
    ("/usr/sbin/pkg", "pkgng"),
    ("/usr/bin/emerge", "portage"),
    ("/usr/bin/xbps-install", "xbps"),
    ("/usr/bin/swupd", "swupd"),
];

fn packages(family: &str, exists: &dyn Fn(&str) -> bool) -> &'static str {
    let last = PACKAGE_MANAGERS.iter().rev().find(|(path, _)| exists(path)).map(|(_, name)| *name);
    match (family, last) {
        ("RedHat", _) if exists("/usr/bin/rpm-ostree") && exists("/run/ostree-booted") => "atomic_container",
        ("RedHat", _) if exists("/usr/bin/dnf5") => "dnf5",
        ("RedHat", _) if exists("/usr/bin/dnf-3") || exists("/usr/bin/microdnf") => "dnf",
        ("Debian", _) if exists("/usr/bin/apt-get") => "apt",
        ("Altlinux", Some("apt")) => "apt_rpm",
        (_, Some(name)) => name,
        (_, None) => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_decides_between_several() {
        let has = |present: &'static [&'static str]| move |path: &str| present.contains(&path);
        assert_eq!(packages("Debian", &has(&["/usr/bin/apt-get", "/usr/bin/dnf5"])), "apt");
        assert_eq!(packages("RedHat", &has(&["/usr/bin/dnf-3", "/usr/bin/yum"])), "dnf");
        assert_eq!(packages("Alpine", &has(&["/sbin/apk"])), "apk");
        assert_eq!(packages("", &has(&[])), "unknown");
    }
}
