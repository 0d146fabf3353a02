//! Why a bundle cannot be written or read.

use std::{fmt, io};

/// Why a bundle cannot be written or read.
#[derive(Debug)]
pub enum BundleError {
    /// The bytes do not begin as a bundle does.
    NotABundle,
    /// It was written in a format that this reader does not know.
    Format(u32),
    /// It is shorter or longer than it says: cut off, or something follows it.
    Length {
        /// How many bytes it says.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// Bytes are not those that were written; says which part.
    Digest(String),
    /// The index says something impossible.
    Index(String),
    /// The path of an entry is refused; says which and why.
    Path(String),
    /// There is no such entry, or it is no file.
    NotFound(String),
    /// The plan in it cannot be read.
    Plan(String),
    /// A bundle begins behind the executable, and no footer ends the file.
    Footer,
    /// The executable cannot carry an appended bundle; says why.
    Executable(String),
    /// Reading or writing failed.
    Io(io::Error),
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BundleError::NotABundle => f.write_str("this is no bundle"),
            BundleError::Format(format) => write!(
                f,
                "the bundle has format {format}, this program reads format {}: build both with one version",
                crate::FORMAT
            ),
            BundleError::Length { expected, found } => {
                write!(f, "the bundle should have {expected} bytes and has {found}: it is damaged")
            }
            BundleError::Digest(part) => {
                write!(f, "the bundle is damaged: {part} is not what was written")
            }
            BundleError::Index(what) => write!(f, "the bundle's index is wrong: {what}"),
            BundleError::Path(what) => f.write_str(what),
            BundleError::NotFound(path) => write!(f, "the bundle holds no file `{path}`"),
            BundleError::Plan(what) => write!(f, "the bundle's plan cannot be read: {what}"),
            BundleError::Footer => f.write_str(
                "the bundle behind the executable was cut, or something was put behind it: copy or build it anew",
            ),
            BundleError::Executable(what) => f.write_str(what),
            BundleError::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BundleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BundleError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for BundleError {
    fn from(error: io::Error) -> BundleError {
        BundleError::Io(error)
    }
}

impl From<BundleError> for io::Error {
    fn from(error: BundleError) -> io::Error {
        match error {
            BundleError::Io(error) => error,
            BundleError::NotFound(_) => io::Error::new(io::ErrorKind::NotFound, error),
            other => io::Error::new(io::ErrorKind::InvalidData, other),
        }
    }
}
