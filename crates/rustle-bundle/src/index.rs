//! The header and the index: what stands where.

use rustle_schema::bytes::Bytes;
use rustle_schema::settings::Settings;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::codec::Codec;
use crate::error::BundleError;
use crate::path;

/// The version of the container's format.
///
/// - 1: the first.
/// - 2: the tasks of a long list lie in frames of their own; the index lies behind the frames.
pub const FORMAT: u32 = 2;

/// How a bundle begins. The first byte is none of UTF-8's, so that no text file is taken for a bundle.
pub const MAGIC: [u8; 8] = *b"\xabRUSTLE\n";

/// The largest frame, unpacked: what a reader needs to have in memory at once.
pub const MAX_FRAME: u64 = 4 << 20;

/// Bytes before the frames: magic, format, length of the signature, length of the index, length of the whole, root digest.
pub(crate) const HEADER: u64 = 64;

/// Bytes of the header that the root digest covers, together with the index.
const COVERED: usize = 32;

/// The header, read.
pub(crate) struct Header {
    /// How many bytes of signature follow the index.
    pub(crate) signature: u64,
    pub(crate) index: u64,
    pub(crate) total: u64,
    pub(crate) root: [u8; 32],
}

impl Header {
    /// The header's bytes for an `index` that begins at byte `index_at`, and is followed by `signature` bytes of signature.
    pub(crate) fn write(index: &[u8], index_at: u64, signature: u32) -> Vec<u8> {
        let length = index.len() as u64;
        let mut header = Vec::with_capacity(HEADER as usize);
        header.extend(MAGIC);
        header.extend(FORMAT.to_le_bytes());
        header.extend(signature.to_le_bytes());
        header.extend(length.to_le_bytes());
        header.extend((index_at + length + u64::from(signature)).to_le_bytes());
        let root = root(&header, index);
        header.extend(root);
        header
    }

    pub(crate) fn read(bytes: &[u8], found: u64) -> Result<Header, BundleError> {
        let Some((magic, rest)) = bytes.split_first_chunk::<8>() else {
            return Err(BundleError::NotABundle);
        };
        let short = || BundleError::Length { expected: HEADER, found };
        let (format, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
        let (signature, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
        let (index, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
        let (total, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
        let (root, _) = rest.split_first_chunk::<32>().ok_or_else(short)?;
        if *magic != MAGIC {
            return Err(BundleError::NotABundle);
        }
        let format = u32::from_le_bytes(*format);
        if format != FORMAT {
            return Err(BundleError::Format(format));
        }
        let header = Header {
            signature: u64::from(u32::from_le_bytes(*signature)),
            index: u64::from_le_bytes(*index),
            total: u64::from_le_bytes(*total),
            root: *root,
        };
        if header.total != found {
            return Err(BundleError::Length { expected: header.total, found });
        }
        if header.index > header.total.saturating_sub(HEADER).saturating_sub(header.signature) {
            return Err(BundleError::Index("it is longer than the bundle".into()));
        }
        Ok(header)
    }

    /// Where the index begins and ends.
    pub(crate) fn index(&self) -> std::ops::Range<u64> {
        // `read` has found that they fit.
        let end = self.total.saturating_sub(self.signature);
        end.saturating_sub(self.index)..end
    }

    pub(crate) fn verify(&self, header: &[u8], index: &[u8]) -> Result<(), BundleError> {
        if header.get(..COVERED).is_some_and(|covered| root(covered, index) == self.root) {
            return Ok(());
        }
        Err(BundleError::Digest("the index".into()))
    }
}

fn root(covered: &[u8], index: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(covered).chain_update(index).finalize().into()
}

/// The index. Behind the header come the chunks of the plan, then the frames of one stream of contents: the plan's head
/// first, then the files. Positions of contents are those of the unpacked stream.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) settings: Settings,
    pub(crate) chunks: Region,
    pub(crate) plan: Span,
    pub(crate) frames: Vec<Frame>,
    pub(crate) entries: Vec<Entry>,
}

/// All chunks of the plan: how many bytes they have, and the SHA-256 of these. Each chunk's own digest stands where it is
/// referred to: in the plan's head, or in another chunk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Region(pub(crate) u64, pub(crate) Bytes);

/// A part of the unpacked stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span(pub(crate) u64, pub(crate) u64);

/// One frame: how it is packed, its length packed and unpacked, and the SHA-256 of the packed bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Frame(pub(crate) Codec, pub(crate) u64, pub(crate) u64, pub(crate) Bytes);

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link.
    Symlink,
}

impl From<Kind> for u8 {
    fn from(kind: Kind) -> u8 {
        match kind {
            Kind::File => 0,
            Kind::Directory => 1,
            Kind::Symlink => 2,
        }
    }
}

impl TryFrom<u8> for Kind {
    type Error = String;

    fn try_from(byte: u8) -> Result<Kind, String> {
        match byte {
            0 => Ok(Kind::File),
            1 => Ok(Kind::Directory),
            2 => Ok(Kind::Symlink),
            other => Err(format!("an entry is of an unknown kind ({other})")),
        }
    }
}

/// One file, folder or symbolic link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry(Bytes, Kind, u32, pub(crate) Span, #[serde(default)] Bytes);

impl Entry {
    pub(crate) fn new(path: Vec<u8>, kind: Kind, mode: u32, target: Vec<u8>) -> Entry {
        Entry(Bytes(path), kind, mode, Span::default(), Bytes(target))
    }

    /// Its path below the bundle's root. It need not be UTF-8.
    pub fn path(&self) -> &[u8] {
        &self.0.0
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.1
    }

    /// Its permission bits.
    pub fn mode(&self) -> u32 {
        self.2
    }

    /// How many bytes a file has; 0 for all else.
    pub fn size(&self) -> u64 {
        self.3.1
    }

    /// Where a symbolic link points; empty for all else.
    pub fn target(&self) -> &[u8] {
        &self.4.0
    }
}

impl Index {
    /// Checks all that the reader relies on later: `stored` is how many bytes lie between header and index.
    pub(crate) fn check(&self, stored: u64) -> Result<(), BundleError> {
        let wrong = |what: &str| Err(BundleError::Index(what.into()));
        let Region(chunks, digest) = &self.chunks;
        if *chunks > stored || digest.0.len() != 32 {
            return wrong("the chunks of the plan have an impossible length");
        }
        let (mut packed, mut unpacked) = (*chunks, 0_u64);
        for Frame(codec, from, to, digest) in &self.frames {
            if *to > MAX_FRAME || *from > *to || digest.0.len() != 32 {
                return wrong("a frame has an impossible length");
            }
            if *codec == Codec::Stored && from != to {
                return wrong("a frame that is not packed has two lengths");
            }
            // Neither sum overflows, nor need it be exact if it did: each frame is at most MAX_FRAME, and its record takes more than 32 bytes.
            packed = packed.saturating_add(*from);
            unpacked = unpacked.saturating_add(*to);
        }
        if packed != stored {
            return wrong("its frames do not fill the bundle");
        }
        let inside = |Span(at, length): Span| at.checked_add(length).is_some_and(|end| end <= unpacked);
        if !inside(self.plan) {
            return wrong("the plan lies outside");
        }
        let mut before: Option<&Entry> = None;
        for entry in &self.entries {
            path::check(entry.path())?;
            if before.is_some_and(|before| before.path() >= entry.path()) {
                return wrong("its entries are not in order, or one is there twice");
            }
            if entry.mode() & !0o7777 != 0 || !inside(entry.3) || entry.target().contains(&0) {
                return wrong("an entry says something impossible");
            }
            if entry.kind() != Kind::File && entry.size() != 0 {
                return wrong("an entry that is no file has content");
            }
            if (entry.kind() == Kind::Symlink) == entry.target().is_empty() {
                return wrong("a symbolic link points nowhere, or something else points somewhere");
            }
            before = Some(entry);
        }
        for entry in &self.entries {
            for parent in path::parents(entry.path()) {
                if self.find(parent).is_none_or(|parent| parent.kind() != Kind::Directory) {
                    return wrong("an entry lies below something that is no folder");
                }
            }
        }
        Ok(())
    }

    pub(crate) fn find(&self, path: &[u8]) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.path().cmp(path)).ok()?;
        self.entries.get(at)
    }
}
