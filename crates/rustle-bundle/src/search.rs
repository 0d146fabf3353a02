//! Looks for what begins with a mark somewhere in an executable, without running it.

use std::fs::File;

use crate::error::BundleError;
use crate::index::{HEADER, MAGIC};
use crate::reader::Bundle;
use crate::source::{FilePart, read_exact_at};

/// How much is read at once.
const STEP: usize = 1 << 20;

/// A place in a file at which a mark stands.
pub(crate) struct Place<'a> {
    file: &'a File,
    at: u64,
    total: u64,
}

impl Place<'_> {
    /// The `length` bytes from here, or fewer if the file ends before.
    pub(crate) fn bytes(&self, length: usize) -> Result<Vec<u8>, BundleError> {
        let there = usize::try_from(self.total - self.at).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(there)];
        read_exact_at(self.file, &mut bytes, self.at)?;
        Ok(bytes)
    }
}

/// The first thing that `read` finds at a place where `mark` stands.
pub(crate) fn first<T>(
    file: &File,
    mark: &[u8; 8],
    mut read: impl FnMut(&Place<'_>) -> Result<Option<T>, BundleError>,
) -> Result<Option<T>, BundleError> {
    let total = file.metadata()?.len();
    let mut part = vec![0; STEP];
    let mut start = 0;
    while start + (mark.len() as u64) <= total {
        let length = usize::try_from(total - start).unwrap_or(STEP).min(STEP);
        let Some(part) = part.get_mut(..length) else { break };
        read_exact_at(file, part, start)?;
        for found in places(part, mark) {
            let place = Place { file, at: start + found as u64, total };
            if let Some(found) = read(&place)? {
                return Ok(Some(found));
            }
        }
        // The parts overlap, so that a mark on a border is seen.
        start += (length - (mark.len() - 1)) as u64;
    }
    Ok(None)
}

/// Where `mark` stands in `bytes`.
fn places(bytes: &[u8], mark: &[u8; 8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut from = 0;
    // The first byte is rare in executables.
    while let Some(next) = bytes.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == mark[0])) {
        let at = from + next;
        if bytes.get(at..at + mark.len()) == Some(mark) {
            places.push(at);
        }
        from = at + 1;
    }
    places
}

/// Where a bundle lies in an executable.
#[derive(Debug)]
pub struct Found {
    /// Where it begins.
    pub start: u64,
    /// The bundle, verified as [`Bundle::open`] verifies.
    pub bundle: Bundle,
}

/// The bundle that is embedded in the executable `file`, if there is one; the executable is not run, so that it may be
/// one for another system. What is appended behind `end`, the length of the executable itself, is not looked at.
///
/// # Errors
/// If the file cannot be read. A bundle that is damaged, or of another format, is not found.
pub fn find_embedded(file: &File, end: u64) -> Result<Option<Found>, BundleError> {
    let total = file.metadata()?.len().min(end);
    first(file, &MAGIC, |place| {
        if place.at >= total {
            return Ok(None);
        }
        let header = place.bytes(HEADER as usize)?;
        // The length of the whole stands behind magic, format and the length of the index.
        let length = header.get(24..32).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        let Some(length) =
            length.filter(|length| place.at.checked_add(*length).is_some_and(|end| end <= total))
        else {
            return Ok(None);
        };
        let part = FilePart::new(file.try_clone()?, place.at, length);
        Ok(Bundle::open(part).ok().map(|bundle| Found { start: place.at, bundle }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_on_borders_and_in_rows_are_seen() {
        let mark = *b"\xabMARKED\n";
        assert_eq!(places(b"\xab\xabMARKED\n..\xabMARKED\n", &mark), [1, 11]);
        use std::io::Write;
        for at in [0, STEP - 12, STEP - 7, STEP - 1, STEP, 2 * STEP - 5] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&vec![0xab; at]).unwrap();
            file.write_all(&mark).unwrap();
            let found = first(&file, &mark, |place| Ok(Some(place.at))).unwrap();
            assert_eq!(found, Some(at as u64));
            assert_eq!(first(&file, &MAGIC, |place| Ok(Some(place.at))).unwrap(), None);
        }
    }
}
