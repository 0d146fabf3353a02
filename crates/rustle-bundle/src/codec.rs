//! How a frame is packed.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::error::BundleError;

/// zstd's level where nobody says one: a quarter larger than the best, and 200 times faster.
pub const DEFAULT_LEVEL: i32 = 3;

/// A frame that packing does not make smaller than this part of itself is stored as it is.
const WORTH: f64 = 0.98;

/// How contents are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// As they are.
    None,
    /// By DEFLATE, as gzip packs, at a level from 0 to 9.
    Gzip(u8),
    /// By LZ4, which has no levels: the fastest to unpack.
    Lz4,
    /// By zstd, at a level from −7 to 22.
    Zstd(i32),
}

impl Default for Compression {
    fn default() -> Compression {
        Compression::Zstd(DEFAULT_LEVEL)
    }
}

impl Compression {
    /// The names of all ways, as [`Compression::named`] takes them.
    pub const NAMES: [&str; 4] = ["none", "gzip", "lz4", "zstd"];

    /// Its name, as [`Compression::named`] takes it.
    pub fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip(_) => "gzip",
            Compression::Lz4 => "lz4",
            Compression::Zstd(_) => "zstd",
        }
    }

    /// The way called `name`, with zstd's `level` or the nearest that it has; `None` for an unknown name.
    ///
    /// ```
    /// use rustle_bundle::Compression;
    ///
    /// assert_eq!(Compression::named("gzip", 19), Some(Compression::Gzip(9)));
    /// assert_eq!(Compression::named("rar", 3), None);
    /// ```
    pub fn named(name: &str, level: i32) -> Option<Compression> {
        Some(match name {
            "none" => Compression::None,
            "gzip" => Compression::Gzip(u8::try_from(level.clamp(0, 9)).unwrap_or(9)),
            "lz4" => Compression::Lz4,
            "zstd" => Compression::Zstd(level),
            _ => return None,
        })
    }
}

/// How contents begin that are packed already: trying it again takes long and gains nothing.
const PACKED: [&[u8]; 12] = [
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"PK\x03\x04",
    b"7z\xbc\xaf\x27\x1c",
    b"\x89PNG\r\n",
    b"\xff\xd8\xff",
    b"RIFF",
    b"OggS",
    b"wOF2",
];

/// Whether a content that begins so is packed already.
pub(crate) fn is_packed(begin: &[u8]) -> bool {
    PACKED.iter().any(|magic| begin.starts_with(magic))
}

/// How a frame is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub(crate) enum Codec {
    /// As it is, because packing would not have made it smaller.
    Stored,
    /// By zstd.
    Zstd,
    /// By DEFLATE, without gzip's header: the frame has a digest of its own.
    Deflate,
    /// By LZ4, as one block.
    Lz4,
}

impl From<Codec> for u8 {
    fn from(codec: Codec) -> u8 {
        match codec {
            Codec::Stored => 0,
            Codec::Zstd => 1,
            Codec::Deflate => 2,
            Codec::Lz4 => 3,
        }
    }
}

impl TryFrom<u8> for Codec {
    type Error = String;

    fn try_from(byte: u8) -> Result<Codec, String> {
        match byte {
            0 => Ok(Codec::Stored),
            1 => Ok(Codec::Zstd),
            2 => Ok(Codec::Deflate),
            3 => Ok(Codec::Lz4),
            other => Err(format!("a frame is packed in an unknown way ({other})")),
        }
    }
}

/// Packs frames.
#[derive(Default)]
pub(crate) struct Packer {
    /// The one that was used last, with its level: it takes some memory, and making it may fail.
    zstd: Option<(i32, zstd::bulk::Compressor<'static>)>,
}

impl Packer {
    /// The packed form of `content`, or `content` itself where that is not worth it.
    pub(crate) fn pack<'a>(
        &mut self,
        content: &'a [u8],
        compression: Compression,
    ) -> Result<(Codec, Cow<'a, [u8]>), BundleError> {
        let (codec, packed) = match compression {
            Compression::None => return Ok((Codec::Stored, Cow::Borrowed(content))),
            Compression::Gzip(level) => {
                (Codec::Deflate, miniz_oxide::deflate::compress_to_vec(content, level.min(9)))
            }
            Compression::Lz4 => (Codec::Lz4, lz4_flex::block::compress(content)),
            Compression::Zstd(level) => (Codec::Zstd, self.zstd(level)?.compress(content)?),
        };
        let worth = (packed.len() as f64) < content.len() as f64 * WORTH;
        Ok(if worth { (codec, Cow::Owned(packed)) } else { (Codec::Stored, Cow::Borrowed(content)) })
    }

    fn zstd(&mut self, level: i32) -> Result<&mut zstd::bulk::Compressor<'static>, BundleError> {
        let range = zstd::compression_level_range();
        let level = level.clamp(*range.start(), *range.end());
        let held = self.zstd.take().filter(|(held, _)| *held == level);
        let zstd = match held {
            Some(held) => held,
            None => (level, zstd::bulk::Compressor::new(level)?),
        };
        Ok(&mut self.zstd.insert(zstd).1)
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
        let damaged = |what: String| BundleError::Index(format!("a frame cannot be unpacked: {what}"));
        let content = match codec {
            Codec::Stored => Cow::Borrowed(packed),
            Codec::Zstd => Cow::Owned(self.zstd.decompress(packed, length)?),
            Codec::Deflate => {
                let content = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, length);
                Cow::Owned(content.map_err(|error| damaged(error.to_string()))?)
            }
            Codec::Lz4 => {
                let content = lz4_flex::block::decompress(packed, length);
                Cow::Owned(content.map_err(|error| damaged(error.to_string()))?)
            }
        };
        if content.len() != length {
            return Err(BundleError::Index("a frame is not as long as it says".into()));
        }
        match content {
            Cow::Owned(content) if to.is_empty() => *to = content,
            content => to.extend_from_slice(&content),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_comes_back_and_lies_are_refused() {
        let content = b"all work and no play ".repeat(500);
        let mut packer = Packer::default();
        let mut unpacker = Unpacker::new().unwrap();
        for (name, codec) in
            Compression::NAMES.into_iter().zip([Codec::Stored, Codec::Deflate, Codec::Lz4, Codec::Zstd])
        {
            let (found, packed) = packer.pack(&content, Compression::named(name, 3).unwrap()).unwrap();
            assert_eq!(found, codec);
            assert!(codec == Codec::Stored || packed.len() < content.len() / 5, "{name}: {}", packed.len());
            let mut back = b"before ".to_vec();
            unpacker.unpack(codec, &packed, content.len(), &mut back).unwrap();
            assert_eq!(back, [&b"before "[..], &content].concat());
            for length in [0, content.len() - 1, content.len() + 1, 4 << 20] {
                assert!(unpacker.unpack(codec, &packed, length, &mut Vec::new()).is_err(), "{name} {length}");
            }
            let cut = &packed[..packed.len() - 1];
            assert!(unpacker.unpack(codec, cut, content.len(), &mut Vec::new()).is_err(), "{name}");
        }
    }

    #[test]
    fn what_does_not_shrink_is_stored() {
        let mut state = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        })
        .take(10_000)
        .collect();
        for name in Compression::NAMES {
            let (codec, packed) =
                Packer::default().pack(&noise, Compression::named(name, 3).unwrap()).unwrap();
            assert_eq!((codec, &*packed), (Codec::Stored, &*noise), "{name}");
        }
    }
}
