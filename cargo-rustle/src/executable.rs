//! A runner's executable, as it is deployed or exported: its digest, what it runs on, and the plan that it carries.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_bundle::{appended, find_embedded, open_appended};
use rustle_package::Digest;
use rustle_schema::plan::Plan;

use crate::failure::{Context, Failure, Result};
use crate::project::Project;

/// A runner that can be deployed.
#[derive(Debug)]
pub struct Runner {
    /// Where it lies here.
    pub path: PathBuf,
    /// SHA-256 of the whole file, in hexadecimal digits.
    pub sha256: String,
    /// Its length in bytes.
    pub length: u64,
    /// The processor that it is built for.
    pub machine: Machine,
    /// The digest of its bundle, `sha256:…`.
    pub digest: String,
    /// What it calls itself; may be empty.
    pub name: String,
    /// Its version; may be empty.
    pub version: String,
    /// What it runs; long lists of tasks are left out.
    pub plan: Plan,
}

/// A processor, as an ELF header numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine(u16);

impl Machine {
    /// What the kernel of such a machine calls itself in `uname -m`.
    const NAMES: [(u16, &'static [&'static str]); 6] = [
        (3, &["i386", "i486", "i586", "i686", "x86_64"]),
        (40, &["arm", "armv6l", "armv7l", "armv8l", "aarch64"]),
        (62, &["x86_64", "amd64"]),
        (183, &["aarch64", "arm64"]),
        (243, &["riscv64"]),
        (21, &["ppc64le", "ppc64"]),
    ];

    /// Of an executable's first bytes.
    fn of(header: &[u8]) -> Option<Machine> {
        let little = *header.get(5)? == 1;
        let bytes = [*header.get(18)?, *header.get(19)?];
        let number = if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
        header.starts_with(b"\x7fELF").then_some(Machine(number))
    }

    /// Whether it may run where `uname -m` says `name`; what is not known here is left to the host.
    pub fn runs_on(self, name: &str) -> bool {
        Machine::NAMES
            .iter()
            .find(|(number, _)| *number == self.0)
            .is_none_or(|(_, names)| names.contains(&name))
    }

    /// What Go, and with it the world of containers, calls the processor.
    pub fn architecture(self) -> Option<&'static str> {
        match self.0 {
            3 => Some("386"),
            40 => Some("arm"),
            62 => Some("amd64"),
            183 => Some("arm64"),
            243 => Some("riscv64"),
            _ => None,
        }
    }

    /// The name of the processor.
    pub fn name(self) -> &'static str {
        Machine::NAMES
            .iter()
            .find(|(number, _)| *number == self.0)
            .map_or("another processor", |(_, names)| names[0])
    }
}

impl Runner {
    /// The runner that `what` names: an executable, or a project's folder, of which one is built for `target`; the current
    /// project where nothing is named.
    ///
    /// # Errors
    /// If there is none, or it cannot be built.
    pub fn of(what: Option<&PathBuf>, target: Option<&str>) -> Result<Runner> {
        match what {
            Some(path) if path.is_file() => Runner::read(path),
            Some(path) if !path.exists() => Err(Failure::new(format!("there is no {}", path.display()))),
            folder => Runner::read(&build(&Project::of(folder)?, target)?),
        }
    }

    /// The runner at `path`.
    ///
    /// # Errors
    /// If it is none.
    fn read(path: &Path) -> Result<Runner> {
        let path = std::path::absolute(path).context(path.display())?;
        let file = File::open(&path).context(path.display())?;
        let mut header = [0; 20];
        let machine = (&file).read_exact(&mut header).ok().and_then(|()| Machine::of(&header));
        let Some(machine) = machine else {
            return Err(Failure::new(format!("{} is no executable of Linux", path.display()))
                .help("`cargo rustle build --release` makes one"));
        };
        let (digest, length) = Digest::of_reader(header.chain(&file)).context(path.display())?;
        let sha256 = digest.hex();
        let end = appended(&file).context(path.display())?.map_or(length, |found| found.start);
        let bundle = match open_appended(&path).context(path.display())? {
            Some(bundle) => bundle,
            None => find_embedded(&file, end).context(path.display())?.map(|found| found.bundle).ok_or_else(
                || Failure::new(format!("{} carries no plan: it is no runner", path.display())),
            )?,
        };
        let plan = bundle.head().context(path.display())?;
        let settings = bundle.settings();
        let (name, version) = (settings.name.clone(), settings.version.clone());
        let digest = bundle.digest();
        Ok(Runner { sha256, length, machine, digest, name, version, plan, path })
    }

    /// The name as other systems take it: small letters, digits and `-`.
    pub fn plain_name(&self) -> String {
        let own = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let name = if self.name.is_empty() { own.as_ref() } else { &self.name };
        let plain: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .take(50)
            .collect();
        match plain.trim_matches('-') {
            "" => "runner".into(),
            plain => plain.to_owned(),
        }
    }
}

/// Builds the project's runner as `cargo rustle build --release` does, and gives its path.
fn build(project: &Project, target: Option<&str>) -> Result<PathBuf> {
    let own = std::env::current_exe().context("cargo-rustle")?;
    let mut command = Command::new(own);
    command.args(["build", "--release", "--project"]).arg(&project.folder);
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    let output = command.stderr(std::process::Stdio::inherit()).output().context("cargo rustle build")?;
    if !output.status.success() {
        return Err(Failure::Child(1));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let first = text.lines().next().unwrap_or_default();
    if first.is_empty() { Err(Failure::new("cargo rustle build names no runner")) } else { Ok(first.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_told_by_the_header() {
        let header = |number: u16| {
            let mut header = b"\x7fELF\x02\x01".to_vec();
            header.resize(18, 0);
            header.extend(number.to_le_bytes());
            header
        };
        let machine = Machine::of(&header(183)).unwrap();
        assert!(machine.runs_on("aarch64") && !machine.runs_on("x86_64"));
        assert!(Machine::of(&header(62)).unwrap().runs_on("x86_64"));
        assert!(Machine::of(&header(9999)).unwrap().runs_on("anything"));
        assert_eq!(Machine::of(b"#!/bin/sh\n##########"), None);
    }
}
