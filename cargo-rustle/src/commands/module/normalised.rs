//! A crate in the form that registries keep: what `cargo package` puts into its archive.

use std::path::Path;
use std::process::Stdio;

use rustle_package::archive::{self, Format};
use rustle_package::{Limits, Tree};

use super::{cargo, ends_well};
use crate::failure::{Context, Failure, Result};

/// The files of the crate in `folder` as Cargo packs them: those that belong to the package, with a Cargo.toml in which
/// nothing is inherited and no dependency is a folder.
///
/// Nothing is compiled or asked of a network for it: the lock of the crate stays at home, so that nothing it depends on
/// needs to be published yet.
///
/// # Errors
/// If Cargo refuses to, and has said why; or if what it packed is nothing that anybody would take.
pub fn files(folder: &Path) -> Result<Tree> {
    let scratch = tempfile::tempdir().context("a folder for the time being")?;
    let mut process = cargo(true);
    process.args([
        "package",
        "--quiet",
        "--no-verify",
        "--no-metadata",
        "--allow-dirty",
        "--exclude-lockfile",
    ]);
    process.arg("--target-dir").arg(scratch.path());
    process
        .arg("--manifest-path")
        .arg(std::path::absolute(folder).context(folder.display())?.join("Cargo.toml"));
    ends_well(process.stdout(Stdio::null()))?;
    let packed = scratch.path().join("package");
    let entries = std::fs::read_dir(&packed).context(packed.display())?.flatten();
    let archive =
        entries.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|it| it == "crate"));
    let archive = archive.ok_or_else(|| Failure::new("Cargo did not say which archive it made"))?;
    let bytes = std::fs::read(&archive).context(archive.display())?;
    archive::unpack(&bytes, Format::TarGz, &Limits::default())
        .context("the package cannot be taken by anybody")
}
