//! Why a folder cannot be written or packed.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why a folder cannot be written or packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.what)
    }
}

impl std::error::Error for FolderError {}

/// What is wrong with `path`.
pub(super) fn wrong(path: &Path, what: impl fmt::Display) -> FolderError {
    FolderError { path: path.to_owned(), what: what.to_string() }
}
