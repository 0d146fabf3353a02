//! Names that several crates must agree on.

/// The root below which a runner's embedded files appear to its playbook: `playbook_dir` is this folder, and
/// `role_path` lies below it. No such folder exists on the host.
pub const BUNDLE_ROOT: &str = "/@bundle";

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
