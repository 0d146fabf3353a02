//! The user's cache of what was fetched.
//!
//! Contents lie under their SHA-256, read-only, and are hashed at every read: what was changed is moved away, told of as
//! an [`Event`], and fetched anew. Everything is written beside its place and renamed, so that any number of processes may
//! share a store and may be killed at any time. Where the file system knows no locks, something may be fetched twice.

mod blob;
mod error;
mod flight;
mod gc;
mod index;
mod place;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

pub use error::{ObtainError, StoreError};
pub use gc::{GcReport, Stats};
pub use index::IndexEntry;

use crate::staging;

/// How large a store may become before [`Store::gc`] makes it smaller, unless somebody says otherwise: 1000 MiB, as
/// requirement 000 has it.
pub const DEFAULT_CAP: u64 = 1000 << 20;

/// Something that the user should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An entry was not what its name says. It was moved away, and counts as missing.
    Damaged {
        /// The digest of a content, or the key of an index entry.
        what: String,
        /// Where it lies now; nothing if it could not be moved (a read-only store).
        moved_to: Option<PathBuf>,
    },
}

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Event::Damaged { what, moved_to } = self;
        write!(f, "the cached {} was damaged and is fetched anew", crate::tree::Shown(what))?;
        match moved_to {
            Some(path) => write!(f, "; it lies in {} now", path.display()),
            None => Ok(()),
        }
    }
}

/// A store. Cheap to open; may be shared by threads.
///
/// ```
/// use rustle_package::store::Store;
///
/// let folder = tempfile::tempdir()?;
/// let store = Store::open(folder.path());
/// let digest = store.put(b"content")?;
/// assert_eq!(store.get(&digest)?.as_deref(), Some(&b"content"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    clock: fn() -> SystemTime,
    events: Mutex<Vec<Event>>,
    swept: AtomicBool,
}

impl Store {
    /// The store in this folder, which need not exist yet: it is made when something is written.
    pub fn open(root: impl Into<PathBuf>) -> Store {
        Store {
            root: root.into(),
            clock: SystemTime::now,
            events: Mutex::default(),
            swept: AtomicBool::new(false),
        }
    }

    /// The same store with another clock, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: fn() -> SystemTime) -> Store {
        self.clock = clock;
        self
    }

    /// What happened since this was last asked.
    pub fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn now(&self) -> SystemTime {
        (self.clock)()
    }

    fn error(&self, action: &'static str, path: &Path, source: io::Error) -> StoreError {
        StoreError::Io { action, path: path.to_owned(), source, root: self.root.clone() }
    }

    /// Makes a folder of the store; the first one that is made brings the mark that tells backups to pass the store over.
    fn make(&self, folder: &Path) -> Result<(), StoreError> {
        if folder.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(folder).map_err(|error| self.error("write", folder, error))?;
        let tag = self.root.join("CACHEDIR.TAG");
        if !tag.exists() {
            // A courtesy; the store works without.
            let _ = fs::write(&tag, "Signature: 8a477f597d28d172789f06886806bc55\n");
        }
        Ok(())
    }

    /// Writes a file of the store.
    fn write(&self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
        use std::os::unix::fs::PermissionsExt as _;
        let scratch = self.folder("tmp");
        self.make(&scratch)?;
        if let Some(parent) = path.parent() {
            self.make(parent)?;
        }
        if !self.swept.swap(true, Ordering::Relaxed) {
            staging::sweep(&scratch);
        }
        let permissions = fs::Permissions::from_mode(mode);
        crate::atomic::replace(path, &scratch, bytes, Some(permissions))
            .map_err(|error| self.error("write", path, error))
    }

    /// Moves an entry away that is not what it should be.
    fn quarantine(&self, path: &Path, what: String) {
        let moved_to = (|| {
            crate::fail::at(crate::fail::Point::Damaged).ok()?;
            let folder = self.folder("damaged");
            self.make(&folder).ok()?;
            let to = folder.join(path.file_name()?);
            // The latest one of a name is enough to look at; a folder there gives way.
            let _ = fs::remove_dir_all(&to);
            fs::rename(path, &to).ok()?;
            Some(to)
        })();
        let event = Event::Damaged { what, moved_to };
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }
}
