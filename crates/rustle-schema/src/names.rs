//! Names that several crates must agree on.

/// The root below which a runner's embedded files appear to its playbook: `playbook_dir` is this folder, and
/// `role_path` lies below it. No such folder exists on the host.
pub const BUNDLE_ROOT: &str = "/@bundle";

/// The folder of a bundle in which sealed secrets lie. No file of a project may lie below it.
pub const SEALED_FOLDER: &str = "@sealed";

/// The prefixes under which a builtin module may be named in full.
const BUILTIN_PREFIXES: [&str; 3] = ["ansible.builtin.", "ansible.legacy.", "rustle.builtin."];

/// The name of a module as it is registered: builtins by their short name, all others in full.
///
/// ```
/// use rustle_schema::names::canonical;
/// assert_eq!(canonical("ansible.builtin.copy"), "copy");
/// assert_eq!(canonical("acme.greet"), "acme.greet");
/// ```
pub fn canonical(name: &str) -> &str {
    BUILTIN_PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// The modules of ansible-core 2.19, as `ansible-doc --list` names them, sorted.
const ANSIBLE_BUILTIN: [&str; 72] = [
    "add_host",
    "apt",
    "apt_key",
    "apt_repository",
    "assemble",
    "assert",
    "async_status",
    "async_wrapper",
    "blockinfile",
    "command",
    "copy",
    "cron",
    "deb822_repository",
    "debconf",
    "debug",
    "dnf",
    "dnf5",
    "dpkg_selections",
    "expect",
    "fail",
    "fetch",
    "file",
    "find",
    "gather_facts",
    "get_url",
    "getent",
    "git",
    "group",
    "group_by",
    "hostname",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include_role",
    "include_tasks",
    "include_vars",
    "iptables",
    "known_hosts",
    "lineinfile",
    "meta",
    "mount_facts",
    "package",
    "package_facts",
    "pause",
    "ping",
    "pip",
    "raw",
    "reboot",
    "replace",
    "rpm_key",
    "script",
    "service",
    "service_facts",
    "set_fact",
    "set_stats",
    "setup",
    "shell",
    "slurp",
    "stat",
    "subversion",
    "systemd",
    "systemd_service",
    "sysvinit",
    "tempfile",
    "template",
    "unarchive",
    "uri",
    "user",
    "validate_argument_spec",
    "wait_for",
    "wait_for_connection",
    "yum_repository",
];

/// Whether ansible-core has a module of this short name, which Rustle may have or not.
///
/// ```
/// use rustle_schema::names::is_ansible_builtin;
/// assert!(is_ansible_builtin("iptables") && !is_ansible_builtin("docker_image"));
/// ```
pub fn is_ansible_builtin(name: &str) -> bool {
    ANSIBLE_BUILTIN.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(ANSIBLE_BUILTIN.is_sorted());
    }
}
