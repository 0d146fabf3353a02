//! Cases as ejected runners: `cargo rustle eject` writes a crate without a build script, and cargo builds it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::built::{self, build, project, succeed};
use super::case::Case;
use super::runner::Compile;

/// Ejects each case, and builds what was ejected.
#[derive(Clone, Debug)]
pub struct Ejected {
    /// The executable of `cargo rustle`.
    pub cargo_rustle: PathBuf,
    /// Where cargo keeps what it builds.
    pub target: PathBuf,
}

impl Compile for Ejected {
    fn compile(&self, case: &Case, into: &Path) -> io::Result<PathBuf> {
        let original = project(&self.cargo_rustle, case, into)?;
        // Of the same name, in another folder: the name is the package's.
        let ejected = into.join("ejected").join(original.file_name().unwrap_or_default());
        let mut eject = Command::new(&self.cargo_rustle);
        succeed(eject.args(["rustle", "eject", "--project"]).arg(&original).arg(&ejected))?;
        if ejected.join("build.rs").exists() {
            return Err(io::Error::other("an ejected runner has a build script"));
        }
        // What is run must not need what it came from.
        std::fs::remove_dir_all(&original)?;
        let built = build(&ejected, &self.target)?;
        let runner = into.join("runner");
        std::fs::copy(built, &runner)?;
        let linked = rustle_bundle::find_linked(&File::open(&runner)?)?;
        match linked.filter(|linked| linked.crates.iter().any(|krate| krate.name == "rustle-runtime")) {
            Some(linked) if !linked.modules.is_empty() => Ok(runner),
            _ => Err(io::Error::other("an ejected runner does not say what is linked")),
        }
    }

    fn playbook_dir(&self) -> String {
        built::playbook_dir()
    }
}
