//! Errors of the operating system in the words that Python, and so Ansible's messages, have for them.

use std::io;
use std::path::Path;

use rustle_value::{Value, python};

use crate::error::Error;

/// What the system calls the error: `Permission denied`.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(code) => text.strip_suffix(&format!(" (os error {code})")).unwrap_or(&text).to_owned(),
        None => text,
    }
}

/// `[Errno 13] Permission denied`.
pub fn text(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(code) => format!("[Errno {code}] {}", reason(error)),
        None => reason(error),
    }
}

/// `[Errno 13] Permission denied: '/etc/shadow'`.
pub fn with_path(error: &io::Error, path: &Path) -> String {
    format!("{}: {}", text(error), quoted(path))
}

/// The same with the path as Python writes bytes: `[Errno 13] Permission denied: b'/etc/shadow'`.
pub fn with_bytes(error: &io::Error, path: &Path) -> String {
    format!("{}: {}", text(error), bytes(path))
}

/// A path as Python's `repr` of text.
pub fn quoted(path: &Path) -> String {
    python::repr(&Value::from(path.to_string_lossy().as_ref()))
}

/// A path as Python's `repr` of bytes.
pub fn bytes(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    python::repr(&Value::Bytes(path.as_os_str().as_bytes().into()))
}

/// The failure that ansible-core reports when a module of its own does not handle an error.
pub fn unhandled(text: impl std::fmt::Display) -> Error {
    Error::new(format!("Task failed: Module failed: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_read_as_in_python() {
        let error = io::Error::from_raw_os_error(13);
        assert_eq!(text(&error), "[Errno 13] Permission denied");
        assert_eq!(with_path(&error, Path::new("/a b")), "[Errno 13] Permission denied: '/a b'");
        assert_eq!(with_bytes(&error, Path::new("/é")), "[Errno 13] Permission denied: b'/\\xc3\\xa9'");
        assert_eq!(text(&io::Error::other("odd")), "odd");
    }
}
