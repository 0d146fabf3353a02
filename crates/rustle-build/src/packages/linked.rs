//! The module crates that Cargo links: each is one that is locked, or is told.

use std::collections::{BTreeMap, BTreeSet};

use rustle_playbook::Problem;
use rustle_schema::package::lock::{Form, Lock, Locked};

use super::lock_file;
use crate::lints;
use crate::manifest::Manifest;
use crate::modules::ModuleCrate;

/// The crates that say they have modules, by the name of their package.
pub(super) type Crates<'a> = BTreeMap<String, &'a ModuleCrate>;

/// The crates by their packages' names. One that cannot be told is not passed over: it would be linked and not compared.
pub(super) fn by_name<'a>(crates: &'a [ModuleCrate], problems: &mut Vec<Problem>) -> Crates<'a> {
    let mut named: Crates<'a> = BTreeMap::new();
    for krate in crates {
        let folder = krate.folder.display();
        match Manifest::load(&krate.folder) {
            Ok(manifest) => {
                if let Some(other) = named.insert(manifest.package.clone(), krate) {
                    let message = format!(
                        "two crates called `{}` have modules: {} and {folder}",
                        manifest.package,
                        other.folder.display()
                    );
                    problems.push(Problem::error("module-crate", message));
                }
            }
            Err(problem) => {
                problems.push(problem.with_note(format!("in {folder}, where a crate says its modules are")));
            }
        }
    }
    named
}

/// Module crates among the dependencies that nobody locked: an error in production, and a warning where others are.
pub(super) fn unlocked(crates: &Crates<'_>, lock: &Lock, production: bool, others_are: bool) -> Vec<Problem> {
    let locked = lock.modules.iter().filter(|locked| locked.form == Form::Crate);
    let known: BTreeSet<String> = locked.map(Locked::crate_name).collect();
    let open = crates.keys().filter(|name| !known.contains(*name) && (production || others_are));
    open.map(|name| {
        let message = format!(
            "the module crate `{name}` is linked, and nothing pins it: it is not in {}",
            lock_file::FILE_NAME
        );
        let help = "name it in `[modules]`, as `cargo rustle add` does, and it is locked";
        match production {
            true => Problem::error("policy-unlocked", message).with_help(help),
            false => Problem::warning(lints::UNLOCKED_MODULE, message).with_help(help),
        }
    })
    .collect()
}

/// The features that a crate is built with and that were not on when it was locked, and looked at.
pub(super) fn more_features(locked: &Locked, krate: &ModuleCrate) -> Option<Problem> {
    let new = |feature: &&String| *feature != "default" && !locked.features.contains(*feature);
    let more: Vec<String> = krate.features.iter().filter(new).map(|feature| format!("`{feature}`")).collect();
    (!more.is_empty()).then(|| {
        let message =
            format!("`{}` is built with features that are not locked: {}", locked.id, more.join(", "));
        Problem::warning(lints::UNLOCKED_FEATURE, message).with_help(
            "`features` in `[modules]` turns them on, and `cargo rustle lock` looks at what they bring",
        )
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn krate(folder: &std::path::Path, manifest: &str, features: &[&str]) -> ModuleCrate {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        let features = features.iter().map(|feature| (*feature).to_owned()).collect();
        ModuleCrate { folder: folder.to_owned(), features }
    }

    fn locked(form: Form) -> Locked {
        Locked {
            sha256: "0".repeat(64),
            features: ["tls".to_owned()].into(),
            ..Locked::new(
                "acme.x".parse().unwrap(),
                "1.0.0".parse().unwrap(),
                form,
                "file:x".parse().unwrap(),
            )
        }
    }

    #[test]
    fn no_crate_slips_through() {
        let folder = tempfile::tempdir().unwrap();
        let named = "[package]\nname = \"acme-x\"\n";
        let one = krate(&folder.path().join("1"), named, &["default", "tls", "danger"]);
        let two = krate(&folder.path().join("2"), named, &[]);
        let broken = krate(&folder.path().join("3"), "[package", &[]);
        let mut problems = Vec::new();
        let crates = [one.clone(), two, broken];
        by_name(&crates, &mut problems);
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["module-crate", "manifest"]);

        let crates = [one.clone()];
        let crates = by_name(&crates, &mut Vec::new());
        let codes = |form, production, others| -> Vec<&'static str> {
            let lock = Lock { version: 1, modules: vec![locked(form)] };
            unlocked(&crates, &lock, production, others).iter().map(|problem| problem.code).collect()
        };
        assert_eq!(codes(Form::Crate, true, true), [""; 0]);
        // A module of one file says nothing of a crate that is called like it.
        assert_eq!(codes(Form::File, true, false), ["policy-unlocked"]);
        assert_eq!(codes(Form::File, false, true), [lints::UNLOCKED_MODULE]);
        assert_eq!(codes(Form::File, false, false), [""; 0]);
        let more = more_features(&locked(Form::Crate), &one).unwrap();
        assert!(more.message.ends_with("not locked: `danger`"), "{}", more.message);
    }
}
