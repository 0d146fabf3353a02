//! The base runner: an executable with every builtin module, to which the bundle of any playbook is appended. It is built
//! once; after that no compiler runs for a changed playbook.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use rustle_build::{catalogue, companions};

use crate::failure::{Context, Failure, Result};
use crate::rustle_source::{RustleSource, VERSION};

/// It is built quickly rather than small.
const PROFILE: &str =
    "[profile.release]\nopt-level = 2\nlto = false\ncodegen-units = 16\nstrip = true\npanic = \"unwind\"\n";

/// Executables that were made for one run are removed after this time.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The packages of all builtin modules and all companions, sorted.
pub fn packages() -> Vec<String> {
    let mut packages: Vec<String> = catalogue::builtin().iter().map(|spec| spec.krate.clone()).collect();
    packages.extend(companions::ALL.iter().map(|it| it.package.to_owned()));
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
    if !is_current(&krate, &source) {
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

/// Whether the crate there is the one that [`write()`] would write.
fn is_current(krate: &Path, source: &RustleSource) -> bool {
    let packages = packages();
    let holds =
        |name: &str, text: &str| fs::read_to_string(krate.join(name)).is_ok_and(|there| there == text);
    holds("Cargo.toml", &manifest(&packages, source)) && holds("src/main.rs", &program(&packages))
}

fn write(krate: &Path, source: &RustleSource) -> Result<()> {
    if krate.exists() {
        fs::remove_dir_all(krate).context(krate.display())?;
    }
    fs::create_dir_all(krate.join("src")).context(krate.display())?;
    let put = |name: &str, text: &str| fs::write(krate.join(name), text).context(name);
    let packages = packages();
    put("src/main.rs", &program(&packages))?;
    if let Some(lock) = source.lock_file() {
        fs::copy(&lock, krate.join("Cargo.lock")).context(lock.display())?;
    }
    // What says that the crate is complete comes last.
    put("Cargo.toml", &manifest(&packages, source))
}

fn manifest(packages: &[String], source: &RustleSource) -> String {
    let mut manifest =
        String::from("[package]\nname = \"rustle-base\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
    manifest.push_str("publish = false\n\n[dependencies]\n");
    for package in std::iter::once("rustle-runtime").chain(packages.iter().map(String::as_str)) {
        manifest.push_str(&format!("{package} = {}\n", source.dependency(package)));
    }
    format!("{manifest}\n[workspace]\n\n{PROFILE}")
}

/// The program: no plan of its own, hence no build script, which would need a compiled playbook reader.
fn program(packages: &[String]) -> String {
    let uses: String =
        packages.iter().map(|package| format!("use {} as _;\n", package.replace('-', "_"))).collect();
    format!(
        "//! The base runner.\n\n{uses}
use rustle_runtime::__private::include_dir::Dir;
use rustle_runtime::runner::Embedded;

static BUNDLE: Dir<'static> = Dir::new(\"\", &[]);

fn main() -> std::process::ExitCode {{
    rustle_runtime::runner::main(&Embedded {{ bundle: &BUNDLE, name: \"rustle-base\", version: env!(\"CARGO_PKG_VERSION\") }})
}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_runner_names_every_module() {
        let packages = packages();
        let manifest: toml::Table =
            manifest(&packages, &RustleSource::Version("1.0.0".into())).parse().unwrap();
        let dependencies = manifest["dependencies"].as_table().unwrap();
        assert_eq!(dependencies.len(), packages.len() + 1);
        assert_eq!(dependencies["rustle-module-file"].as_str(), Some("1.0.0"));
        assert!(program(&packages).contains("use rustle_module_file as _;\n"));
    }
}
