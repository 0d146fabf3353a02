//! The content of one file, as a stream.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use crate::index::Span;
use crate::reader::Bundle;

/// The content of one file, as a stream. Each frame is verified before any of it is handed out.
pub struct Reader<'a> {
    bundle: &'a Bundle,
    at: u64,
    end: u64,
    frame: Arc<[u8]>,
    within: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bundle: &'a Bundle, Span(start, length): Span) -> Reader<'a> {
        Reader { bundle, at: start, end: start.saturating_add(length), frame: Arc::new([]), within: 0 }
    }

    /// How many bytes are left.
    pub fn left(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        if left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        if self.within >= self.frame.len() {
            (self.frame, self.within) = self.bundle.frame_at(self.at)?;
        }
        let held = self.frame.get(self.within..).unwrap_or_default();
        let length = held.len().min(left).min(buffer.len());
        match (held.get(..length), buffer.get_mut(..length)) {
            (Some(from), Some(to)) if length > 0 => to.copy_from_slice(from),
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        self.within += length;
        self.at += length as u64;
        Ok(length)
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("left", &self.left()).finish_non_exhaustive()
    }
}
