//! Where the bytes of a bundle lie: in memory, or in a part of a file.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Where the bytes of a bundle lie.
pub trait Source: Send + Sync {
    /// How many there are.
    fn length(&self) -> u64;

    /// The bytes of `range`, borrowed where they are in memory already.
    ///
    /// # Errors
    /// If they cannot be read, or some of them do not exist.
    fn bytes(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>>;
}

fn slice(bytes: &[u8], range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
    let part = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
    part.and_then(|(start, end)| bytes.get(start..end))
        .map(Cow::Borrowed)
        .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

impl Source for &'static [u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn bytes(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        slice(self, range)
    }
}

impl Source for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn bytes(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        slice(self, range)
    }
}

impl Source for Arc<Vec<u8>> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn bytes(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        slice(self, range)
    }
}

/// A part of an open file. It is read at need, never mapped: a file that shrinks under a mapping would kill the process.
#[derive(Debug)]
pub struct FilePart {
    file: File,
    start: u64,
    length: u64,
}

impl FilePart {
    /// The `length` bytes of `file` from `start`.
    pub fn new(file: File, start: u64, length: u64) -> FilePart {
        FilePart { file, start, length }
    }
}

impl Source for FilePart {
    fn length(&self) -> u64 {
        self.length
    }

    fn bytes(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        let eof = || io::Error::from(io::ErrorKind::UnexpectedEof);
        if range.start > range.end || range.end > self.length {
            return Err(eof());
        }
        let start = self.start.checked_add(range.start).ok_or_else(eof)?;
        let length = usize::try_from(range.end - range.start).map_err(|_| eof())?;
        // The length was bounded by the part's, and that was measured, not read from the bundle.
        let mut bytes = vec![0; length];
        read_exact_at(&self.file, &mut bytes, start)?;
        Ok(Cow::Owned(bytes))
    }
}

#[cfg(unix)]
pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(not(unix))]
pub(crate) fn read_exact_at(mut file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(buffer)
}
