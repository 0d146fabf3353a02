//! The gallery: each folder of `tests/gallery/` is a broken project, and its `expected.txt` is what a user sees.
//!
//! With `RUSTLE_BLESS=1` the files are written anew; look at each change as a user would.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rustle_build::config::Config;
use rustle_build::manifest::Manifest;
use rustle_build::modules::{Sources, host};
use rustle_build::{BuildOptions, Linked, ModuleCrate, Problems, build_bundle};

fn gallery() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/gallery")
}

/// What a user sees of the project in `folder`.
fn seen(folder: &Path) -> String {
    let mut problems = Vec::new();
    let config = Config::load(folder, &mut problems);
    if !problems.is_empty() {
        return Problems::new(problems).render(false);
    }
    let linked = match folder.join("Cargo.toml").exists() {
        true => Linked::Manifest(Manifest::load(folder).unwrap()),
        false => Linked::Builtins,
    };
    let crates = fs::read_dir(folder.join("crates")).into_iter().flatten();
    let mut crates: Vec<PathBuf> = crates.map(|entry| entry.unwrap().path()).collect();
    crates.sort();
    let krate = |folder: PathBuf| ModuleCrate { folder, features: Vec::new() };
    let runner = folder.join("src").exists().then(|| krate(folder.to_owned()));
    let crates = crates.into_iter().map(krate).collect();
    let options = BuildOptions {
        folder: folder.to_owned(),
        config,
        name: "gallery".into(),
        sources: Sources { crates, runner, linked, target: host(), ..Sources::default() },
        ..BuildOptions::default()
    };
    match build_bundle(&options) {
        Ok(prepared) => {
            let mut text = prepared.warnings.render(false);
            let _ = writeln!(text, "built, with {}", prepared.modules.join(", "));
            text
        }
        Err(problems) => problems.render(false),
    }
}

#[test]
fn every_case_is_told_as_expected() {
    let mut folders: Vec<PathBuf> = fs::read_dir(gallery())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let count = folders.len();
    let bless = std::env::var_os("RUSTLE_BLESS").is_some();
    let mut failed = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let (expected, seen) = (folder.join("expected.txt"), seen(&folder));
        assert!(!seen.contains(env!("CARGO_MANIFEST_DIR")), "{name} tells a path of this machine:\n{seen}");
        if bless {
            fs::write(expected, seen).unwrap();
        } else if fs::read_to_string(expected).ok().as_deref() != Some(seen.as_str()) {
            failed.push(format!("== {name}\n{seen}"));
        }
    }
    assert!(count >= 40, "only {count} cases in {}", gallery().display());
    assert!(failed.is_empty(), "not as expected (RUSTLE_BLESS=1 blesses):\n\n{}", failed.join("\n"));
}
