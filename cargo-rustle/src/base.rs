//! The base runner: an executable with every builtin module, to which the bundle of any playbook is appended. It is built
//! once; after that no compiler runs for a changed playbook.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use rustle_build::catalogue;

use crate::failure::{Context, Failure, Result};
use crate::generate::{self, Recipe};
use crate::rustle_source::{RustleSource, VERSION};

/// A playbook that does nothing, for the base runner itself.
const NOTHING: &str = "- hosts: all\n  gather_facts: false\n  tasks: []\n";

/// How the base runner is configured.
const CONFIG: &str = "[runner]\nname = \"rustle\"\nplaybook = \"nothing.yml\"\n";

/// It is built quickly rather than small.
const PROFILE: &str =
    "[profile.release]\nopt-level = 2\nlto = false\ncodegen-units = 16\nstrip = true\npanic = \"unwind\"\n";

/// Executables that were made for one run are removed after this time.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The packages of all builtin modules, sorted.
pub fn packages() -> Vec<String> {
    let mut packages: Vec<String> = catalogue::builtin().iter().map(|spec| spec.krate.clone()).collect();
    packages.sort();
    packages.dedup();
    packages
}

/// The base runner, built if it is not there or its sources have changed.
///
/// # Errors
/// If it cannot be built.
pub fn executable() -> Result<PathBuf> {
    let source = RustleSource::own();
    let folder = folder(&source)?;
    let krate = folder.join("crate");
    if !is_current(&krate) {
        write(&krate, &source)?;
    }
    let target = folder.join("target");
    let executable = target.join("release/rustle-base");
    // What comes from the registry does not change; a checkout may have.
    if executable.exists() && !matches!(source, RustleSource::Path(_)) {
        return Ok(executable);
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    if !executable.exists() {
        eprintln!("building the base runner, once; this takes a minute or two");
    }
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--manifest-path"])
        .arg(krate.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()
        .context("cargo build")?;
    if status.success() { Ok(executable) } else { Err(Failure::Child(1)) }
}

/// Where an executable for one run is written.
///
/// # Errors
/// If the folder cannot be made.
pub fn run_file(name: &str, digest: &str) -> Result<PathBuf> {
    let folder = folder(&RustleSource::own())?.join("run");
    fs::create_dir_all(&folder).context(folder.display())?;
    remove_old(&folder);
    let digest = digest.trim_start_matches("sha256:").get(..16).unwrap_or_default();
    Ok(folder.join(format!("{name}-{digest}")))
}

/// Removes what earlier runs have left. Somebody else may do so at the same time.
fn remove_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if age.is_some_and(|age| age > KEPT) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The folder of everything here: in a checkout's target folder, else in the user's cache.
fn folder(source: &RustleSource) -> Result<PathBuf> {
    let name = format!("rustle-base-{VERSION}");
    if let Some(target) = std::env::var_os("CARGO_TARGET_DIR") {
        return std::path::absolute(Path::new(&target).join(name)).context("CARGO_TARGET_DIR");
    }
    if let RustleSource::Path(checkout) = source {
        return Ok(checkout.join("target").join(name));
    }
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home);
    cache.map(|cache| cache.join("cargo-rustle").join(name)).ok_or_else(|| {
        Failure::new("there is no place for the base runner")
            .help("set HOME, XDG_CACHE_HOME or CARGO_TARGET_DIR")
    })
}

/// Whether the crate there is the one that [`write`] would write.
fn is_current(krate: &Path) -> bool {
    fs::read_to_string(krate.join("stamp")).is_ok_and(|stamp| stamp == self::stamp())
}

fn stamp() -> String {
    format!("{VERSION} {}\n", packages().join(" "))
}

fn write(krate: &Path, source: &RustleSource) -> Result<()> {
    if krate.exists() {
        fs::remove_dir_all(krate).context(krate.display())?;
    }
    let packages = packages();
    generate::write(krate, &Recipe { name: "rustle-base", config: CONFIG, packages: &packages, source })?;
    let put = |name: &str, text: &str| fs::write(krate.join(name), text).context(name);
    put("nothing.yml", NOTHING)?;
    let manifest = fs::read_to_string(krate.join("Cargo.toml")).context("Cargo.toml")?;
    let manifest = manifest.split("[profile.release]").next().unwrap_or_default();
    put("Cargo.toml", &format!("{manifest}{PROFILE}"))?;
    // The glue names the crates that the plan needs, which are none; here every crate is named.
    let uses: String =
        packages.iter().map(|package| format!("use {} as _;\n", package.replace('-', "_"))).collect();
    put("src/main.rs", &format!("//! The base runner.\n\n{uses}\nrustle_runtime::main!();\n"))?;
    put("stamp", &stamp())
}
