//! How a frame is packed.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::error::BundleError;

/// zstd's level where nobody says one: a quarter larger than the best, and 200 times faster.
pub const DEFAULT_LEVEL: i32 = 3;

/// A frame that packing does not make smaller than this part of itself is stored as it is.
const WORTH: f64 = 0.98;

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

/// Packs frames.
pub(crate) struct Packer {
    level: i32,
    /// Made when it is needed: it takes some memory, and making it may fail.
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

impl Packer {
    /// A packer at zstd's `level`; one out of zstd's range is brought into it.
    pub(crate) fn new(level: i32) -> Packer {
        let range = zstd::compression_level_range();
        Packer { level: level.clamp(*range.start(), *range.end()), zstd: None }
    }

    /// The packed form of `content`, or `content` itself where that is not worth it.
    pub(crate) fn pack<'a>(&mut self, content: &'a [u8]) -> Result<(Codec, Cow<'a, [u8]>), BundleError> {
        let zstd = match &mut self.zstd {
            Some(zstd) => zstd,
            none => none.insert(zstd::bulk::Compressor::new(self.level)?),
        };
        let packed = zstd.compress(content)?;
        let worth = (packed.len() as f64) < content.len() as f64 * WORTH;
        Ok(if worth { (Codec::Zstd, Cow::Owned(packed)) } else { (Codec::Stored, Cow::Borrowed(content)) })
    }
}

/// Unpacks frames.
pub(crate) struct Unpacker {
    zstd: zstd::bulk::Decompressor<'static>,
}

impl Unpacker {
    pub(crate) fn new() -> Result<Unpacker, BundleError> {
        Ok(Unpacker { zstd: zstd::bulk::Decompressor::new()? })
    }

    /// Appends to `to` what `packed` stands for, which must be `length` bytes: the caller has bounded that number.
    pub(crate) fn unpack(
        &mut self,
        codec: Codec,
        packed: &[u8],
        length: usize,
        to: &mut Vec<u8>,
    ) -> Result<(), BundleError> {
        let wrong = || BundleError::Index("a frame is not as long as it says".into());
        match codec {
            Codec::Stored if packed.len() == length => to.extend_from_slice(packed),
            Codec::Stored => return Err(wrong()),
            Codec::Zstd => {
                let content = self.zstd.decompress(packed, length)?;
                if content.len() != length {
                    return Err(wrong());
                }
                if to.is_empty() { *to = content } else { to.extend_from_slice(&content) }
            }
        }
        Ok(())
    }
}
