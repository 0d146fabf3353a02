//! `cargo rustle`, as it was built from this repository.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::measure;

/// The command line.
pub(crate) struct Tool {
    program: PathBuf,
    /// Where Rustle's crates are, for the projects that it makes.
    root: PathBuf,
}

impl Tool {
    pub(crate) fn new(root: &Path) -> Tool {
        Tool { program: root.join("target/release/cargo-rustle"), root: root.to_owned() }
    }

    /// Runs a command in a folder and returns its CPU seconds.
    ///
    /// # Errors
    /// If it fails.
    pub(crate) fn run(&self, arguments: &[&str], folder: &Path) -> io::Result<f64> {
        let mut line = vec![self.program.display().to_string(), "rustle".to_owned()];
        line.extend(arguments.iter().map(|&argument| argument.to_owned()));
        // A project that is made now depends on the crates of this repository.
        if arguments.first() == Some(&"new") {
            line.extend(["--rustle".to_owned(), format!("path={}", self.root.display())]);
        }
        measure::run(&line, folder)
    }

    /// Whether there is a command, with this option. What is measured may be older than the bench.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub(crate) fn has(&self, command: &str, option: &str) -> io::Result<bool> {
        let help = Command::new(&self.program).args(["rustle", command, "--help"]).output()?;
        Ok(help.status.success() && String::from_utf8_lossy(&help.stdout).contains(option))
    }
}
