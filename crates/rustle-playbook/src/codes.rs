//! The names of all checks.

use crate::problem::Severity;

/// One check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its name, which [`Problem::code`](crate::Problem::code) holds.
    pub name: &'static str,
    /// How bad what it finds is. Warnings and notes can be allowed or denied by name.
    pub severity: Severity,
    /// What it finds.
    pub doc: &'static str,
}

const fn error(name: &'static str, doc: &'static str) -> Code {
    Code { name, severity: Severity::Error, doc }
}

const fn warning(name: &'static str, doc: &'static str) -> Code {
    Code { name, severity: Severity::Warning, doc }
}

/// All checks, by name. Those of [`Severity::Warning`] that keep a name from being found (`file-not-found`,
/// `role-not-found`) are errors where the name is written out.
pub const CODES: [Code; 66] = [
    warning("ambiguous-name", "a host and a group have the same name"),
    error("bad-arguments", "a quote or a template block in `key=value` arguments is not closed"),
    error("bad-vault", "something claims to be encrypted with ansible-vault and is not"),
    error("become-method-not-supported", "a become method other than `sudo` and `su`"),
    error("block-in-handlers", "a block stands among handlers"),
    warning("braces-in-condition", "a condition, which is an expression already, is written with braces"),
    error("conflicting-actions", "a task names two modules"),
    error("dependency-ring", "tasks or batches of a plan depend on each other in a ring"),
    warning("duplicate-key", "a key stands twice in a mapping"),
    error("empty-condition", "a condition is empty"),
    warning("empty-file", "a file says nothing"),
    warning("empty-keyword", "a keyword has no value"),
    error("empty-playbook", "a playbook has no plays"),
    warning("file-not-found", "a file without which nothing can be built is not there"),
    error("free-form-not-supported", "free-form text for a module that takes none"),
    error("import-loop", "files import each other without end"),
    error("invalid-name", "the name of a variable that cannot be one"),
    error("inventory-syntax", "an inventory that cannot be read"),
    error("json-syntax", "text that is not JSON"),
    error("loop-conflict", "a task has two loops"),
    error("loop-on-import", "a static import has a loop"),
    warning("lost-block", "a plan has lost `rescue` and `always` of a block"),
    warning("lost-handler", "a plan has lost a handler, or the topics it listened to"),
    warning("lost-hosts", "a plan has lost which hosts a play is for"),
    warning("lost-loop", "a plan has lost a loop"),
    warning("lost-register", "a plan has lost what registered a result"),
    warning("lost-text", "a plan has lost a word that looked like a boolean"),
    error("missing-argument", "an include or import without the name of a file or role"),
    warning(
        "missing-file",
        "a file whose name is written out is in none of the places where it is looked for",
    ),
    error("missing-hosts", "a play without hosts"),
    error("nested-too-deep", "too many blocks and imports within one another"),
    error("no-action", "a task that names no module"),
    error("no-block", "`rescue` or `always` without `block`"),
    warning("no-effect", "a keyword that does nothing where it stands"),
    error("not-utf8", "a file that is not UTF-8"),
    error("outside-project", "a file above the project's root"),
    warning("password-in-plan", "a password stands in a plan"),
    error("reserved-argument", "an argument whose name begins with `_ansible_`"),
    error("role-in-handlers", "a role is included among handlers"),
    error("role-loop", "a role uses itself"),
    warning("role-not-found", "a role that is in none of the places where it is looked for"),
    error("rollback-not-supported", "a plan asks for a rollback"),
    error("secrets-not-supported", "a plan has secrets"),
    error("static-name", "a name that must be known when the runner is built, and is not"),
    error("templated-action", "which module a task runs depends on a variable"),
    warning("total-differs", "a plan claims another number of tasks than it has"),
    Code {
        name: "type-differs",
        severity: Severity::Note,
        doc: "the type of a task in a plan is not that of its module",
    },
    error("unknown-argument", "an argument of an include or import that does not exist"),
    error("unknown-dependency", "a task or batch of a plan depends on one that does not exist"),
    error("unknown-handler", "a handler is notified that does not exist"),
    error("unknown-keyword", "a keyword that does not exist"),
    error("unknown-loop", "`with_` and the name of a lookup that does not exist"),
    error("unknown-meta", "a `meta` action that does not exist"),
    error("unknown-shape", "JSON that is no plan"),
    error("unknown-variant", "a word in a plan that none of its planners know"),
    warning("unreachable-handler", "a handler that nothing can notify"),
    error("unreadable-file", "a file that cannot be read"),
    error("unsealed-secret", "something is encrypted with ansible-vault and not sealed"),
    warning("unsupported-backoff", "a plan asks for growing delays between attempts"),
    error("unsupported-inventory", "a script, a plugin or TOML as an inventory"),
    error("unsupported-keyword", "a keyword that is not supported yet"),
    error("unsupported-loop", "`with_` and a lookup that is not supported there yet"),
    error("unsupported-pattern", "a pattern of hosts in a plan that is not supported yet"),
    error("vault-not-supported", "tasks or hosts are encrypted with ansible-vault"),
    error("wrong-type", "a value of the wrong kind"),
    error("yaml-syntax", "text that is not YAML"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The codes that the sources name.
    fn used(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, found);
            } else if path.file_name().is_some_and(|name| name != "codes.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let calls = ["Problem::error(", "Problem::warning(", "Problem::note(", "self.lost("];
                for call in calls {
                    for rest in text.split(call).skip(1) {
                        let rest = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
                        found.extend(rest.map(|(code, _)| code.to_owned()));
                    }
                }
            }
        }
    }

    #[test]
    fn every_check_is_listed_and_every_listed_one_exists() {
        let mut found = BTreeSet::new();
        used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        found.retain(|code| code.contains('-'));
        let listed: BTreeSet<String> = CODES.iter().map(|code| code.name.to_owned()).collect();
        assert_eq!(found, listed);
        assert!(CODES.is_sorted_by_key(|code| code.name) && listed.len() == CODES.len());
    }
}
