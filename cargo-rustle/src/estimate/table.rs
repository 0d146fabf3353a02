//! By the table of sizes that comes with Rustle: what runners came to when they were measured. It is of one target and one
//! profile, and says so.

use std::collections::BTreeSet;

use rustle_build::manifest::Manifest;
use rustle_build::profiles::Profile;
use rustle_build::sizes::Sizes;

use super::Estimate;
use crate::show;

/// What begins the environment variables that change a release profile.
const VARIABLES: &str = "CARGO_PROFILE_RELEASE_";

/// What an executable is to be.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// The packages that it is linked of, beside the runtime. The name of the runner itself is empty.
    pub(super) packages: BTreeSet<&'a str>,
    /// Whether it is pinned to a key.
    pub(super) pinned: bool,
    /// What it is built for.
    pub(super) target: &'a str,
    /// What is known of the profile.
    pub(super) profile: Found,
}

/// What is known of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// That of this word.
    Known(Profile),
    /// A release profile that something else than the project's Cargo.toml says.
    Elsewhere,
    /// Another one.
    Other,
}

impl Found {
    /// The profile that Cargo's options choose in a project with this Cargo.toml.
    pub(super) fn of(options: &[String], manifest: Option<&Manifest>) -> Found {
        let variable =
            std::env::vars_os().any(|(name, _)| name.as_encoded_bytes().starts_with(VARIABLES.as_bytes()));
        Found::in_manifest(options, manifest.filter(|_| !variable))
    }

    fn in_manifest(options: &[String], manifest: Option<&Manifest>) -> Found {
        let named = options.iter().position(|option| option == "--profile");
        let named = named.and_then(|at| options.get(at + 1)).map(String::as_str);
        let flag = options.iter().any(|option| option == "--release").then_some("release");
        if named.or(flag) != Some("release") {
            return Found::Other;
        }
        let Some(manifest) = manifest.filter(|manifest| manifest.is_root) else { return Found::Elsewhere };
        let words = Profile::WORDS.into_iter().filter_map(Profile::from_word);
        words
            .map(Found::Known)
            .find(|it| matches!(it, Found::Known(profile) if profile.is_in(manifest)))
            .unwrap_or(Found::Other)
    }
}

/// What the table says of what is wanted.
pub(super) fn estimate(wanted: &Wanted<'_>, sizes: &Sizes) -> Estimate {
    let found = sizes.estimate(wanted.packages.iter().copied(), wanted.pinned);
    let size = show::size(found.bytes);
    let Sizes { target, profile, .. } = sizes;
    let same = match wanted.profile {
        Found::Known(profile) => sizes.is_for(profile),
        Found::Elsewhere => true,
        Found::Other => false,
    };
    if !same {
        let executable = format!(
            "not known: none of this profile and target was built yet. The table of sizes is for the profile \
             `{profile}`, and says {size} for {target}"
        );
        return Estimate { executable, bytes: None };
    }
    let crates = wanted.packages.iter().filter_map(|name| Some((name, sizes.crates.get(*name)?)));
    let mut parts = vec![format!("{} for the runtime", show::size(found.runtime))];
    parts.extend(crates.map(|(name, it)| format!("{} for {name}", show::size(it.adds))));
    if wanted.pinned {
        parts.push(format!("{} for the check of signatures", show::size(sizes.signer)));
    }
    let mut executable = format!(
        "{size}, by the table of sizes: {}\n             measured on {} with {}, for {target} and the profile `{profile}`",
        parts.join(", "),
        sizes.measured,
        sizes.compiler,
    );
    let mut error = format!("within {}%", sizes.error());
    if wanted.target != target {
        executable.push_str(&format!("; {} is another target", wanted.target));
        "roughly".clone_into(&mut error);
    }
    if wanted.profile == Found::Elsewhere {
        executable.push_str("; which profile this runner has is not known");
        "roughly".clone_into(&mut error);
    }
    if !found.unknown.is_empty() {
        let names =
            found.unknown.iter().map(|name| if name.is_empty() { "the runner's own modules" } else { name });
        executable.push_str(&format!("; not in it: {}", names.collect::<Vec<_>>().join(", ")));
        "at least".clone_into(&mut error);
    }
    Estimate { executable, bytes: Some((found.bytes, error)) }
}

#[cfg(test)]
mod tests {
    use rustle_build::sizes::CrateSize;

    use super::*;

    fn sizes() -> Sizes {
        let of = |adds| CrateSize { adds, ..CrateSize::default() };
        Sizes {
            measured: "2026-01-02".into(),
            compiler: "rustc 1.0.0".into(),
            target: "x86_64-unknown-linux-musl".into(),
            profile: "size".into(),
            base: 4_000_000,
            signer: 40_000,
            first: 0,
            crates: [("a".to_owned(), of(200_000)), ("b".to_owned(), of(300_000))].into(),
            all: 4_490_000,
        }
    }

    fn wanted<'a>(packages: &[&'a str], target: &'a str, profile: Found) -> Wanted<'a> {
        Wanted { packages: packages.iter().copied().collect(), pinned: false, target, profile }
    }

    const MUSL: &str = "x86_64-unknown-linux-musl";

    #[test]
    fn what_is_in_the_table_is_added_up() {
        let size = Found::Known(Profile::Size);
        let found = estimate(&wanted(&["a", "b"], MUSL, size), &sizes());
        assert_eq!(
            found.executable,
            "4.5 MB, by the table of sizes: 4.0 MB for the runtime, 200.0 kB for a, 300.0 kB for b\n             \
             measured on 2026-01-02 with rustc 1.0.0, for x86_64-unknown-linux-musl and the profile `size`"
        );
        assert_eq!(found.bytes, Some((4_500_000, "within 2%".into())));
        let pinned = estimate(&Wanted { pinned: true, ..wanted(&["a"], MUSL, size) }, &sizes());
        assert_eq!(pinned.bytes.unwrap().0, 4_240_000);
        assert!(pinned.executable.contains("40.0 kB for the check of signatures"));
    }

    #[test]
    fn what_is_not_known_is_said() {
        let size = Found::Known(Profile::Size);
        let more = estimate(&wanted(&["a", "acme-vhost", ""], MUSL, size), &sizes());
        assert!(more.executable.ends_with("; not in it: the runner's own modules, acme-vhost"), "{more:?}");
        assert_eq!(more.bytes, Some((4_200_000, "at least".into())));
        let foreign = estimate(&wanted(&["a"], "aarch64-apple-darwin", size), &sizes());
        assert!(foreign.executable.ends_with("; aarch64-apple-darwin is another target"), "{foreign:?}");
        assert_eq!(foreign.bytes.unwrap().1, "roughly");
        assert_eq!(estimate(&wanted(&["a"], MUSL, Found::Elsewhere), &sizes()).bytes.unwrap().1, "roughly");
    }

    #[test]
    fn another_profile_is_not_estimated() {
        for profile in [Found::Other, Found::Known(Profile::Speed)] {
            let found = estimate(&wanted(&["a"], MUSL, profile), &sizes());
            assert_eq!(found.bytes, None);
            assert!(
                found.executable.starts_with("not known: ") && found.executable.contains("says 4.2 MB for")
            );
        }
        // The same keys of `[profile.release]`, and so the same executable.
        assert!(estimate(&wanted(&["a"], MUSL, Found::Known(Profile::Memory)), &sizes()).bytes.is_some());
    }

    #[test]
    fn the_profile_is_what_cargo_would_take() {
        let manifest = |keys: &str| {
            Manifest::parse(&format!("[package]\nname = \"web\"\n[workspace]\n[profile.release]\n{keys}"))
                .unwrap()
        };
        let of = |options: &[&str], keys: &str| {
            let options: Vec<String> = options.iter().map(|&it| it.to_owned()).collect();
            Found::in_manifest(&options, Some(&manifest(keys)))
        };
        let small = "opt-level = \"z\"\nlto = true\ncodegen-units = 1\nstrip = true\npanic = \"unwind\"\n";
        assert_eq!(of(&["--release"], small), Found::Known(Profile::Size));
        assert_eq!(of(&["--profile", "release"], small), Found::Known(Profile::Size));
        assert_eq!(of(&["--release"], &small.replace("\"z\"", "3")), Found::Known(Profile::Speed));
        assert_eq!(of(&["--release"], ""), Found::Other);
        assert_eq!(of(&[], small), Found::Other);
        assert_eq!(of(&["--profile", "mine"], small), Found::Other);
        let member = Manifest::parse("[package]\nname = \"web\"\n").unwrap();
        assert_eq!(Found::in_manifest(&["--release".to_owned()], Some(&member)), Found::Elsewhere);
    }
}
