//! Bare repositories on this machine, one for each address.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use git2::{Repository, RepositoryInitOptions, RepositoryOpenFlags};

use super::bounds::Bounds;
use crate::{FetchError, sha256_hex};

/// The repository of one address, held against everybody else who would use it.
pub(super) struct Cached {
    folder: PathBuf,
    /// Unlocks when it is closed.
    _lock: File,
}

impl Cached {
    /// Waits for its turn.
    pub(super) fn lock(cache: &Path, bounds: &Bounds) -> Result<Self, FetchError> {
        fs::create_dir_all(cache).map_err(|error| disk(cache, &error))?;
        let name = sha256_hex(bounds.shown.as_bytes());
        let name = name.get(..32).unwrap_or(&name);
        let path = cache.join(format!("{name}.lock"));
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| disk(&path, &error))?;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    bounds.in_time()?;
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::Error(error)) => return Err(disk(&path, &error)),
            }
        }
        Ok(Self { folder: cache.join(format!("{name}.git")), _lock: lock })
    }

    /// What is there from former times, if it is any good.
    pub(super) fn open(&self) -> Option<Repository> {
        let flags =
            RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::BARE | RepositoryOpenFlags::NO_DOTGIT;
        Repository::open_ext(&self.folder, flags, std::iter::empty::<&Path>()).ok()
    }

    /// Something new in place of what is there.
    pub(super) fn renew(&self) -> Result<Repository, FetchError> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(disk(&self.folder, &error)),
            _ => {}
        }
        let mut options = RepositoryInitOptions::new();
        options.bare(true).mkpath(true).no_reinit(true).external_template(false);
        Repository::init_opts(&self.folder, &options).map_err(|error| FetchError::Disk {
            path: self.folder.clone(),
            reason: error.message().to_owned(),
        })
    }
}

fn disk(path: &Path, error: &io::Error) -> FetchError {
    FetchError::Disk { path: path.to_owned(), reason: error.to_string() }
}
