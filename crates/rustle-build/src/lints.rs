//! The warnings that `[lints]` of rustle.toml can allow or deny.

use std::collections::BTreeMap;

use rustle_playbook::{Problem, Severity};

/// What is done about a lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Allow,
    /// It is told.
    Warn,
    /// It keeps the runner from being built.
    Deny,
}

impl Level {
    /// The words for the levels.
    pub const WORDS: [&'static str; 3] = ["allow", "warn", "deny"];

    /// The level's word.
    pub fn word(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }

    /// The level of that name.
    pub fn from_word(word: &str) -> Option<Level> {
        match word {
            "allow" => Some(Level::Allow),
            "warn" => Some(Level::Warn),
            "deny" => Some(Level::Deny),
            _ => None,
        }
    }
}

/// A lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Its name.
    pub name: &'static str,
    /// What is done about it where nobody says.
    pub level: Level,
    /// What it finds.
    pub doc: &'static str,
}

/// A variable that some branch may define and another does not.
pub const MAYBE_UNDEFINED: &str = "maybe-undefined";
/// A file whose name is written out, that is not there when the runner is built.
pub const MISSING_FILE: &str = "missing-file";
/// An argument that is deprecated.
pub const DEPRECATED_ARGUMENT: &str = "deprecated-argument";
/// An argument given under two names.
pub const REPEATED_ARGUMENT: &str = "repeated-argument";
/// A dependency of the runner that provides modules, none of which the plan uses.
pub const UNUSED_MODULE_CRATE: &str = "unused-module-crate";

/// An unquoted mode such as `644`, which is decimal.
pub const DECIMAL_MODE: &str = "decimal-mode";

/// A variable that nothing in the playbook can define.
pub const UNDEFINED_VARIABLE: &str = "undefined-variable";

/// A package from the project itself that is not what was locked.
pub const CHANGED_MODULE: &str = "changed-module";
/// A module crate that nothing pins, beside others that are pinned.
pub const UNLOCKED_MODULE: &str = "unlocked-module";

/// Code of a module that does more than the module declares.
pub const UNDECLARED_PERMISSION: &str = "undeclared-permission";
/// A module or an argument without documentation.
pub const UNDOCUMENTED: &str = "undocumented";

/// A module from elsewhere that has the name of a builtin one.
pub const SHADOWED_BUILTIN: &str = "shadowed-builtin";

/// A feature of a module crate that was not on when it was locked.
pub const UNLOCKED_FEATURE: &str = "unlocked-feature";

/// A release profile that is not the one that the configuration asks for.
pub const PROFILE_DIFFERS: &str = "profile-differs";

/// The lints of the build. Warnings of the playbook's reader can be named in `[lints]` as well.
pub const ALL: [Lint; 14] = [
    Lint {
        name: UNDEFINED_VARIABLE,
        level: Level::Deny,
        doc: "a variable is used that nothing in the playbook can define",
    },
    Lint {
        name: MAYBE_UNDEFINED,
        level: Level::Allow,
        doc: "a variable is used that only some branch of the playbook defines",
    },
    Lint {
        name: MISSING_FILE,
        level: Level::Deny,
        doc: "a file whose name is written out is in none of the places where it is looked for",
    },
    Lint { name: DEPRECATED_ARGUMENT, level: Level::Warn, doc: "an argument is given that is deprecated" },
    Lint { name: REPEATED_ARGUMENT, level: Level::Warn, doc: "an argument is given under two of its names" },
    Lint {
        name: DECIMAL_MODE,
        level: Level::Warn,
        doc: "a mode is written as a decimal number: `644` for `0644`",
    },
    Lint {
        name: UNUSED_MODULE_CRATE,
        level: Level::Allow,
        doc: "Cargo.toml names a module crate of which the plan uses no module",
    },
    Lint {
        name: CHANGED_MODULE,
        level: Level::Deny,
        doc: "a module from the project itself has changed since it was locked",
    },
    Lint {
        name: UNDECLARED_PERMISSION,
        level: Level::Deny,
        doc: "the code of a module does what no permission of it declares",
    },
    Lint { name: UNDOCUMENTED, level: Level::Warn, doc: "an argument of a module has no documentation" },
    Lint {
        name: SHADOWED_BUILTIN,
        level: Level::Deny,
        doc: "a module from elsewhere is called as a builtin one is, and would run in its place",
    },
    Lint {
        name: UNLOCKED_FEATURE,
        level: Level::Warn,
        doc: "a module crate is built with a feature that was not on when it was locked",
    },
    Lint {
        name: UNLOCKED_MODULE,
        level: Level::Warn,
        doc: "a module crate is linked that rustle.lock does not pin, beside others that it does",
    },
    Lint {
        name: PROFILE_DIFFERS,
        level: Level::Warn,
        doc: "the release profile is not the one that `[build] profile` asks for",
    },
];

/// Whether a problem of this code is a lint.
pub(crate) fn is_lint(code: &str) -> bool {
    ALL.iter().any(|lint| lint.name == code)
}

/// Whether nothing is done about a lint.
pub(crate) fn is_allowed(code: &str, set: &BTreeMap<String, Level>) -> bool {
    let by_default = || ALL.iter().find(|lint| lint.name == code).map(|lint| lint.level);
    set.get(code).copied().or_else(by_default) == Some(Level::Allow)
}

/// Warnings of the build and its tools that are no lints, and not of the playbook's reader. `[lints]` can name them as well.
const OTHERS: [&str; 18] = [
    "builtin-name",
    "cargo-lock",
    "manifest-description",
    "manifest-feature",
    "manifest-license",
    "manifest-rust-version",
    "module-path-dependency",
    "module-rust-version",
    "policy-claim",
    "policy-permission",
    "registry-index",
    "store",
    "template-syntax",
    "unknown-filter",
    "unknown-function",
    "unknown-lookup",
    "unknown-test",
    "unused-secret",
];

/// The names that `[lints]` can hold: of lints, and of all other checks.
pub(crate) fn names() -> impl Iterator<Item = &'static str> + Clone {
    let of_reader = rustle_playbook::CODES.iter().map(|code| code.name);
    ALL.iter().map(|lint| lint.name).chain(of_reader).chain(OTHERS)
}

/// Applies the levels that are `set` to `problems`: what is allowed goes, what is denied becomes an error. Errors that are
/// no lints stay as they are.
pub(crate) fn apply(problems: Vec<Problem>, set: &BTreeMap<String, Level>) -> Vec<Problem> {
    let level = |problem: &Problem| -> Option<Level> {
        let lint = ALL.iter().find(|lint| lint.name == problem.code);
        match (set.get(problem.code), lint) {
            (Some(level), Some(_)) => Some(*level),
            (Some(level), None) if problem.severity != Severity::Error => Some(*level),
            (None, Some(lint)) => Some(lint.level),
            _ => None,
        }
    };
    let mut kept = Vec::with_capacity(problems.len());
    for mut problem in problems {
        match level(&problem) {
            Some(Level::Allow) => continue,
            Some(Level::Warn) => problem.severity = Severity::Warning,
            Some(Level::Deny) => problem.severity = Severity::Error,
            None => {}
        }
        kept.push(problem);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_has_a_name_that_can_be_set() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let mut found = 0;
        for entry in walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap) {
            // Tests name checks that do not exist.
            if entry.path().extension().is_none_or(|it| it != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for rest in code.split("Problem::warning(").skip(1) {
                let Some(rest) = rest.trim_start().strip_prefix('"') else { continue };
                let name = rest.split('"').next().unwrap_or_default();
                assert!(names().any(|it| it == name), "{name} in {}", entry.path().display());
                found += 1;
            }
        }
        assert!(found > 5, "{found}");
    }

    #[test]
    fn levels_are_applied() {
        let problems = vec![
            Problem::warning(MAYBE_UNDEFINED, "a"),
            Problem::warning(MISSING_FILE, "b"),
            Problem::warning("of-the-reader", "c"),
            Problem::error("syntax", "d"),
        ];
        let severities = |set: &[(&str, Level)]| {
            let set = set.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
            let kept = apply(problems.clone(), &set);
            kept.into_iter().map(|problem| (problem.code, problem.severity)).collect::<Vec<_>>()
        };
        assert_eq!(
            severities(&[]),
            [
                (MISSING_FILE, Severity::Error),
                ("of-the-reader", Severity::Warning),
                ("syntax", Severity::Error)
            ]
        );
        let set = [
            (MAYBE_UNDEFINED, Level::Deny),
            (MISSING_FILE, Level::Allow),
            ("of-the-reader", Level::Deny),
            ("syntax", Level::Allow),
        ];
        assert_eq!(
            severities(&set),
            [
                (MAYBE_UNDEFINED, Severity::Error),
                ("of-the-reader", Severity::Error),
                ("syntax", Severity::Error)
            ]
        );
    }
}
