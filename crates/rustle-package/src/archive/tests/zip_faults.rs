//! Faults 1, 2, 5, 6 and what of 24 is about zip.

use super::build::{Zipped, crc, zip, zip_with};
use super::*;

fn good() -> Zipped {
    Zipped::deflated("top/good", b"good good good good good")
}

fn refused(entry: Zipped) -> String {
    code(&zip(&[good(), entry]), Format::Zip)
}

/// The code after a change to the directory's line of an honest entry.
fn changed(change: impl Fn(&mut Zipped)) -> String {
    let mut entry = Zipped::deflated("top/x", b"xxxxxxxxxxxxxxxxxxxxxx");
    change(&mut entry);
    refused(entry)
}

#[test]
fn paths_that_lead_outside() {
    for path in [
        "../x", "/x", "C:\\x", "top\\x", "./x", "top/./x", "top//x", "top/x\0", "", "../", "/", "./",
        "a/../b/",
    ] {
        let mut entry = Zipped::stored(path, b"");
        if path.ends_with('/') {
            entry.external = 0o040_755 << 16;
        }
        assert_eq!(refused(entry), "E-ARCHIVE-PATH", "{path:?}");
    }
    let raw = |name: &[u8], flags| {
        changed(|entry| entry.both(|fields| (fields.name, fields.flags) = (name.to_vec(), flags)))
    };
    assert_eq!(raw(b"top/\xff", 1 << 11), "E-ARCHIVE-PATH");
    // Without the mark, one reader takes it for UTF-8 and the next one for code page 437.
    assert_eq!(raw("top/é".as_bytes(), 0), "E-ARCHIVE-PATH");
}

#[test]
fn links_devices_and_setuid() {
    for (mode, expected) in [
        (0o120_777, "E-ARCHIVE-LINK"),
        (0o020_666, "E-ARCHIVE-KIND"),
        (0o060_666, "E-ARCHIVE-KIND"),
        (0o010_666, "E-ARCHIVE-KIND"),
        (0o140_666, "E-ARCHIVE-KIND"),
        (0o104_755, "E-ARCHIVE-KIND"),
        (0o102_755, "E-ARCHIVE-KIND"),
        (0o040_755, "E-ARCHIVE-DISAGREE"),
    ] {
        assert_eq!(changed(|entry| entry.external = mode << 16), expected, "{mode:o}");
    }
    assert_eq!(changed(|entry| entry.external = 0x10), "E-ARCHIVE-DISAGREE");
    let mut folder = Zipped::stored("top/d/", b"");
    assert_eq!(refused(folder.clone()), "E-ARCHIVE-DISAGREE", "a file by its mode");
    folder.external = 0o040_755 << 16;
    folder.packed = b"x".to_vec();
    folder.both(|fields| (fields.size, fields.packed, fields.crc) = (1, 1, crc(b"x")));
    assert_eq!(refused(folder), "E-ARCHIVE-KIND");
}

#[test]
fn one_name_twice() {
    for name in ["top/good", "TOP/x", "top/Good", "top/good/x"] {
        assert_eq!(refused(Zipped::stored(name, b"")), "E-ARCHIVE-DUPLICATE", "{name}");
    }
}

#[test]
fn the_directory_and_the_entries_disagree() {
    for (what, change) in [
        ("name", (|entry| entry.local.name = b"top/y".to_vec()) as fn(&mut Zipped)),
        ("longer name", |entry| entry.local.name = b"top/xx".to_vec()),
        ("size", |entry| entry.local.size += 1),
        ("packed size", |entry| entry.local.packed -= 1),
        ("checksum", |entry| entry.local.crc ^= 1),
        ("method", |entry| entry.local.method = 0),
        ("flags", |entry| entry.local.flags = 1 << 11),
        ("streamed here", |entry| entry.local.flags = 1 << 3),
        ("zeros without a descriptor", |entry| {
            (entry.local.crc, entry.local.packed, entry.local.size) = (0, 0, 0);
        }),
        ("size in both", |entry| entry.both(|fields| fields.size += 1)),
        ("smaller size in both", |entry| entry.both(|fields| fields.size -= 1)),
    ] {
        assert_eq!(changed(change), "E-ARCHIVE-DISAGREE", "{what}");
    }
    let mut streamed = Zipped::stored("top/x", b"abc");
    streamed.both(|fields| fields.flags = 1 << 3);
    let numbers =
        |crc: u32, size: u32| [crc, size, size].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<_>>();
    streamed.descriptor = numbers(crc(b"abc"), 3);
    assert!(unpack_default(&zip(&[good(), streamed.clone()]), Format::Zip).is_ok());
    streamed.descriptor = [&b"PK\x07\x08"[..], &numbers(crc(b"abc"), 3)].concat();
    assert!(unpack_default(&zip(&[good(), streamed.clone()]), Format::Zip).is_ok());
    streamed.descriptor = numbers(crc(b"abc"), 4);
    assert_eq!(refused(streamed.clone()), "E-ARCHIVE-DISAGREE");
    streamed.descriptor.clear();
    assert_eq!(refused(streamed), "E-ARCHIVE-DISAGREE");
    let count = |end: &mut Vec<u8>| (end[8], end[10]) = (3, 3);
    assert_eq!(code(&zip_with(&[good()], b"", count), Format::Zip), "E-ARCHIVE-DISAGREE");
}

#[test]
fn gaps_and_overlaps() {
    // Two lines of the directory that share one content: what makes a small file unpack to petabytes.
    let mut shared = good();
    shared.offset = Some(0);
    assert!(["E-ARCHIVE-FORMAT", "E-ARCHIVE-DUPLICATE"].contains(&refused(shared).as_str()));
    let mut inside = Zipped::stored("top/x", b"x");
    inside.offset = Some(30);
    assert_eq!(refused(inside), "E-ARCHIVE-FORMAT");
    assert_eq!(changed(|entry| entry.packed.extend(b"gap")), "E-ARCHIVE-FORMAT");
    assert_eq!(changed(|entry| entry.offset = Some(u32::MAX - 1)), "E-ARCHIVE-FORMAT");
    let whole = zip(&[good()]);
    // A program in front, as in archives that unpack themselves.
    assert_eq!(code(&[b"#!/bin/sh\n", &whole[..]].concat(), Format::Zip), "E-ARCHIVE-FORMAT");
    // Also if all places are counted from its beginning.
    let mut moved = good();
    moved.offset = Some(10);
    let shift = |end: &mut Vec<u8>| end[16] += 10;
    let shifted = [b"#!/bin/sh\n", &zip_with(&[moved], b"", shift)[..]].concat();
    assert_eq!(code(&shifted, Format::Zip), "E-ARCHIVE-FORMAT");
    // Twice, one after the other: one reader takes the first, the next one the second.
    assert_eq!(code(&[&whole[..], &whole].concat(), Format::Zip), "E-ARCHIVE-FORMAT");
    // An entry that the directory does not name.
    let mut hidden = zip_with(&[good(), Zipped::stored("top/hidden", b"evil")], b"", |_| {});
    let directory = hidden.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let line = 46 + "top/good".len();
    let rest = hidden.windows(4).position(|four| four == b"PK\x05\x06").unwrap();
    hidden.drain(directory + line..rest);
    let end = hidden.len() - 22;
    (hidden[end + 8], hidden[end + 10], hidden[end + 12]) = (1, 1, u8::try_from(line).unwrap());
    assert_eq!(code(&hidden, Format::Zip), "E-ARCHIVE-FORMAT");
}

#[test]
fn encrypted_and_unknown_methods() {
    for flags in [1, 1 << 6, 1 << 13] {
        assert_eq!(changed(|entry| entry.both(|fields| fields.flags = flags)), "E-ARCHIVE-ENCRYPTED");
    }
    let aes = b"\x01\x99\x07\0\x02\0AE\x03\x08\0".to_vec();
    assert_eq!(changed(|entry| entry.central.extra = aes.clone()), "E-ARCHIVE-ENCRYPTED");
    for method in [1, 9, 12, 14, 93, 95, 99] {
        assert_eq!(changed(|entry| entry.both(|fields| fields.method = method)), "E-ARCHIVE-FORMAT");
    }
    assert_eq!(changed(|entry| entry.both(|fields| fields.flags = 1 << 5)), "E-ARCHIVE-FORMAT");
}

#[test]
fn sizes_and_names_in_the_extra_fields() {
    let zip64 = [&b"\x01\0\x10\0"[..], &7_u64.to_le_bytes(), &u64::MAX.to_le_bytes()].concat();
    assert_eq!(changed(|entry| entry.central.extra = zip64.clone()), "E-ARCHIVE-FORMAT");
    assert_eq!(changed(|entry| entry.local.extra = zip64.clone()), "E-ARCHIVE-FORMAT");
    let huge = |entry: &mut Zipped| {
        entry.central.extra = zip64.clone();
        entry.both(|fields| (fields.size, fields.packed) = (u32::MAX, u32::MAX));
    };
    assert_eq!(changed(huge), "E-ARCHIVE-FORMAT");
    assert_eq!(changed(|entry| entry.both(|fields| fields.size = u32::MAX)), "E-ARCHIVE-FORMAT");
    let lie = |end: &mut Vec<u8>| end[10..12].fill(0xff);
    assert_eq!(code(&zip_with(&[good()], b"", lie), Format::Zip), "E-ARCHIVE-FORMAT");
    let renamed = [&b"\x75\x70\x0a\0\x01"[..], &crc(b"top/x").to_le_bytes(), b"../ev"].concat();
    assert_eq!(changed(|entry| entry.central.extra = renamed.clone()), "E-ARCHIVE-DISAGREE");
    assert_eq!(changed(|entry| entry.local.extra = b"\x55\x54\xff\0".to_vec()), "E-ARCHIVE-FORMAT");
}

#[test]
fn archives_that_end_too_early_or_too_late() {
    let whole = zip(&[good(), Zipped::stored("top/x", b"abc")]);
    assert!(unpack_default(&whole, Format::Zip).is_ok());
    for end in 0..whole.len() {
        let code = code(&whole[..end], Format::Zip);
        assert!(["E-ARCHIVE-TRUNCATED", "E-ARCHIVE-FORMAT"].contains(&code.as_str()), "{end} {code}");
    }
    assert_eq!(code(&[&whole[..], b"junk"].concat(), Format::Zip), "E-ARCHIVE-TRAILING");
    assert_eq!(code(&zip_with(&[good()], b"", |end| end[20] = 9), Format::Zip), "E-ARCHIVE-TRUNCATED");
    // A second end inside the comment of the first one.
    let inner = zip_with(&[], b"", |_| {});
    assert_eq!(code(&zip_with(&[good()], &inner, |_| {}), Format::Zip), "E-ARCHIVE-FORMAT");
    assert_eq!(code(&zip_with(&[good()], b"", |end| end[4] = 1), Format::Zip), "E-ARCHIVE-FORMAT");
}

#[test]
fn content_that_is_not_what_the_checksum_says() {
    let wrong = changed(|entry| entry.both(|fields| fields.crc ^= 1));
    assert_eq!(wrong, "E-ARCHIVE-FORMAT");
    let mut stored = Zipped::stored("top/x", b"abc");
    stored.packed = b"abd".to_vec();
    assert_eq!(refused(stored), "E-ARCHIVE-FORMAT");
    // A deflate stream that ends before its bytes do: a place for what nobody sees.
    let hidden = changed(|entry| {
        entry.packed.extend(b"hidden");
        let packed = u32::try_from(entry.packed.len()).unwrap();
        entry.both(|fields| fields.packed = packed);
    });
    assert_eq!(hidden, "E-ARCHIVE-DISAGREE");
}
