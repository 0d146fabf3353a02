//! How many pieces something is made of, found out before memory is given to any of them: read, a piece of CBOR of one byte
//! takes some thirty, and one of TOML some hundreds.

/// The most signs that begin or separate values in the text of a store: many times those of as many secrets as a seal has.
#[cfg(feature = "store")]
const MOST_SIGNS: usize = 1 << 20;

/// Whether `bytes` are CBOR (RFC 8949) of at most `most` items, an item within another counting for itself. Lengths that are
/// left open do not occur in what is written here, and count as too many.
pub(crate) fn are_few(bytes: &[u8], most: usize) -> bool {
    let mut rest = bytes;
    for _ in 0..=most {
        let Some((head, after)) = rest.split_first() else { return true };
        let width = match head & 0x1f {
            0..24 => 0,
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return false,
        };
        let Some((argument, after)) = after.split_at_checked(width) else { return false };
        let number = match width {
            0 => u64::from(head & 0x1f),
            _ => argument.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
        };
        // Bytes and texts are followed by as many bytes, everything else by the next item.
        let skipped = if matches!(head >> 5, 2 | 3) { number } else { 0 };
        let Some(after) = usize::try_from(skipped).ok().and_then(|skipped| after.get(skipped..)) else {
            return false;
        };
        rest = after;
    }
    false
}

/// Whether a text in TOML has no more values than a store can have, wherever the signs stand that could begin one.
#[cfg(feature = "store")]
pub(crate) fn has_few_values(text: &str) -> bool {
    let signs = text.bytes().filter(|byte| matches!(byte, b',' | b'=' | b'[' | b'{' | b'.'));
    signs.take(MOST_SIGNS + 1).count() <= MOST_SIGNS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_counts() {
        // [1, "ab", [h'00ff', null], 65536, 1.5]
        let bytes = b"\x85\x01\x62ab\x82\x42\x00\xff\xf6\x1a\x00\x01\x00\x00\xf9\x3e\x00";
        assert!(are_few(bytes, 8));
        assert!(!are_few(bytes, 7));
        assert!(are_few(&[], 0));
    }

    #[cfg(feature = "store")]
    #[test]
    fn a_store_of_as_many_secrets_as_a_seal_has_few_values() {
        let line = "\"vault:0123:db.example.org\" = \"QUJDRA==\"\n";
        assert!(has_few_values(&line.repeat(crate::MAX_SECRETS)));
        assert!(!has_few_values(&"[],".repeat(MOST_SIGNS / 2 + 1)));
    }

    #[test]
    fn what_is_cut_off_or_open_is_refused() {
        for bytes in [
            &b"\x62a"[..],
            b"\x1a\x00",
            b"\x9f\xff",
            b"\x5f",
            b"\x1c",
            b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert!(!are_few(bytes, 100), "{bytes:x?}");
        }
    }
}
