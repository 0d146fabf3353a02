//! Why a module failed.

use std::fmt::{self, Display};

use rustle_schema::outcome::Outcome;
use rustle_value::{Map, Value};

use crate::args::ArgErrors;

/// What a module returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a module failed: a message, and values that the failed task returns beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    message: String,
    data: Map,
}

impl Error {
    /// A failure with `message`, which becomes the task's `msg`.
    pub fn new(message: impl Into<String>) -> Error {
        Error { message: message.into(), data: Map::new() }
    }

    /// With a value that the failed task returns beside the message.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Error {
        self.data.insert(key, value);
        self
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The failed outcome that this error is.
    pub fn into_outcome(self) -> Outcome {
        Outcome { data: self.data, ..Outcome::failed(self.message) }
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        Error::new(error.to_string())
    }
}

impl From<std::string::FromUtf8Error> for Error {
    fn from(error: std::string::FromUtf8Error) -> Error {
        Error::new(error.to_string())
    }
}

impl From<ArgErrors> for Error {
    fn from(errors: ArgErrors) -> Error {
        Error::new(errors.to_string())
    }
}

impl From<String> for Error {
    fn from(message: String) -> Error {
        Error::new(message)
    }
}

impl From<&str> for Error {
    fn from(message: &str) -> Error {
        Error::new(message)
    }
}

/// Puts words before an error.
pub trait ResultExt<T> {
    /// The same, with `context: ` before the message.
    ///
    /// # Errors
    /// If it was one.
    fn context(self, context: impl Display) -> Result<T>;
}

impl<T, E: Display> ResultExt<T> for std::result::Result<T, E> {
    fn context(self, context: impl Display) -> Result<T> {
        self.map_err(|error| Error::new(format!("{context}: {error}")))
    }
}
