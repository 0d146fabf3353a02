//! `cargo rustle module check`: everything that there is to say about a module before anybody takes it.

use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use clap::{Arg, ArgMatches, Command, value_parser};
use rustle_build::packages::authored::{self, Authored, Options};
use rustle_schema::package::manifest::PackageManifest;

use crate::failure::{Failure, Result, warn};
use crate::report::{deny, finish, json};
use crate::settling::rust_version;
use crate::show::count;

pub fn command() -> Command {
    Command::new("check")
        .about("Tells everything that there is to say about a module before anybody takes it")
        .arg(
            Arg::new("path")
                .value_name("DIR|FILE.rs")
                .value_parser(value_parser!(PathBuf))
                .default_value(".")
                .help("The folder of the module's crate, or a module in one file"),
        )
        .arg(deny())
        .arg(json())
        .after_help(
            "It compiles nothing. What it says of permissions is a review aid: it finds what code says openly.",
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let path = matches.get_one::<PathBuf>("path").cloned().unwrap_or_else(|| ".".into());
    let authored = look(&path, false)?;
    finish(matches, authored.problems, KEPT, || {
        if let Some(manifest) = &authored.manifest {
            println!(
                "{} {}: {}, no errors",
                manifest.id,
                manifest.version,
                count(authored.specs.len(), "module")
            );
        }
    })
}

/// What errors keep from being done.
const KEPT: &str = "nobody can take the module as it is";

/// Looks at the package at `path`. What leaves its author's hands `unsigned` has to do without a signature's help.
///
/// # Errors
/// If there is nothing there.
pub fn look(path: &Path, unsigned: bool) -> Result<Authored> {
    if !path.exists() {
        return Err(Failure::new(format!("there is neither a folder nor a file {}", path.display())));
    }
    let shown = match path.to_string_lossy().trim_end_matches('/') {
        "." => String::new(),
        shown if path.is_dir() => format!("{}/", shown.trim_start_matches("./")),
        shown => shown.to_owned(),
    };
    let options = Options { shown, rust_version: rust_version(), targets: targets(), unsigned };
    Ok(authored::check(path, &options))
}

/// The package in `folder`, with what it says of itself. Warnings are told.
///
/// # Errors
/// Everything that is wrong with it.
pub fn sound(folder: &Path, unsigned: bool) -> Result<(Authored, PackageManifest)> {
    if !folder.join("Cargo.toml").is_file() {
        return Err(Failure::new(format!("there is no Cargo.toml in {}", folder.display()))
            .help("`cargo rustle module new NAME` makes the crate of a module"));
    }
    let mut authored = look(folder, unsigned)?;
    let problems = std::mem::take(&mut authored.problems);
    if problems.errors() > 0 {
        return Err(Failure::Refused(KEPT, problems));
    }
    warn(&problems);
    match authored.manifest.clone() {
        Some(manifest) => Ok((authored, manifest)),
        None => Err(Failure::new("the package does not say what it is")),
    }
}

/// The target triples that the compiler knows; none if it does not say.
fn targets() -> Vec<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Process::new(rustc).args(["--print", "target-list"]).stderr(Stdio::null()).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}
