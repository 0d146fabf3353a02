//! Writes frames: the chunks of the plan as they come, and contents as one stream that is cut into frames.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustle_schema::bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::codec::{self, Codec, Compression, Packer};
use crate::error::BundleError;
use crate::index::{Frame, HEADER, Region, Span};
use crate::place::{self, Piece};
use crate::sink::Sink;

/// Files up to this many bytes share frames of about this size, so that a bundle of many small files packs well and
/// reading one of them unpacks little beside it.
const PACK: usize = 256 << 10;

/// Larger contents are cut into frames of this many bytes, so that they stream.
const CUT: usize = 2 << 20;

/// Everything between the header and the index, being written.
pub(crate) struct Frames<S> {
    pub(crate) sink: S,
    packer: Packer,
    /// Where the next frame begins in the bundle.
    at: u64,
    /// The digest of all chunks so far.
    chunks: Sha256,
    /// Where the chunks end, once a content has been written.
    chunks_end: Option<u64>,
    /// How chunks are packed.
    compression: Compression,
    /// How the current frame of contents is packed.
    current_compression: Compression,
    /// What the current frame of contents holds so far.
    current: Vec<u8>,
    /// Where the current frame begins in the unpacked stream.
    start: u64,
    /// The frames of contents.
    pub(crate) frames: Vec<Frame>,
}

impl<S: Sink> Frames<S> {
    pub(crate) fn new(sink: S, compression: Compression) -> Frames<S> {
        Frames {
            sink,
            packer: Packer::default(),
            compression,
            current_compression: compression,
            at: HEADER,
            chunks: Sha256::new(),
            chunks_end: None,
            current: Vec::new(),
            start: 0,
            frames: Vec::new(),
        }
    }

    /// Where the next frame begins in the bundle.
    pub(crate) fn position(&self) -> u64 {
        self.at
    }

    /// Writes a chunk of the plan, and says where it lies. Chunks come before all contents.
    pub(crate) fn chunk(&mut self, content: &[u8]) -> Result<Bytes, BundleError> {
        if self.chunks_end.is_some() {
            return Err(BundleError::Plan("a chunk comes behind the contents".into()));
        }
        let mut pieces = Vec::new();
        for part in content.chunks(CUT) {
            let at = self.at;
            let (codec, packed, digest) = pack(&mut self.packer, self.compression, &mut self.sink, part)?;
            self.chunks.update(&packed);
            self.at += packed.len() as u64;
            let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
            pieces.push(Piece {
                at,
                packed: length(packed.len()),
                unpacked: length(part.len()),
                codec,
                digest,
            });
        }
        Ok(place::encode(&pieces))
    }

    /// The region of the chunks, complete as soon as a content has been written.
    pub(crate) fn chunks(&self) -> Region {
        let end = self.chunks_end.unwrap_or(self.at);
        Region(end - HEADER, Bytes(self.chunks.clone().finalize().to_vec()))
    }

    /// Appends the content of the file at `path`.
    pub(crate) fn file(&mut self, path: &Path, compression: Compression) -> Result<Span, BundleError> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        self.content(&mut file, length, compression)
    }

    /// Appends a content of `length` bytes; a file that has changed its length meanwhile is an error.
    pub(crate) fn content(
        &mut self,
        from: &mut dyn Read,
        length: u64,
        compression: Compression,
    ) -> Result<Span, BundleError> {
        self.chunks_end.get_or_insert(self.at);
        let large = length > PACK as u64;
        let another = compression != self.current_compression;
        if large || another || self.current.len() as u64 + length > PACK as u64 {
            self.flush()?;
        }
        self.current_compression = compression;
        let span = Span(self.start + self.current.len() as u64, length);
        let mut left = length;
        while left > 0 {
            let take = left.min((CUT - self.current.len()) as u64);
            let read = from.take(take).read_to_end(&mut self.current)? as u64;
            if read < take {
                let error = io::Error::new(io::ErrorKind::UnexpectedEof, "it shrank while it was read");
                return Err(error.into());
            }
            if large && left == length && codec::is_packed(&self.current) {
                self.current_compression = Compression::None;
            }
            left -= read;
            if large && self.current.len() == CUT {
                self.flush()?;
            }
        }
        if from.read(&mut [0])? != 0 {
            return Err(io::Error::other("it grew while it was read").into());
        }
        if large {
            self.flush()?;
        }
        Ok(span)
    }

    /// Ends the current frame of contents.
    pub(crate) fn flush(&mut self) -> Result<(), BundleError> {
        if self.current.is_empty() {
            return Ok(());
        }
        let (codec, packed, digest) =
            pack(&mut self.packer, self.current_compression, &mut self.sink, &self.current)?;
        let (packed, unpacked) = (packed.len() as u64, self.current.len() as u64);
        self.frames.push(Frame(codec, packed, unpacked, Bytes(digest.to_vec())));
        self.at += packed;
        self.start += unpacked;
        self.current.clear();
        Ok(())
    }
}

/// A frame that was written: how it is packed, its packed bytes, and their digest.
type Written<'a> = (Codec, Cow<'a, [u8]>, [u8; 32]);

/// Packs `content` and writes it.
fn pack<'a>(
    packer: &mut Packer,
    compression: Compression,
    sink: &mut impl Sink,
    content: &'a [u8],
) -> Result<Written<'a>, BundleError> {
    let (codec, packed) = packer.pack(content, compression)?;
    let digest = Sha256::digest(&packed).into();
    sink.write_all(&packed)?;
    Ok((codec, packed, digest))
}
