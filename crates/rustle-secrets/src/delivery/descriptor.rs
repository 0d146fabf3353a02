//! Keys through a file descriptor that whoever started this program has opened.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd};

use rustix::io::{FdFlags, fcntl_getfd};
use rustle_runtime::secrets::KeyText;

use super::file;

/// Reads the descriptor to its end and closes it, so that no program that is started later can read it again.
///
/// # Errors
/// If no such descriptor was passed, or it cannot be read.
pub(super) fn read(number: i32) -> Result<KeyText, String> {
    let failed = |error: io::Error| format!("the key cannot be read from file descriptor {number}: {error}");
    match number {
        0 => {
            // Not by way of the buffer of standard input, in which a copy would stay.
            let own = io::stdin().as_fd().try_clone_to_owned().map_err(failed)?;
            return file::read_from(File::from(own)).map_err(failed);
        }
        1.. => {}
        _ => return Err(format!("{number} is no file descriptor")),
    }
    // SAFETY: only the flags of the number are asked for, and the system answers with an error if it is not open.
    let flags = fcntl_getfd(unsafe { BorrowedFd::borrow_raw(number) });
    // What this program has opened itself is closed for others, and what was passed cannot be.
    if number <= 2 || !flags.is_ok_and(|flags| !flags.contains(FdFlags::CLOEXEC)) {
        return Err(format!("no file descriptor {number} was passed to this program"));
    }
    // SAFETY: it is open, and it was inherited: nothing in this process has made it, so nothing else owns it.
    let file = unsafe { File::from_raw_fd(number) };
    file::read_from(file).map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::{AsRawFd, IntoRawFd};

    use super::*;

    #[test]
    fn what_was_passed_is_read_and_closed() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"k").unwrap();
        drop(writer);
        // As if it had been inherited.
        rustix::io::fcntl_setfd(&reader, FdFlags::empty()).unwrap();
        let number = std::os::fd::OwnedFd::from(reader).into_raw_fd();
        assert_eq!(read(number).unwrap().as_slice(), b"k");
    }

    #[test]
    fn what_was_not_passed_is_left_alone() {
        let own = tempfile::tempfile().unwrap();
        assert!(read(own.as_raw_fd()).unwrap_err().contains("was passed"));
        assert!(own.metadata().is_ok(), "it is still open");
        assert!(read(1000).unwrap_err().contains("was passed"));
        assert!(read(2).is_err() && read(-1).is_err());
    }
}
