//! Archives that are honest, that attack, and that are broken. The attacking ones are put together byte by byte, since
//! libraries refuse to write them.

mod bombs;
mod build;
mod honest;
mod mutated;
mod python;
mod tar_faults;
mod zip_faults;

use super::{ArchiveError, Format, unpack};
use crate::{Limits, Tree};

fn unpack_default(bytes: &[u8], format: Format) -> Result<Tree, ArchiveError> {
    unpack(bytes, format, &Limits::default())
}

/// The code that an archive is refused with; the entry is named in the message if there is one.
fn code(bytes: &[u8], format: Format) -> String {
    let error = unpack_default(bytes, format).unwrap_err();
    let message = error.to_string();
    assert!(message.contains(&error.code()), "{message}");
    assert!(!message.chars().any(char::is_control), "{message:?}");
    error.code()
}
