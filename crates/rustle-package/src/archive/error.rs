//! Why an archive is refused.

use std::fmt;

use crate::tree::{Refusal, Shown, TreeError};

/// Why an archive is refused. Nothing of it is used then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveError {
    /// An entry that cannot be part of a package.
    Refused {
        /// Its name; empty if it is about the archive as a whole.
        entry: String,
        /// Why.
        refusal: Refusal,
    },
    /// Two places of the archive say different things of one entry, so that two readers could see two archives.
    Disagree {
        /// The entry's name.
        entry: String,
        /// What they disagree about.
        what: &'static str,
    },
    /// An encrypted entry.
    Encrypted {
        /// Its name.
        entry: String,
    },
    /// The bytes are not what the format asks for.
    Format {
        /// The entry where this was found; empty if there is none.
        entry: String,
        /// What is wrong.
        why: String,
    },
    /// The archive ends too early.
    Truncated,
    /// There is something behind the archive's end.
    Trailing,
}

impl ArchiveError {
    /// The stable code: `E-ARCHIVE-PATH`, `-LINK`, `-KIND`, `-DUPLICATE`, `-SIZE`, `-DISAGREE`, `-ENCRYPTED`, `-FORMAT`,
    /// `-TRUNCATED` or `-TRAILING`.
    pub fn code(&self) -> String {
        let word = match self {
            ArchiveError::Refused { refusal, .. } => refusal.word(),
            ArchiveError::Disagree { .. } => "DISAGREE",
            ArchiveError::Encrypted { .. } => "ENCRYPTED",
            ArchiveError::Format { .. } => "FORMAT",
            ArchiveError::Truncated => "TRUNCATED",
            ArchiveError::Trailing => "TRAILING",
        };
        format!("E-ARCHIVE-{word}")
    }

    /// The name of the entry that it is about; empty if it is about the whole.
    pub fn entry(&self) -> &str {
        match self {
            ArchiveError::Refused { entry, .. }
            | ArchiveError::Disagree { entry, .. }
            | ArchiveError::Encrypted { entry }
            | ArchiveError::Format { entry, .. } => entry,
            ArchiveError::Truncated | ArchiveError::Trailing => "",
        }
    }

    pub(super) fn refused(entry: &str, refusal: Refusal) -> ArchiveError {
        ArchiveError::Refused { entry: entry.to_owned(), refusal }
    }

    pub(super) fn format(entry: &str, why: impl Into<String>) -> ArchiveError {
        ArchiveError::Format { entry: entry.to_owned(), why: why.into() }
    }
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            "" => f.write_str("the archive is refused: ")?,
            entry => write!(f, "the archive is refused at `{}`: ", Shown(entry))?,
        }
        match self {
            ArchiveError::Refused { refusal, .. } => write!(f, "{refusal}")?,
            ArchiveError::Disagree { what, .. } => write!(f, "it says two different things about {what}")?,
            ArchiveError::Encrypted { .. } => f.write_str("it is encrypted")?,
            ArchiveError::Format { why, .. } => write!(f, "{}", Shown(why))?,
            ArchiveError::Truncated => f.write_str("it ends too early; download it again")?,
            ArchiveError::Trailing => f.write_str("there is something behind its end")?,
        }
        write!(f, " ({})", self.code())
    }
}

impl std::error::Error for ArchiveError {}

impl From<TreeError> for ArchiveError {
    fn from(error: TreeError) -> ArchiveError {
        match error {
            TreeError::Refused { entry, refusal, .. } => ArchiveError::Refused { entry, refusal },
            TreeError::Io { .. } => ArchiveError::format("", error.to_string()),
        }
    }
}
