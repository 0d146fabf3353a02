//! The base runner: an executable with every builtin module, to which the bundle of any playbook is appended. It is built
//! once, and again if its sources have changed; no compiler runs for a changed playbook.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustle_build::{catalogue, companions, linked};
use rustle_package::Digest;

use crate::base::kept::{self, About, Read};
use crate::base::key::{self, Subject};
use crate::base::toolchain::Toolchain;
use crate::base::trees::{Trees, look};
use crate::cargo_view::View;
use crate::compile;
use crate::failure::{Context, Failure, Result};
use crate::rustle_source::{RustleSource, VERSION};

/// It is built quickly rather than small.
const PROFILE: &str =
    "[profile.release]\nopt-level = 2\nlto = false\ncodegen-units = 16\nstrip = true\npanic = \"unwind\"\n";

/// As many executables that were made for a run are kept: who runs a playbook again unchanged needs no new one.
const RUNS: usize = 8;

/// What was written within this time may be about to run.
const FRESH: Duration = Duration::from_secs(60);

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
    let toolchain = Toolchain::find(&krate, &folder, None)?;
    let view = View::kept(&krate, &folder, &[], &toolchain.platforms(None))?;
    let options = options(&folder);
    let subject = Subject {
        folder: &krate,
        view: &view,
        toolchain: &toolchain,
        target: None,
        options: &options,
        crates: &[],
        files: &[],
        signer: None,
        embeds: false,
    };
    let mut trees = Trees::load(&folder);
    let mut key = key::of(&subject, &mut trees);
    let kept = key.as_ref().map_err(Clone::clone).and_then(|key| kept::find(&folder, *key));
    if let Ok(kept) = kept {
        trees.save();
        return Ok(kept.base);
    }
    if !folder.join("bases").exists() {
        eprintln!("building the base runner, once; this takes a minute or two");
    }
    if write_linked(&krate)? {
        key = key::of(&subject, &mut trees);
    }
    let built = compile::cargo(&krate, &options, false)?;
    let files = built.files(&view.workspace).ok().and_then(|files| key::uncovered(&subject, files).ok());
    let same = key.ok().filter(|before| key::of(&subject, &mut trees).as_ref() == Ok(before));
    trees.save();
    let (Some(key), Some(files)) = (same, files) else { return Ok(built.executable) };
    let read = Read::now(&files, &built.variables());
    let kept = kept::keep(&folder, key, &built.executable, &built.executable, (read, About::default()));
    Ok(kept.map_or(built.executable, |kept| kept.base))
}

/// Writes the list of what is linked, which the program includes, for the Cargo.lock that Cargo has made. Whether it is
/// another one now.
fn write_linked(krate: &Path) -> Result<bool> {
    let (lock, list) = (krate.join("Cargo.lock"), krate.join("src/linked"));
    let text = fs::read_to_string(&lock).context(lock.display())?;
    let linked =
        rustle_bundle::pack_linked(&linked::of_base(&text, "rustle-base")).context(list.display())?;
    if fs::read(&list).is_ok_and(|there| there == linked) {
        return Ok(false);
    }
    fs::write(&list, linked).context(list.display())?;
    Ok(true)
}

/// How Cargo builds it. Its target folder is its own: its profile is another than that of runners.
fn options(folder: &Path) -> Vec<String> {
    let target = folder.join("target").to_string_lossy().into_owned();
    ["--release", "--quiet", "--target-dir", target.as_str()].map(str::to_owned).to_vec()
}

/// Where the executable of `base` with the bundle of this digest lies, or is to be written.
///
/// # Errors
/// If the folder cannot be made, or the base is not there.
pub fn run_file(base: &Path, name: &str, digest: &str) -> Result<PathBuf> {
    let folder = folder(&RustleSource::own())?.join("run");
    fs::create_dir_all(&folder).context(folder.display())?;
    remove_old(&folder);
    let looks = look(&fs::metadata(base).context(base.display())?);
    let both = Digest::of(format!("{looks} {digest}").as_bytes()).hex();
    Ok(folder.join(format!("{name}-{}", both.get(..24).unwrap_or_default())))
}

/// Removes all but the newest of what earlier runs have left. Somebody else may do so at the same time, and one of them
/// may be running: the system keeps it until it ends.
fn remove_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let mut runs: Vec<_> = entries.flatten().map(|entry| (modified(&entry.path()), entry.path())).collect();
    runs.sort();
    let surplus = (runs.len() + 1).saturating_sub(RUNS);
    let fresh = SystemTime::now().checked_sub(FRESH);
    for (_, path) in runs.into_iter().take(surplus).filter(|(made, _)| *made < fresh) {
        let _ = fs::remove_file(path);
    }
}

/// The folder of everything here.
///
/// # Errors
/// If there is no place for it.
pub fn state_folder() -> Result<PathBuf> {
    folder(&RustleSource::own())
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
use rustle_runtime::runner::Embedded;

fn main() -> std::process::ExitCode {{
    let base = Embedded::base(\"rustle-base\", env!(\"CARGO_PKG_VERSION\"));
    rustle_runtime::runner::main(&Embedded {{ linked: include_bytes!(\"linked\"), ..base }})
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
