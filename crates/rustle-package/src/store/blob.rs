//! Contents under their digest.

use std::fs::{self, FileTimes};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::{Store, StoreError};
use crate::Digest;

/// Nobody writes into a content, not even by mistake.
const READ_ONLY: u32 = 0o444;

/// What the disk has under a name.
pub(super) enum Found {
    Missing,
    Damaged,
    Good(Vec<u8>),
}

impl Store {
    /// The content with this digest, if it is there.
    ///
    /// It is hashed. What does not have the digest any more is moved away, told of by [`Store::take_events`], and counts
    /// as missing.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn get(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.blob(digest);
        match look(&path, digest).map_err(|error| self.error("read", &path, error))? {
            Found::Missing => Ok(None),
            Found::Damaged => {
                self.quarantine(&path, digest.to_string());
                Ok(None)
            }
            Found::Good(bytes) => {
                self.touch(&path);
                Ok(Some(bytes))
            }
        }
    }

    /// Keeps a content, and returns its digest.
    ///
    /// # Errors
    ///
    /// When it cannot be written; nothing of it is visible then. The error of a read-only store names it, and
    /// `RUSTLE_CACHE`.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        let path = self.blob(&digest);
        // What is there and cannot be read, or is damaged, is replaced.
        match look(&path, &digest) {
            Ok(Found::Good(_)) => self.touch(&path),
            Ok(Found::Damaged) => {
                self.quarantine(&path, digest.to_string());
                self.write(&path, bytes, READ_ONLY)?;
            }
            Ok(Found::Missing) | Err(_) => self.write(&path, bytes, READ_ONLY)?,
        }
        Ok(digest)
    }

    /// Notes that a content was used now, as far as the store can be written.
    pub(super) fn touch(&self, path: &Path) {
        let now = self.now();
        let times = FileTimes::new().set_accessed(now).set_modified(now);
        let _ = fs::File::open(path).and_then(|file| file.set_times(times));
    }
}

pub(super) fn look(path: &Path, digest: &Digest) -> io::Result<Found> {
    match fs::symlink_metadata(path) {
        // A pipe would be waited for, and a link leads out of the store.
        Ok(metadata) if !metadata.is_file() => return Ok(Found::Damaged),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Missing),
        Err(error) => return Err(error),
    }
    match fs::read(path) {
        Ok(bytes) if Digest::of(&bytes) == *digest => Ok(Found::Good(bytes)),
        Ok(_) => Ok(Found::Damaged),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Found::Missing),
        Err(error) => Err(error),
    }
}
