//! The names of ansible-core's modules: what a key of a task can be besides a keyword.

use rustle_schema::names::{canonical, is_ansible_builtin};

/// What is part of the language rather than a module.
const LANGUAGE: [&str; 6] =
    ["meta", "include_tasks", "include_role", "import_tasks", "import_role", "import_playbook"];

/// Modules that were part of ansible-core once, or that everybody has from its first collections.
const ONCE_BUILTIN: [&str; 10] = [
    "authorized_key",
    "firewalld",
    "modprobe",
    "mount",
    "synchronize",
    "sysctl",
    "ufw",
    "win_command",
    "win_shell",
    "yum",
];

/// Whether `name`, in short or in full, is a module that everybody knows.
pub(crate) fn is_known(name: &str) -> bool {
    let name = canonical(name);
    is_ansible_builtin(name) || ONCE_BUILTIN.contains(&name) || LANGUAGE.contains(&name)
}

/// Whether the free-form text of the module is a command line, of which only a few options are taken out.
pub(crate) fn takes_command_line(name: &str) -> bool {
    let name = canonical(name).strip_prefix("ansible.windows.").unwrap_or(canonical(name));
    matches!(name, "command" | "shell" | "script" | "raw" | "win_command" | "win_shell")
}

/// Whether a module of ansible-core takes free-form text besides `key=value` pairs.
pub(crate) fn takes_free_form(name: &str) -> bool {
    takes_command_line(name)
        || LANGUAGE.contains(&canonical(name))
        || matches!(canonical(name), "include_vars" | "add_host" | "group_by" | "set_fact")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_short_and_in_full() {
        assert!(is_known("copy") && is_known("ansible.builtin.copy") && is_known("ansible.legacy.meta"));
        assert!(!is_known("acme.copy") && !is_known("whn"));
        assert!(takes_command_line("ansible.builtin.shell") && !takes_command_line("copy"));
        assert!(takes_free_form("include_vars") && !takes_free_form("debug"));
    }
}
