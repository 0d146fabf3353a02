//! SELinux, AppArmor, capabilities, FIPS.

use std::path::Path;

use rustle_runtime::prelude::*;

use super::{Gathering, content};

const NAMES: &[&str] = &[
    "apparmor",
    "fips",
    "selinux",
    "selinux_python_present",
    "system_capabilities",
    "system_capabilities_enforced",
];

pub(super) fn has(name: &str) -> bool {
    NAMES.contains(&name)
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    gathering.put("selinux", selinux());
    gathering.put("selinux_python_present", true);
    let apparmor = if Path::new("/sys/kernel/security/apparmor").exists() { "enabled" } else { "disabled" };
    gathering.put("apparmor", Map::from([("status", apparmor)]));
    gathering.put("fips", content("/proc/sys/crypto/fips_enabled").as_deref() == Some("1"));
}

/// The state of SELinux, from its own file system and configuration.
fn selinux() -> Map {
    let root = ["/sys/fs/selinux", "/selinux"].into_iter().find(|it| Path::new(it).join("enforce").exists());
    let Some(root) = root else { return Map::from([("status", "disabled")]) };
    let mode = |enforcing: bool| if enforcing { "enforcing" } else { "permissive" };
    let mut facts = Map::from([("status", "enabled")]);
    facts.insert("mode", mode(content(format!("{root}/enforce")).as_deref() == Some("1")));
    if let Some(version) = content(format!("{root}/policyvers")).and_then(|it| it.parse::<i64>().ok()) {
        facts.insert("policyvers", version);
    }
    let config = content("/etc/selinux/config").unwrap_or_default();
    let setting = |key: &str| {
        let mut lines = config.lines().filter_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='));
        lines.next().map(|it| it.trim().to_owned())
    };
    facts.insert("config_mode", setting("SELINUX").unwrap_or_else(|| "unknown".into()));
    facts.insert("type", setting("SELINUXTYPE").unwrap_or_else(|| "unknown".into()));
    facts
}
