//! Cases as runners of their own: `cargo rustle new` makes the crate, and cargo builds it, build script and all.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_build::lints;
use rustle_schema::names::BUNDLE_ROOT;

use super::case::Case;
use super::runner::Compile;

/// Where `cargo rustle new` puts a playbook, in the bundle.
pub(super) fn playbook_dir() -> String {
    format!("{BUNDLE_ROOT}/playbook")
}

/// Compiles each case as a user would, into a target folder that all of them share.
#[derive(Clone, Debug)]
pub struct Built {
    /// The executable of `cargo rustle`.
    pub cargo_rustle: PathBuf,
    /// Where cargo keeps what it builds.
    pub target: PathBuf,
}

impl Compile for Built {
    fn compile(&self, case: &Case, into: &Path) -> io::Result<PathBuf> {
        let folder = project(&self.cargo_rustle, case, into)?;
        let built = build(&folder, &self.target)?;
        let runner = into.join("runner");
        std::fs::copy(built, &runner)?;
        Ok(runner)
    }

    fn playbook_dir(&self) -> String {
        playbook_dir()
    }
}

/// The crate that `cargo rustle new` makes of `case`, in a folder in `into`.
///
/// # Errors
/// If it makes none.
pub fn project(cargo_rustle: &Path, case: &Case, into: &Path) -> io::Result<PathBuf> {
    let folder = into.join(format!("case-{}", case.name.replace('_', "-")));
    let mut new = Command::new(cargo_rustle);
    new.args(["rustle", "new"]).arg(&folder).arg("--playbook").arg(case.dir.join("playbook.yml"));
    for given in case.config.extra_vars.keys().map(String::as_str).chain(["out"]) {
        new.args(["-e", given]);
    }
    if let Some(inventory) = case.inventory() {
        new.arg("-i").arg(inventory);
    }
    // It tells the problems that lints find, but the crate is made: whether it builds is what counts.
    let made = new.output()?;
    if !folder.join("rustle.toml").exists() {
        return Err(io::Error::other(String::from_utf8_lossy(&made.stderr).into_owned()));
    }
    allow_lints(&folder.join("rustle.toml"))?;
    Ok(folder)
}

/// The executable that cargo builds of the crate in `folder`, whose package has the name of the case's project.
///
/// # Errors
/// If cargo does not build it.
pub fn build(folder: &Path, target: &Path) -> io::Result<PathBuf> {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .args(["build", "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    // What cargo says to the tests must not reach this build.
    for (variable, _) in std::env::vars_os() {
        let text = variable.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            build.env_remove(&variable);
        }
    }
    succeed(&mut build)?;
    let name = folder.file_name().unwrap_or_default();
    Ok(target.join("debug").join(name))
}

/// A case may well show what happens to a variable that nobody defines.
fn allow_lints(path: &Path) -> io::Result<()> {
    let mut text = std::fs::read_to_string(path)?;
    text.push_str("\n[lints]\n");
    for lint in lints::ALL {
        text.push_str(&format!("{} = \"allow\"\n", lint.name));
    }
    std::fs::write(path, text)
}

/// Runs `command`, which must succeed.
pub(super) fn succeed(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{command:?}: {}\n{said}", output.status)))
}
