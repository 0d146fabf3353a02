//! What an executable is built for: `[build] profile` of rustle.toml, as the keys of `[profile.release]` of Cargo.toml.
//!
//! A build script cannot change the profile that it runs under. So the command line writes it (`cargo rustle new`,
//! `cargo rustle check --fix`), and the build compares what Cargo.toml says, and what Cargo really does, with it.

use rustle_playbook::Problem;
use toml::Value;

use crate::config::Build;
use crate::lints;
use crate::manifest::Manifest;

/// What an executable is built for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// The smallest executable.
    #[default]
    Size,
    /// The fastest one.
    Speed,
    /// The one that needs the least memory while it runs: small code, and a plan in small pieces.
    Memory,
}

/// One key of `[profile.release]`, and the value that a profile wants.
pub type Wanted = (&'static str, Value);

impl Profile {
    /// The words for the profiles.
    pub const WORDS: [&'static str; 3] = ["size", "speed", "memory"];

    /// The profile's word.
    pub fn word(self) -> &'static str {
        match self {
            Profile::Size => "size",
            Profile::Speed => "speed",
            Profile::Memory => "memory",
        }
    }

    /// The profile of that word.
    pub fn from_word(word: &str) -> Option<Profile> {
        [Profile::Size, Profile::Speed, Profile::Memory].into_iter().find(|it| it.word() == word)
    }

    /// How many tasks are in memory at once, if not as many as usual.
    pub fn chunk_tasks(self) -> Option<u64> {
        match self {
            Profile::Size | Profile::Speed => None,
            Profile::Memory => Some(16),
        }
    }

    /// The keys of `[profile.release]`, in the order in which Cargo.toml gets them. Panics unwind in all of them: a module
    /// that panics fails its task and not the run.
    pub fn keys(self) -> [Wanted; 5] {
        let level = match self {
            Profile::Size | Profile::Memory => Value::from("z"),
            Profile::Speed => Value::from(3),
        };
        [
            ("opt-level", level),
            ("lto", Value::from("fat")),
            ("codegen-units", Value::from(1)),
            ("strip", Value::from(true)),
            ("panic", Value::from("unwind")),
        ]
    }

    /// Whether `[profile.release]` of this Cargo.toml says all of it. Cargo takes profiles from the root of a workspace alone.
    pub fn is_in(self, manifest: &Manifest) -> bool {
        let says =
            |(key, wanted): Wanted| manifest.release.get(key).is_some_and(|found| alike(found, &wanted));
        self.keys().into_iter().all(says)
    }
}

/// What Cargo tells a build script of the profile that it builds with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// `PROFILE`: `release`, or `debug`.
    pub name: String,
    /// `OPT_LEVEL`: `0` … `3`, `s` or `z`.
    pub opt_level: String,
    /// `DEBUG`: whether debug information is asked for.
    pub debug: bool,
    /// `CARGO_CFG_PANIC`: `unwind` or `abort`.
    pub panic: String,
}

/// What differs between the profile that `build` asks for and what `manifest` says; and what Cargo really does, where a
/// build script asks. A runner in another's workspace has no profile of its own: there only the latter counts.
pub(crate) fn check(build: &Build, manifest: &Manifest, used: Option<&Used>) -> Vec<Problem> {
    let profile = build.profile();
    let mut differences = Vec::new();
    if manifest.is_root {
        for (key, wanted) in profile.keys() {
            let Some(found) = manifest.release.get(key) else {
                // Nothing is missed by who asked for nothing.
                if build.profile.is_some() {
                    differences.push(format!("`{key}` is not given, and should be {wanted}"));
                }
                continue;
            };
            if !alike(found, &wanted) {
                differences.push(format!("`{key}` is {found}, and should be {wanted}"));
            }
        }
    }
    if let Some(used) = used.filter(|used| used.name == "release") {
        let level = profile.keys()[0].1.clone();
        let level = level.as_str().map_or_else(|| level.to_string(), str::to_owned);
        if differences.is_empty() && used.opt_level != level && !used.opt_level.is_empty() {
            differences.push(format!("Cargo builds with `opt-level` {}, and not {level}", used.opt_level));
        }
        if differences.is_empty() && used.panic == "abort" {
            differences.push("Cargo builds with `panic` \"abort\", and not \"unwind\"".to_owned());
        }
        if used.debug {
            differences
                .push("Cargo builds with debug information, which makes the executable larger".to_owned());
        }
    }
    if differences.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "the release profile is not `{}`, which rustle.toml asks for: {}",
        profile.word(),
        differences.join("; ")
    );
    let problem = Problem::warning(lints::PROFILE_DIFFERS, message)
        .with_help("`cargo rustle check --fix` writes `[profile.release]` of Cargo.toml");
    vec![match &build.profile {
        Some((_, at)) => problem.at(at.clone()),
        None => problem,
    }]
}

/// Whether two values of a key mean the same to Cargo.
pub fn alike(found: &Value, wanted: &Value) -> bool {
    let word = |value: &Value| match value {
        // `lto = true` is `"fat"`, and `strip = true` is `"symbols"`.
        Value::Boolean(true) => vec!["true".to_owned(), "fat".to_owned(), "symbols".to_owned()],
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    };
    let wanted = word(wanted);
    word(found).iter().any(|found| wanted.contains(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(profile: &str) -> Manifest {
        Manifest::parse(&format!("[package]\nname = \"web\"\n[workspace]\n[profile.release]\n{profile}"))
            .unwrap()
    }

    fn build(profile: Profile) -> Build {
        let file = std::sync::Arc::new(rustle_playbook::SourceFile {
            path: "rustle.toml".into(),
            text: "profile".into(),
        });
        let at = rustle_playbook::Location::new(&file, 0..7);
        Build { profile: Some((profile, at)), ..Build::default() }
    }

    const SIZE: &str =
        "opt-level = \"z\"\nlto = true\ncodegen-units = 1\nstrip = \"symbols\"\npanic = \"unwind\"\n";

    fn used(level: &str) -> Used {
        Used { name: "release".into(), opt_level: level.into(), debug: false, panic: "unwind".into() }
    }

    #[test]
    fn what_means_the_same_does_not_differ() {
        assert_eq!(check(&build(Profile::Size), &manifest(SIZE), Some(&used("z"))), []);
        assert_eq!(check(&build(Profile::Memory), &manifest(SIZE), Some(&used("z"))), []);
    }

    #[test]
    fn what_differs_is_named() {
        let found = check(&build(Profile::Speed), &manifest("opt-level = 2\nlto = true\n"), None);
        assert_eq!(found[0].code, "profile-differs");
        assert!(
            found[0].message.ends_with(
                "`opt-level` is 2, and should be 3; `codegen-units` is not given, and should be 1; `strip` is not \
                 given, and should be true; `panic` is not given, and should be \"unwind\""
            ),
            "{}",
            found[0].message
        );
    }

    #[test]
    fn what_cargo_does_counts() {
        let found = check(&build(Profile::Size), &manifest(SIZE), Some(&used("3")));
        assert!(
            found[0].message.ends_with("Cargo builds with `opt-level` 3, and not z"),
            "{}",
            found[0].message
        );
        let debug = Used { debug: true, ..used("z") };
        assert_eq!(check(&build(Profile::Size), &manifest(SIZE), Some(&debug)).len(), 1);
        // A debug build is for a try.
        let quick = Used { name: "debug".into(), opt_level: "0".into(), debug: true, panic: "unwind".into() };
        assert_eq!(check(&build(Profile::Size), &manifest(SIZE), Some(&quick)), []);
    }

    #[test]
    fn nobody_who_asks_for_nothing_misses_anything() {
        assert_eq!(check(&Build::default(), &manifest(""), None), []);
        assert_eq!(check(&Build::default(), &manifest("panic = \"abort\""), None).len(), 1);
    }
}
