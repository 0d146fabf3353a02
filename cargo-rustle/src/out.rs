//! Standard output: what cannot be written to it is remembered, and told when the command is done.
//!
//! `print!` and `println!` of this crate are these and not the standard library's, which panic where nobody reads or a disk
//! is full. A command goes on with its work either way.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};

use crate::failure::Failure;

/// Why something was not written: the first error.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

macro_rules! print {
    ($($text:tt)*) => { $crate::out::write(::core::format_args!($($text)*)) };
}

macro_rules! println {
    () => { $crate::out::write(::core::format_args!("\n")) };
    ($($text:tt)*) => { $crate::out::write(::core::format_args!("{}\n", ::core::format_args!($($text)*))) };
}

/// Writes to standard output, unless that has failed before.
pub fn write(text: Arguments<'_>) {
    attempt(&mut io::stdout().lock(), |out| out.write_fmt(text));
}

/// Remembers that somebody else could not write to standard output.
pub fn failed(error: io::Error) {
    attempt(&mut io::sink(), |_| Err(error));
}

/// Ends the output.
///
/// # Errors
/// If something could not be written, and somebody still reads.
pub fn finish() -> Result<(), Failure> {
    attempt(&mut io::stdout().lock(), |out| out.flush());
    judged(FAILED.lock().unwrap_or_else(PoisonError::into_inner).take())
}

fn attempt(out: &mut dyn Write, work: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    if failed.is_none() {
        *failed = work(out).err();
    }
}

fn judged(failed: Option<io::Error>) -> Result<(), Failure> {
    match failed {
        // Whoever reads has seen enough.
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_reads_is_told() {
        assert!(judged(None).is_ok());
        assert!(judged(Some(ErrorKind::BrokenPipe.into())).is_ok());
        assert!(judged(Some(ErrorKind::StorageFull.into())).is_err());
    }
}
