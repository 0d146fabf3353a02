//! `cargo rustle module build`: whether a module compiles, and for what.

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use clap::{Arg, ArgAction, ArgMatches, Command};
use globset::Glob;
use rustle_build::Problem;
use serde_json::Value;

use super::check::sound;
use super::{cargo, folder, folder_of, status};
use crate::failure::{Context, Failure, Result, refused};

pub fn command() -> Command {
    Command::new("build")
        .about("Checks a module, and compiles it")
        .arg(folder())
        .arg(Arg::new("release").long("release").action(ArgAction::SetTrue).help("Optimised"))
        .arg(Arg::new("target").long("target").value_name("TRIPLE").help("For another target"))
        .after_help("A module is linked into runners as source: this shows that it can be.")
}

pub fn run(matches: &ArgMatches) -> Result {
    let folder = folder_of(matches);
    let (_, manifest) = sound(&folder, false)?;
    let target = matches.get_one::<String>("target").map(String::as_str);
    let patterns = &manifest.requirements.targets;
    if let Some(target) = target.filter(|target| !covers(patterns, target)) {
        let message = format!("`{}` is not for {target}, but for {}", manifest.id, patterns.join(", "));
        return Err(refused("nothing was built")(Box::new(Problem::error("module-target", message))));
    }
    let mut cargo = cargo(false);
    cargo.arg("build").current_dir(&folder).args(["--lib", "--message-format=json-render-diagnostics"]);
    if matches.get_flag("release") {
        cargo.arg("--release");
    }
    cargo.args(target.into_iter().flat_map(|target| ["--target", target]));
    let output = cargo.stderr(Stdio::inherit()).output().context("cargo build")?;
    if !output.status.success() {
        return Err(Failure::Child(status(output.status)));
    }
    let library = library(&String::from_utf8_lossy(&output.stdout), &folder);
    let library = library.ok_or_else(|| Failure::new("Cargo did not say which library it made"))?;
    println!("{}", library.display());
    println!("  package  {} {}", manifest.id, manifest.version);
    println!("  target   {}", target.unwrap_or("this machine"));
    let declared = if patterns.is_empty() { "any target".to_owned() } else { patterns.join(", ") };
    println!("  for      {declared}, as it says; only the target above was compiled");
    Ok(ExitCode::SUCCESS)
}

/// Whether a package with these patterns is for the target.
fn covers(patterns: &[String], target: &str) -> bool {
    let matches =
        |pattern: &String| Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(target));
    patterns.is_empty() || patterns.iter().any(matches)
}

/// The library of the package in `folder`, of Cargo's messages.
fn library(messages: &str, folder: &Path) -> Option<PathBuf> {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let manifest = canonical(&folder.join("Cargo.toml"));
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut files = messages.filter_map(|message| {
        let own =
            message["manifest_path"].as_str().is_some_and(|path| canonical(Path::new(path)) == manifest);
        let library = message["reason"] == "compiler-artifact" && message["target"]["kind"][0] == "lib";
        let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
        let mut rlibs = files.filter(|file| file.ends_with(".rlib"));
        rlibs.next().filter(|_| own && library).map(PathBuf::from)
    });
    files.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_targets() {
        let patterns = ["*-linux-*".to_owned(), "x86_64-apple-darwin".to_owned()];
        assert!(covers(&patterns, "aarch64-unknown-linux-gnu") && covers(&patterns, "x86_64-apple-darwin"));
        assert!(!covers(&patterns, "x86_64-pc-windows-msvc") && covers(&[], "x86_64-pc-windows-msvc"));
    }

    #[test]
    fn the_library_is_the_packages_own() {
        let messages = r#"
{"reason":"compiler-artifact","manifest_path":"/r/Cargo.toml","target":{"kind":["lib"]},"filenames":["/t/libr.rlib"]}
{"reason":"compiler-artifact","manifest_path":"/m/Cargo.toml","target":{"kind":["custom-build"]},"filenames":["/t/b"]}
{"reason":"compiler-artifact","manifest_path":"/m/Cargo.toml","target":{"kind":["lib"]},"filenames":["/t/libm.rmeta","/t/libm.rlib"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(library(messages, Path::new("/m")), Some("/t/libm.rlib".into()));
        assert_eq!(library(messages, Path::new("/x")), None);
    }
}
