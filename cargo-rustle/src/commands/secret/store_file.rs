//! The file `secrets.toml` of a project.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use rustle_build::packages::write_atomic;
use rustle_seal::{OpenStore, Store};

use crate::failure::{Context, Failure, Result};
use crate::project::Project;

/// Its name.
pub const NAME: &str = "secrets.toml";

fn path(project: &Project) -> PathBuf {
    project.folder.join(NAME)
}

/// The store of a project, if it has one.
///
/// # Errors
/// If it cannot be read.
pub fn find(project: &Project) -> Result<Option<Store>> {
    match fs::read_to_string(path(project)) {
        Ok(text) => Store::parse(&text).context(NAME).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context(NAME),
    }
}

/// The store of a project.
///
/// # Errors
/// If it has none, or it cannot be read.
pub fn load(project: &Project) -> Result<Store> {
    find(project)?.ok_or_else(|| {
        Failure::new(format!("there is no {NAME} in {}", project.folder.display()))
            .help("`cargo rustle secret recipients add RECIPIENT` begins one")
    })
}

/// Writes the store.
///
/// # Errors
/// If it cannot be written; what was there before is there still.
pub fn write(project: &Project, store: &OpenStore) -> Result<()> {
    write_atomic(&path(project), store.to_text().as_bytes()).context(NAME)
}
