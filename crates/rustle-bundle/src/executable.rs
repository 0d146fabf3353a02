//! What of an executable must be known to put something behind it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::BundleError;
use crate::source::read_exact_at;

/// Bytes of the longer of the two headers of ELF.
const LONGEST: usize = 64;

/// Refuses what cannot carry a bundle: Mach-O executables are signed as a whole, and text is no executable.
pub(crate) fn check(file: &mut File, path: &Path) -> Result<(), BundleError> {
    let mut magic = Vec::new();
    file.take(4).read_to_end(&mut magic)?;
    let refuse = |why: &str| Err(BundleError::Executable(format!("{}: {why}", path.display())));
    match magic.as_slice() {
        b"\x7fELF" | [b'M', b'Z', ..] => Ok(()),
        b"\xcf\xfa\xed\xfe" | b"\xca\xfe\xba\xbe" => refuse(
            "a macOS executable is signed as a whole and cannot have a bundle appended: build it instead",
        ),
        _ => refuse("this is no executable"),
    }
}

/// Where an ELF executable ends by its own account: behind the table of sections, which linkers write last (ELF,
/// chapter 1, "ELF Header"). `None` if it does not say, or is of another format.
pub(crate) fn end(file: &File) -> io::Result<Option<u64>> {
    let mut header = [0; LONGEST];
    if file.metadata()?.len() < header.len() as u64 {
        return Ok(None);
    }
    read_exact_at(file, &mut header, 0)?;
    Ok(end_by(&header))
}

fn end_by(header: &[u8; LONGEST]) -> Option<u64> {
    let [0x7f, b'E', b'L', b'F', class, order, ..] = *header else { return None };
    // Each has the table's place, the length of an entry and their number; addresses are of another length.
    let (place, length, number) = match class {
        1 => (32..36, 46..48, 48..50),
        2 => (40..48, 58..60, 60..62),
        _ => return None,
    };
    let field = |range: std::ops::Range<usize>| {
        let bytes = header.get(range)?.iter();
        let join = |all: u64, byte: &u8| all << 8 | u64::from(*byte);
        match order {
            1 => Some(bytes.rev().fold(0, join)),
            2 => Some(bytes.fold(0, join)),
            _ => None,
        }
    };
    let (place, length, number) = (field(place)?, field(length)?, field(number)?);
    if place == 0 || number == 0 { None } else { place.checked_add(length * number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_executable_ends_where_it_says() {
        let file = File::open(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(end(&file).unwrap(), Some(file.metadata().unwrap().len()));
    }

    #[test]
    fn both_classes_and_both_orders_are_read() {
        let mut header = [0; LONGEST];
        header[..6].copy_from_slice(b"\x7fELF\x01\x02");
        header[32..36].copy_from_slice(&[0, 0, 1, 0]);
        header[46..50].copy_from_slice(&[0, 40, 0, 3]);
        assert_eq!(end_by(&header), Some(256 + 120));
        header[4..6].copy_from_slice(&[2, 1]);
        header[40..48].copy_from_slice(&[0, 2, 0, 0, 0, 0, 0, 0]);
        header[58..62].copy_from_slice(&[64, 0, 2, 0]);
        assert_eq!(end_by(&header), Some(512 + 128));
        header[40..48].fill(0xff);
        assert_eq!(end_by(&header), None, "no place in a file");
        header[60..62].fill(0);
        assert_eq!(end_by(&header), None, "no sections");
        assert_eq!(end_by(&[7; LONGEST]), None);
    }
}
