//! What can go wrong with the store.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use crate::Digest;

/// What can go wrong with the store. A damaged entry is no error: it is moved away and fetched anew.
#[derive(Debug)]
pub enum StoreError {
    /// Nothing says where the store is.
    Homeless,
    /// The operating system refused.
    Io {
        /// What was tried: `read` or `write`.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
        /// The store.
        root: PathBuf,
    },
    /// What was fetched is not what was asked for.
    Mismatch {
        /// What was asked for.
        expected: Digest,
        /// What came.
        found: Digest,
    },
}

impl StoreError {
    /// The stable code: `E-STORE-HOME`, `E-STORE-READONLY`, `E-STORE-FULL`, `E-STORE-IO`, `E-STORE-DIGEST`.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::Homeless => "E-STORE-HOME",
            StoreError::Mismatch { .. } => "E-STORE-DIGEST",
            StoreError::Io { action, source, .. } => match source.kind() {
                ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied if *action == "write" => {
                    "E-STORE-READONLY"
                }
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => "E-STORE-FULL",
                _ => "E-STORE-IO",
            },
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Homeless => f.write_str(
                "there is no place for the cache: set RUSTLE_CACHE to a folder (XDG_CACHE_HOME and HOME are not set)",
            )?,
            StoreError::Mismatch { expected, found } => write!(f, "what was fetched is {found}, not {expected}")?,
            StoreError::Io { action, path, source, root } => {
                write!(f, "cannot {action} {}: {source}", path.display())?;
                match self.code() {
                    "E-STORE-READONLY" => {
                        write!(f, "; the cache {} cannot be written: set RUSTLE_CACHE to a folder that can", root.display())?;
                    }
                    "E-STORE-FULL" => write!(
                        f,
                        "; make room for the cache {} (`cargo rustle cache gc`), or set RUSTLE_CACHE to another folder",
                        root.display()
                    )?,
                    _ => {}
                }
            }
        }
        write!(f, " ({})", self.code())
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Why something could not be obtained: the store failed, or the fetch.
#[derive(Debug)]
pub enum ObtainError<E> {
    /// The store.
    Store(StoreError),
    /// The fetch.
    Fetch(E),
}

impl<E> From<StoreError> for ObtainError<E> {
    fn from(error: StoreError) -> Self {
        ObtainError::Store(error)
    }
}

impl<E: fmt::Display> fmt::Display for ObtainError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ObtainError::Store(error) => error.fmt(f),
            ObtainError::Fetch(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for ObtainError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ObtainError::Store(error) => error.source(),
            ObtainError::Fetch(error) => error.source(),
        }
    }
}
