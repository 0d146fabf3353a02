//! The executable that is deployed: its digest, what it runs on, and the plan that it carries.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_bundle::{Bundle, MAGIC};
use rustle_schema::plan::Plan;
use sha2::{Digest, Sha256};

use super::options::Options;
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
    /// What it runs.
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

    /// The name of the processor.
    pub fn name(self) -> &'static str {
        Machine::NAMES
            .iter()
            .find(|(number, _)| *number == self.0)
            .map_or("another processor", |(_, names)| names[0])
    }
}

impl Runner {
    /// The runner that the options name, built if it is a project's.
    ///
    /// # Errors
    /// If there is none, or it cannot be built.
    pub fn of(options: &Options) -> Result<Runner> {
        match &options.what {
            Some(path) if path.is_file() => Runner::read(path),
            Some(path) if !path.exists() => Err(Failure::new(format!("there is no {}", path.display()))),
            folder => {
                let project = Project::of(folder.as_ref())?;
                let path = build(&project, options.target.as_deref())?;
                Runner::read(&path)
            }
        }
    }

    /// The runner at `path`.
    ///
    /// # Errors
    /// If it is none.
    fn read(path: &Path) -> Result<Runner> {
        let path = std::path::absolute(path).context(path.display())?;
        let mut bytes = Vec::new();
        File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)).context(path.display())?;
        let Some(machine) = Machine::of(&bytes) else {
            return Err(Failure::new(format!("{} is no executable of Linux", path.display()))
                .help("`cargo rustle build --release` makes one"));
        };
        let bundle = match rustle_bundle::open_appended(&path).context(path.display())? {
            Some(bundle) => bundle,
            None => embedded(&bytes).ok_or_else(|| {
                Failure::new(format!("{} carries no plan: it is no runner", path.display()))
            })?,
        };
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let plan = bundle.plan().context(path.display())?;
        Ok(Runner { sha256, length: bytes.len() as u64, machine, plan, path })
    }
}

/// The bundle inside of an executable: the first that is whole. The code that reads bundles holds the magic, too.
fn embedded(bytes: &[u8]) -> Option<Bundle> {
    let length_at = 24;
    let mut rest = bytes;
    loop {
        let at = rest.windows(MAGIC.len()).position(|window| window == MAGIC)?;
        rest = rest.get(at..)?;
        let length: Option<[u8; 8]> = rest.get(length_at..length_at + 8).and_then(|it| it.try_into().ok());
        let length = length.and_then(|length| usize::try_from(u64::from_le_bytes(length)).ok());
        if let Some(bundle) = length.and_then(|length| rest.get(..length)) {
            if let Ok(bundle) = Bundle::open(bundle.to_vec()) {
                return Some(bundle);
            }
        }
        rest = rest.get(1..)?;
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

    #[test]
    fn a_bundle_is_found_inside() {
        let plan = Plan { format: 1, name: "site.yml".into(), ..Plan::default() };
        let bundle = rustle_bundle::Writer::default().finish(&plan, &Default::default()).unwrap();
        let bytes = [b"code".as_slice(), &MAGIC, b"more code", &bundle, b"the end"].concat();
        assert_eq!(embedded(&bytes).unwrap().plan().unwrap().name, "site.yml");
        assert!(embedded(&bytes[..bytes.len() - 20]).is_none());
    }
}
