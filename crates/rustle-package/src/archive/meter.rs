//! Counts what comes out of a decompressor, and stops it.

use std::io::{ErrorKind, Read};

use super::ArchiveError;
use crate::Limits;
use crate::tree::Refusal;

/// Bytes that are taken from a decompressor at once, so that what a header claims is never allocated.
const PIECE: usize = 64 << 10;

/// A decompressor that stops at the limits.
pub(super) struct Meter<'a, R> {
    inner: R,
    limits: &'a Limits,
    /// The size of the archive.
    packed: u64,
    taken: u64,
    /// What is being read, for errors.
    pub(super) entry: String,
}

impl<'a, R: Read> Meter<'a, R> {
    pub(super) fn new(inner: R, packed: usize, limits: &'a Limits) -> Self {
        Meter { inner, limits, packed: packed as u64, taken: 0, entry: String::new() }
    }

    pub(super) fn into_inner(self) -> R {
        self.inner
    }

    /// Fills the buffer as far as there is something.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..)
            && !rest.is_empty()
        {
            match self.inner.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Err(ArchiveError::Truncated);
                }
                Err(error) => {
                    return Err(ArchiveError::format(&self.entry, format!("it is damaged: {error}")));
                }
            }
        }
        self.taken = self.taken.saturating_add(filled as u64);
        if let Some(refusal) = over(self.taken, self.packed, self.limits) {
            return Err(ArchiveError::refused(&self.entry, refusal));
        }
        Ok(filled)
    }

    /// A block of 512 bytes; nothing at the end.
    pub(super) fn block(&mut self) -> Result<Option<[u8; 512]>, ArchiveError> {
        let mut block = [0; 512];
        match self.read(&mut block)? {
            0 => Ok(None),
            512 => Ok(Some(block)),
            _ => Err(ArchiveError::Truncated),
        }
    }

    /// This many bytes, and what fills their last block.
    pub(super) fn content(&mut self, size: u64) -> Result<Vec<u8>, ArchiveError> {
        let mut content = Vec::new();
        let mut left = size;
        let mut piece = vec![0; PIECE.min(usize::try_from(size).unwrap_or(PIECE)).max(1)];
        while left > 0 {
            let wanted = piece.len().min(usize::try_from(left).unwrap_or(PIECE));
            let part = piece.get_mut(..wanted).unwrap_or_default();
            if self.read(part)? != wanted {
                return Err(ArchiveError::Truncated);
            }
            content.extend_from_slice(part);
            left -= wanted as u64;
        }
        let padding = (512 - size % 512) % 512;
        let mut rest = [0; 512];
        let rest = rest.get_mut(..usize::try_from(padding).unwrap_or_default()).unwrap_or_default();
        if self.read(rest)? as u64 != padding {
            return Err(ArchiveError::Truncated);
        }
        Ok(content)
    }
}

/// Whether so much out of so little is too much.
pub(super) fn over(unpacked: u64, packed: u64, limits: &Limits) -> Option<Refusal> {
    // The headers of a tar file count only as far as they are more than the files need: one for each, one for its long
    // name, and what fills the last blocks.
    let headers = limits.entries.saturating_mul(2048).min(limits.unpacked).saturating_add(64 << 10);
    if unpacked > limits.unpacked.saturating_add(headers) {
        Some(Refusal::Unpacked(limits.unpacked))
    } else if unpacked > Limits::RATIO_FROM && unpacked > packed.saturating_mul(limits.ratio) {
        Some(Refusal::Ratio(limits.ratio))
    } else {
        None
    }
}
