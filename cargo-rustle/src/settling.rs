//! What `add`, `remove`, `lock` and `update` have in common: settling on versions, and telling what changed.

use std::path::Path;
use std::process::{Command, Stdio};

use clap::{Arg, ArgAction, ArgMatches};
use rustle_build::config::Config;
use rustle_build::packages::bring::Bringer;
use rustle_build::packages::settle::{self, Change, Options, Settled, Update};
use rustle_build::{Problem, Problems, env_vars};
use rustle_schema::package::lock::Locked;
use semver::Version;

use crate::failure::{Failure, Result, refused, warn};
use crate::progress::Bar;
use crate::project::Project;

/// What is told where modules cannot be settled on.
pub const KEPT: &str = "nothing was changed";

/// `--offline`.
pub fn offline() -> Arg {
    Arg::new("offline")
        .long("offline")
        .action(ArgAction::SetTrue)
        .help("Takes what is stored, and no network")
}

/// `--accept`.
pub fn accept() -> Arg {
    Arg::new("accept")
        .long("accept")
        .action(ArgAction::SetTrue)
        .help("Lets modules have more permissions than they had")
}

/// Settles on versions for the project as it stands, writes what came of it, and tells what changed.
///
/// # Errors
/// Everything that keeps it from being settled; nothing is written then.
pub fn settle(
    project: &Project,
    config: &Config,
    matches: &ArgMatches,
    update: Update,
    fresh: bool,
) -> Result<Settled> {
    let bar = Bar::new();
    let bringer =
        Bringer::new(&project.folder, config, matches.get_flag("offline"), &bar).map_err(refused(KEPT))?;
    let options = Options {
        update,
        accept: matches.get_flag("accept"),
        fresh,
        rust_version: rust_version(),
        target: config.build.target.clone(),
        machine_policy: env_vars::machine_policy(),
    };
    let kept = |problems| Failure::Refused(KEPT, problems);
    let settled = settle::settle(&bringer, &options).map_err(kept)?;
    let manifest = project.folder.join("Cargo.toml");
    let before = std::fs::read(&manifest).ok();
    let partly = |problems| Failure::Refused("not all was written; `cargo rustle lock` mends it", problems);
    settle::write(&bringer, &settled).map_err(partly)?;
    if std::fs::read(&manifest).ok() != before {
        cargo_lock(&manifest, matches.get_flag("offline"));
    }
    bringer.shrink_store(&settled.lock);
    warn(&Problems::new(bringer.events()));
    drop(bar);
    warn(&settled.warnings);
    for change in settle::changes(&settled.before, &settled.lock) {
        print!("{}", told(&change));
    }
    Ok(settled)
}

/// Brings Cargo.lock up to date with Cargo.toml, so that what is settled now stays, also if it is withdrawn before the first
/// build, and a build with `--locked` goes on. Cargo would do it at the next build: where it cannot now, that is told, and
/// no more.
fn cargo_lock(manifest: &Path, offline: bool) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut process = Command::new(cargo);
    process.args(["update", "--workspace", "--quiet", "--manifest-path"]).arg(manifest);
    if offline {
        process.arg("--offline");
    }
    let failed = match process.stdout(Stdio::null()).output() {
        Ok(output) if output.status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    let problem =
        Problem::warning("cargo-lock", "Cargo.lock could not be brought up to date: the next build will")
            .with_note(failed);
    warn(&Problems::one(problem));
}

/// The version of the compiler that Cargo would use; `None` if it does not say.
pub fn rust_version() -> Option<Version> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = Version::parse(text.split_whitespace().nth(1)?).ok()?;
    // A nightly of 1.97.0 compiles what needs 1.97.0.
    Some(Version::new(version.major, version.minor, version.patch))
}

/// One change in a line, and a line for each permission that was gained.
fn told(change: &Change) -> String {
    let id = &change.id;
    let mut text = match (&change.before, &change.after) {
        (None, Some(after)) => format!("  adding    {id} {} ({})\n", after.version, after.source),
        (Some(before), None) => format!("  removing  {id} {}\n", before.version),
        (Some(before), Some(after)) if before.version != after.version => {
            format!("  updating  {id} {} -> {}\n", before.version, after.version)
        }
        (_, Some(after)) => format!("  changing  {id} {}{}\n", after.version, what(change)),
        (None, None) => String::new(),
    };
    for permission in change.gained() {
        text.push_str(&format!("            may {permission}\n"));
    }
    text
}

fn what(change: &Change) -> &'static str {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return "" };
    let differs = |part: fn(&Locked) -> String| part(before) != part(after);
    match () {
        () if differs(|it| it.source.to_string()) => ": another source",
        () if before.commit != after.commit => ": another commit",
        () if before.sha256 != after.sha256 => ": other files",
        () if before.signers != after.signers => ": other signatures",
        () if before.features != after.features => ": other features",
        () => "",
    }
}

#[cfg(test)]
mod tests {
    use rustle_schema::package::lock::Form;

    use super::*;

    fn locked(version: &str, permissions: &[&str]) -> Locked {
        Locked {
            sha256: "0".repeat(64),
            permissions: permissions.iter().map(|text| text.parse().unwrap()).collect(),
            ..Locked::new(
                "acme.x".parse().unwrap(),
                version.parse().unwrap(),
                Form::Crate,
                "file:x".parse().unwrap(),
            )
        }
    }

    #[test]
    fn changes_are_told() {
        let id = "acme.x".parse().unwrap();
        let change = Change {
            id,
            before: Some(locked("1.0.0", &["fs:read"])),
            after: Some(locked("1.1.0", &["fs:read", "net:connect"])),
        };
        assert_eq!(told(&change), "  updating  acme.x 1.0.0 -> 1.1.0\n            may net:connect\n");
        let change =
            Change { after: Some(Locked { sha256: "1".repeat(64), ..locked("1.0.0", &[]) }), ..change };
        assert_eq!(told(&change), "  changing  acme.x 1.0.0: other files\n");
    }

    #[test]
    fn the_compiler_says_its_version() {
        assert!(rust_version().is_some_and(|version| version.major == 1 && version.minor >= 85));
    }
}
