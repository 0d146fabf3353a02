//! The file `secrets.toml` of a project.

use std::fs::{self, File, TryLockError};
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

/// The store of a project, which nobody else writes for as long as this lives: what is read through it is still what the
/// file says when it is written.
pub struct Locked<'a> {
    project: &'a Project,
    /// The project's folder: a lock on it leaves no file behind, and the store itself is another file after each change.
    _folder: File,
}

impl Locked<'_> {
    /// Waits until no other command changes the store.
    ///
    /// # Errors
    /// If the folder cannot be opened, or waiting for it fails.
    pub fn wait(project: &Project) -> Result<Locked<'_>> {
        let what = project.folder.display();
        let folder = File::open(&project.folder).context(&what)?;
        match folder.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("waiting for another command that changes {NAME}");
                folder.lock().context(&what)?;
            }
            // A file system without locks (some network ones) is no reason to have no secrets.
            Err(TryLockError::Error(_)) => {}
        }
        Ok(Locked { project, _folder: folder })
    }

    /// As [`find`].
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn find(&self) -> Result<Option<Store>> {
        find(self.project)
    }

    /// As [`load`].
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn load(&self) -> Result<Store> {
        load(self.project)
    }

    /// Writes the store.
    ///
    /// # Errors
    /// If it cannot be written; what was there before is there still.
    pub fn write(&self, store: &OpenStore) -> Result<()> {
        write_atomic(&path(self.project), store.to_text().as_bytes()).context(NAME)
    }
}
