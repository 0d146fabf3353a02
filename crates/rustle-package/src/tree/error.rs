//! What can go wrong with the files of a package.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::Refusal;
use super::refusal::Shown;

/// A folder that cannot be read as a package, or be written as one.
#[derive(Debug)]
pub enum TreeError {
    /// The operating system refused.
    Io {
        /// What was tried: `read`, `write`, …
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Something that cannot be part of a package.
    Refused {
        /// The package's folder; empty if there is none.
        folder: PathBuf,
        /// The path inside it.
        entry: String,
        /// Why.
        refusal: Refusal,
    },
}

impl TreeError {
    /// The stable code: `E-TREE-IO`, `E-TREE-PATH`, `E-TREE-LINK`, `E-TREE-KIND`, `E-TREE-DUPLICATE`, `E-TREE-SIZE`.
    pub fn code(&self) -> String {
        match self {
            TreeError::Io { .. } => "E-TREE-IO".to_owned(),
            TreeError::Refused { refusal, .. } => format!("E-TREE-{}", refusal.word()),
        }
    }
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TreeError::Io { action, path, source } => {
                write!(f, "cannot {action} {}: {source}", Shown(&path.to_string_lossy()))
            }
            TreeError::Refused { folder, entry, refusal } => {
                let path = folder.join(entry);
                write!(f, "{}: {refusal} ({})", Shown(&path.to_string_lossy()), self.code())
            }
        }
    }
}

impl std::error::Error for TreeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TreeError::Io { source, .. } => Some(source),
            TreeError::Refused { .. } => None,
        }
    }
}
