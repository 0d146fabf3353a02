//! Where a chunk of the plan lies: the frames that it is, each with its digest.

use rustle_schema::bytes::Bytes;

use crate::codec::Codec;
use crate::error::BundleError;
use crate::index::MAX_FRAME;

/// Bytes of one frame in a place: position, packed and unpacked length, codec, digest.
const RECORD: usize = 8 + 4 + 4 + 1 + 32;

/// One frame of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where it begins, in bytes from the beginning of the bundle.
    pub(crate) at: u64,
    /// How many bytes it has there.
    pub(crate) packed: u32,
    /// How many bytes it stands for.
    pub(crate) unpacked: u32,
    pub(crate) codec: Codec,
    /// The SHA-256 of the packed bytes.
    pub(crate) digest: [u8; 32],
}

/// The bytes that a chunk carries for its frames.
pub(crate) fn encode(pieces: &[Piece]) -> Bytes {
    let mut bytes = Vec::with_capacity(pieces.len() * RECORD);
    for piece in pieces {
        bytes.extend(piece.at.to_le_bytes());
        bytes.extend(piece.packed.to_le_bytes());
        bytes.extend(piece.unpacked.to_le_bytes());
        bytes.push(piece.codec.into());
        bytes.extend(piece.digest);
    }
    Bytes(bytes)
}

/// The frames that a chunk says it is, all of which lie inside of `start..end`.
pub(crate) fn decode(bytes: &Bytes, start: u64, end: u64) -> Result<Vec<Piece>, BundleError> {
    let wrong = |what: &str| BundleError::Index(format!("a chunk of the plan {what}"));
    if bytes.0.is_empty() || !bytes.0.len().is_multiple_of(RECORD) {
        return Err(wrong("lies nowhere"));
    }
    let mut pieces = Vec::with_capacity(bytes.0.len() / RECORD);
    for record in bytes.0.chunks_exact(RECORD) {
        let piece = read(record).ok_or_else(|| wrong("is packed in an unknown way"))?;
        let inside = piece.at.checked_add(u64::from(piece.packed)).is_some_and(|last| last <= end);
        if piece.at < start || !inside {
            return Err(wrong("lies outside"));
        }
        if u64::from(piece.unpacked) > MAX_FRAME || piece.packed > piece.unpacked || piece.packed == 0 {
            return Err(wrong("has an impossible length"));
        }
        pieces.push(piece);
    }
    Ok(pieces)
}

fn read(record: &[u8]) -> Option<Piece> {
    let (at, rest) = record.split_first_chunk::<8>()?;
    let (packed, rest) = rest.split_first_chunk::<4>()?;
    let (unpacked, rest) = rest.split_first_chunk::<4>()?;
    let (codec, digest) = rest.split_first()?;
    Some(Piece {
        at: u64::from_le_bytes(*at),
        packed: u32::from_le_bytes(*packed),
        unpacked: u32::from_le_bytes(*unpacked),
        codec: Codec::try_from(*codec).ok()?,
        digest: digest.try_into().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece() -> Piece {
        Piece { at: 64, packed: 10, unpacked: 20, codec: Codec::Zstd, digest: [7; 32] }
    }

    #[test]
    fn a_place_comes_back() {
        let pieces = [piece(), Piece { at: 74, ..piece() }];
        assert_eq!(decode(&encode(&pieces), 64, 84).unwrap(), pieces);
    }

    #[test]
    fn places_that_cannot_be() {
        for wrong in [
            Piece { at: 63, ..piece() },
            Piece { at: 91, ..piece() },
            Piece { at: u64::MAX - 3, ..piece() },
            Piece { packed: 21, ..piece() },
            Piece { packed: 0, ..piece() },
            Piece { unpacked: MAX_FRAME as u32 + 1, ..piece() },
        ] {
            assert!(decode(&encode(&[wrong]), 64, 100).is_err(), "{wrong:?}");
        }
        assert!(decode(&Bytes(Vec::new()), 64, 100).is_err());
        assert!(decode(&Bytes(vec![0; RECORD - 1]), 64, 100).is_err());
        let mut unknown = encode(&[piece()]);
        unknown.0[16] = 99;
        assert!(decode(&unknown, 64, 100).is_err());
    }
}
