//! How much of a bundle a file takes.

use crate::codec::Codec;
use crate::index::{Entry, Frame, Kind};
use crate::reader::Bundle;

/// What a file takes in a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Bytes in the bundle. A frame that holds several files counts for each by its part of the content.
    pub packed: u64,
    /// Whether some frame holds other content, too, so that `packed` is an estimate.
    pub shared: bool,
    /// How its frames are packed, by name, each once, in order.
    pub codecs: Vec<&'static str>,
}

impl Bundle {
    /// What `entry`, which must be one of this bundle's, takes. Files of the same content take it together: each has the
    /// whole share.
    pub fn share(&self, entry: &Entry) -> Share {
        let mut share = Share::default();
        let (start, end) = (entry.3.0, entry.3.0.saturating_add(entry.3.1));
        if entry.kind() != Kind::File {
            return share;
        }
        for (codec, packed, first, unpacked) in self.frames() {
            let last = first.saturating_add(unpacked);
            let overlap = end.min(last).saturating_sub(start.max(first));
            if overlap == 0 {
                continue;
            }
            share.shared |= overlap < unpacked;
            // Lengths are of frames, which are bounded: the product fits.
            share.packed += packed.saturating_mul(overlap).div_ceil(unpacked.max(1));
            let name = name(codec);
            if !share.codecs.contains(&name) {
                share.codecs.push(name);
            }
        }
        share
    }

    /// Of every frame of contents: its codec, its packed length, where its content begins, and the length of that.
    fn frames(&self) -> impl Iterator<Item = (Codec, u64, u64, u64)> {
        let frames = self.index.frames.iter().zip(&self.places);
        frames.map(|(Frame(codec, packed, unpacked, _), (_, start))| (*codec, *packed, *start, *unpacked))
    }
}

/// A codec's name, as `rustle.toml` writes it.
fn name(codec: Codec) -> &'static str {
    match u8::from(codec) {
        0 => "none",
        1 => "zstd",
        2 => "gzip",
        3 => "lz4",
        _ => "another",
    }
}

#[cfg(test)]
mod tests {
    use rustle_schema::plan::Plan;
    use rustle_schema::settings::Settings;

    use crate::{Bundle, Writer};

    #[test]
    fn shares_add_up() {
        let mut writer = Writer::new(3);
        // No two bytes of this predict a third.
        let noise: Vec<u8> =
            (0..300_000_u64).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
        writer.file("big", 0o644, vec![b'x'; 3 << 20]).unwrap();
        writer.file("noise", 0o644, noise).unwrap();
        writer.file("one", 0o644, vec![b'a'; 1000]).unwrap();
        writer.file("two", 0o644, vec![b'b'; 1000]).unwrap();
        let bytes = writer.finish(&Plan::default(), &Settings::default()).unwrap();
        let bundle = Bundle::open(bytes).unwrap();
        let share = |path: &[u8]| bundle.share(bundle.entry(path).unwrap());
        assert!(!share(b"big").shared && share(b"big").packed < 10_000);
        assert_eq!(share(b"big").codecs, ["zstd"]);
        assert!(share(b"one").shared && share(b"one").packed < 1000);
        let all: u64 = [&b"big"[..], b"noise", b"one", b"two"].iter().map(|path| share(path).packed).sum();
        assert!(all <= bundle.length(), "{all} of {}", bundle.length());
    }
}
