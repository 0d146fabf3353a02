//! Cases as executables: the bundle of the case behind a base runner.

use std::io;
use std::path::{Path, PathBuf};

use rustle_build::lints::{self, Level};
use rustle_build::{BuildOptions, Config, PlanSource, build_bundle};
use rustle_bundle::{Bundle, BundleError, Kind, Writer};

use super::case::Case;
use super::runner::Compile;

/// Compiles cases with rustle-build and appends them to one base runner.
#[derive(Clone, Debug)]
pub struct Appended {
    /// An executable with every builtin module.
    pub base: PathBuf,
    /// How many tasks a chunk of the plan has, if not as many as usual: with one, everything happens at an edge.
    pub chunk_tasks: Option<u64>,
}

impl Compile for Appended {
    fn compile(&self, case: &Case, into: &Path) -> io::Result<PathBuf> {
        let runner = into.join(&case.name);
        let given = case.config.extra_vars.keys().cloned().chain(["out".to_owned()]);
        let bundle = bundle(&case.dir, given.collect())?;
        let bundle = match self.chunk_tasks {
            Some(tasks) => cut(bundle, tasks).map_err(io::Error::other)?,
            None => bundle,
        };
        rustle_bundle::append(&self.base, &runner, &bundle).map_err(io::Error::other)?;
        crate::startable(&runner);
        Ok(runner)
    }
}

/// The bundle of a folder with a `playbook.yml` and, if there is one, an `inventory`; `given` are the names of variables
/// that come at run time. Lints are allowed: a case may well show what happens to a variable that nobody defines.
///
/// # Errors
/// Every problem of the playbook, as the build tells it.
pub fn bundle(folder: &Path, given: Vec<String>) -> io::Result<Vec<u8>> {
    let mut config = Config::default();
    config.runner.source = Some(PlanSource::Playbook("playbook.yml".into()));
    config.runner.extra_vars = given;
    config.lints = lints::ALL.iter().map(|lint| (lint.name.to_owned(), Level::Allow)).collect();
    if folder.join("inventory").exists() {
        config.runner.inventory = vec!["inventory".into()];
    }
    let options = BuildOptions {
        folder: folder.to_owned(),
        config,
        name: "case".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..BuildOptions::default()
    };
    let prepared = build_bundle(&options).map_err(|problems| io::Error::other(problems.to_string()))?;
    prepared.bundle.bytes().map(|bytes| bytes.into_owned()).map_err(io::Error::other)
}

/// The same bundle with chunks of `tasks` tasks.
fn cut(bundle: Vec<u8>, tasks: u64) -> Result<Vec<u8>, BundleError> {
    let bundle = Bundle::open(bundle)?;
    let mut writer = Writer::default();
    writer.chunk_tasks(tasks);
    for entry in bundle.entries() {
        match entry.kind() {
            Kind::File => writer.file(entry.path(), entry.mode(), bundle.read(entry.path())?.to_vec())?,
            Kind::Directory => writer.directory(entry.path(), entry.mode())?,
            Kind::Symlink => writer.symlink(entry.path(), entry.target())?,
        }
    }
    let plan = bundle.plan()?;
    let bytes = writer.finish(&plan, bundle.settings())?;
    let again = Bundle::open(bytes.clone())?;
    let whole = again.plan()? == plan;
    if whole { Ok(bytes) } else { Err(BundleError::Plan("it is another one in chunks".into())) }
}
