//! The header and the index: what stands where.

use std::fmt;

use rustle_schema::settings::Settings;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::error::BundleError;
use crate::path;

/// The version of the container's format.
///
/// - 1: the first.
pub const FORMAT: u32 = 1;

/// How a bundle begins. The first byte is none of UTF-8's, so that no text file is taken for a bundle.
pub const MAGIC: [u8; 8] = *b"\xabRUSTLE\n";

/// The largest frame, unpacked: what a reader needs to have in memory at once.
pub const MAX_FRAME: u64 = 4 << 20;

/// Bytes before the index: magic, format, reserved, length of the index, length of the whole, root digest.
pub(crate) const HEADER: u64 = 64;

/// Bytes of the header that the root digest covers, together with the index.
const COVERED: usize = 32;

/// The header, read.
pub(crate) struct Header {
    pub(crate) index: u64,
    pub(crate) total: u64,
    pub(crate) root: [u8; 32],
}

impl Header {
    /// The header's bytes for an `index` that `frames` bytes follow.
    pub(crate) fn write(index: &[u8], frames: u64) -> Vec<u8> {
        let length = index.len() as u64;
        let mut header = Vec::with_capacity(HEADER as usize);
        header.extend(MAGIC);
        header.extend(FORMAT.to_le_bytes());
        header.extend(0_u32.to_le_bytes());
        header.extend(length.to_le_bytes());
        header.extend((HEADER + length + frames).to_le_bytes());
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
        let (_, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
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
        let header =
            Header { index: u64::from_le_bytes(*index), total: u64::from_le_bytes(*total), root: *root };
        if header.total != found {
            return Err(BundleError::Length { expected: header.total, found });
        }
        if header.index > header.total.saturating_sub(HEADER) {
            return Err(BundleError::Index("it is longer than the bundle".into()));
        }
        Ok(header)
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

/// The index. All content, the plan first, is one stream, cut into frames that follow the index without gaps; positions
/// are those of the unpacked stream.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) settings: Settings,
    pub(crate) plan: Span,
    pub(crate) frames: Vec<Frame>,
    pub(crate) entries: Vec<Entry>,
}

/// A part of the unpacked stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span(pub(crate) u64, pub(crate) u64);

/// One frame: how it is packed, its length packed and unpacked, and the SHA-256 of the packed bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Frame(pub(crate) Codec, pub(crate) u64, pub(crate) u64, pub(crate) Bytes);

/// How a frame is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub(crate) enum Codec {
    /// As it is, because packing would not have made it smaller.
    Stored,
    /// By zstd.
    Zstd,
}

impl From<Codec> for u8 {
    fn from(codec: Codec) -> u8 {
        match codec {
            Codec::Stored => 0,
            Codec::Zstd => 1,
        }
    }
}

impl TryFrom<u8> for Codec {
    type Error = String;

    fn try_from(byte: u8) -> Result<Codec, String> {
        match byte {
            0 => Ok(Codec::Stored),
            1 => Ok(Codec::Zstd),
            other => Err(format!("a frame is packed in an unknown way ({other})")),
        }
    }
}

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
    /// Checks all that the reader relies on later: `stored` is how many bytes follow the index.
    pub(crate) fn check(&self, stored: u64) -> Result<(), BundleError> {
        let wrong = |what: &str| Err(BundleError::Index(what.into()));
        let (mut packed, mut unpacked) = (0_u64, 0_u64);
        for Frame(codec, from, to, digest) in &self.frames {
            if *to > MAX_FRAME || *from > *to || digest.0.len() != 32 {
                return wrong("a frame has an impossible length");
            }
            if *codec == Codec::Stored && from != to {
                return wrong("a frame that is not packed has two lengths");
            }
            // Neither sum overflows: each frame is at most MAX_FRAME, and its record takes more than 32 bytes.
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

/// Bytes that serde writes as bytes, not as a list of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        struct BytesVisitor;
        impl<'de> Visitor<'de> for BytesVisitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Bytes, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = access.next_element()? {
                    bytes.push(byte);
                }
                Ok(Bytes(bytes))
            }
        }
        deserializer.deserialize_byte_buf(BytesVisitor)
    }
}
