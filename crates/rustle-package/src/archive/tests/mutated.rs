//! No archive, however it was changed, makes the reader panic or pass a limit.

use proptest::prelude::*;

use super::build::{Header, Tar, Zipped, gz, zip, zst};
use super::*;
use crate::tree::check_path;

fn tar() -> Vec<u8> {
    Tar::default()
        .kind("top/", b'5')
        .file("top/Cargo.toml", b"[package]")
        .pax(&[("path", "top/src/lib.rs"), ("size", "3")])
        .file("top/x", b"abc")
        .entry(&Header::new("././@LongLink", b'L', 120), &[b'y'; 120])
        .file("y", &[b'z'; 1500])
        .end()
}

fn zipped() -> Vec<u8> {
    let mut streamed = Zipped::deflated("top/s", &[b's'; 900]);
    streamed.both(|fields| fields.flags = 1 << 3);
    let fields = &streamed.central;
    let numbers = [0x0807_4b50, fields.crc, fields.packed, fields.size];
    streamed.descriptor = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    zip(&[Zipped::stored("top/Cargo.toml", b"[package]"), Zipped::deflated("top/x", &[b'x'; 3000]), streamed])
}

#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Flip(usize, u8),
    Cut(usize),
    Remove(usize, usize),
    Double(usize, usize),
    Insert(usize, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let at = 0..20_000_usize;
    prop_oneof![
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (at.clone(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        at.clone().prop_map(Change::Cut),
        (at.clone(), 1..600_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (at.clone(), prop_oneof![Just(512_usize), 1..2000_usize])
            .prop_map(|(at, count)| Change::Double(at, count)),
        (at, prop::collection::vec(any::<u8>(), 1..64)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    match change {
        Change::Set(at, byte) => bytes[at % length] = *byte,
        Change::Flip(at, bit) => bytes[at % length] ^= 1 << bit,
        Change::Cut(at) => bytes.truncate(at % length),
        Change::Remove(at, count) => drop(bytes.drain(at % length..(at % length + count).min(length))),
        Change::Double(at, count) => {
            let part = bytes[at % length..(at % length + count).min(length)].to_vec();
            bytes.splice(at % length..at % length, part);
        }
        Change::Insert(at, inserted) => drop(bytes.splice(at % length..at % length, inserted.clone())),
    }
}

/// Sets the checksum of every header, so that a change gets past it.
fn mend(tar: &mut [u8]) {
    for block in tar.chunks_exact_mut(512) {
        if &block[257..262] == b"ustar" {
            block[148..156].fill(b' ');
            let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
            block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
    }
}

const LIMITS: Limits =
    Limits { archive: 1 << 20, unpacked: 5000, entries: 8, ratio: 200, path: 200, depth: 5 };

fn holds(bytes: &[u8], format: Format) -> Result<(), TestCaseError> {
    let Ok(tree) = unpack(bytes, format, &LIMITS) else { return Ok(()) };
    prop_assert!(tree.bytes() <= LIMITS.unpacked);
    prop_assert!(tree.files().len() as u64 <= LIMITS.entries);
    for path in tree.files().keys() {
        prop_assert!(check_path(path, &LIMITS).is_ok(), "{path:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_tars(changes in prop::collection::vec(change(), 1..4), mended in any::<bool>()) {
        let mut bytes = tar();
        changes.iter().for_each(|change| apply(&mut bytes, change));
        if mended {
            mend(&mut bytes);
        }
        holds(&gz(&bytes), Format::TarGz)?;
    }

    #[test]
    fn changed_compressed_tars(changes in prop::collection::vec(change(), 1..4)) {
        let (mut gzipped, mut zstandard) = (gz(&tar()), zst(&tar()));
        changes.iter().for_each(|change| apply(&mut gzipped, change));
        changes.iter().for_each(|change| apply(&mut zstandard, change));
        holds(&gzipped, Format::TarGz)?;
        holds(&zstandard, Format::TarZst)?;
    }

    #[test]
    fn changed_zips(changes in prop::collection::vec(change(), 1..4)) {
        let mut bytes = zipped();
        changes.iter().for_each(|change| apply(&mut bytes, change));
        holds(&bytes, Format::Zip)?;
    }

    #[test]
    fn noise(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        for format in [Format::TarGz, Format::TarZst, Format::Zip] {
            holds(&bytes, format)?;
        }
        holds(&gz(&bytes), Format::TarGz)?;
    }
}

#[test]
fn the_archives_that_are_changed_are_good_ones() {
    assert_eq!(unpack(&gz(&tar()), Format::TarGz, &LIMITS).unwrap().files().len(), 3);
    assert_eq!(unpack(&zst(&tar()), Format::TarZst, &LIMITS).unwrap().files().len(), 3);
    assert_eq!(unpack(&zipped(), Format::Zip, &LIMITS).unwrap().files().len(), 3);
}
