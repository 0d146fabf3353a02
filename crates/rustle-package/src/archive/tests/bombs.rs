//! Fault 4: archives that are small until somebody unpacks them.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::build::{Header, Tar, Zipped, gz, zip, zst};
use super::*;

/// A tar.gz whose one file says, and has, so many bytes, made without holding them.
fn zeros(size: u64) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let mut header = Header::new("top/zeros", b'0', 0);
    header.size = format!("{size:011o}\0").into_bytes();
    encoder.write_all(&header.block()).unwrap();
    std::io::copy(&mut std::io::repeat(0).take(size), &mut encoder).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn more_than_may_be_unpacked_is_refused_by_what_the_header_says() {
    let mut huge = Header::new("top/huge", b'0', 0);
    huge.size = b"77777777777\0".to_vec();
    let error = unpack_default(&Tar::default().entry(&huge, b"").gz(), Format::TarGz).unwrap_err();
    assert_eq!((error.code().as_str(), error.entry()), ("E-ARCHIVE-SIZE", "top/huge"));
    let mut lie = Zipped::deflated("top/huge", b"x");
    lie.both(|fields| fields.size = u32::MAX - 1);
    assert_eq!(code(&zip(&[lie]), Format::Zip), "E-ARCHIVE-SIZE");
}

#[test]
fn a_small_archive_that_becomes_large_is_stopped_by_its_ratio() {
    // 60 MiB in 60 KiB; the whole size would be allowed.
    let bomb = zeros(60 << 20);
    assert!(bomb.len() < 70_000);
    let error = unpack_default(&bomb, Format::TarGz).unwrap_err();
    assert_eq!((error.code().as_str(), error.entry()), ("E-ARCHIVE-SIZE", "top/zeros"));
    assert!(error.to_string().contains("200 times larger"), "{error}");
    let bomb = zst(&Tar::default().file("top/zeros", &vec![0; 8 << 20]).end());
    assert_eq!(code(&bomb, Format::TarZst), "E-ARCHIVE-SIZE");
    let bomb = zip(&[Zipped::deflated("top/zeros", &vec![0; 8 << 20])]);
    assert_eq!(code(&bomb, Format::Zip), "E-ARCHIVE-SIZE");
    // Not one large file, but many.
    let content = vec![0; 64 << 10];
    let entries: Vec<_> = (0..100).map(|n| Zipped::deflated(&format!("top/{n}"), &content)).collect();
    assert_eq!(code(&zip(&entries), Format::Zip), "E-ARCHIVE-SIZE");
    // What is behind the end counts, too.
    let mut behind = Tar::default().file("top/x", b"").end();
    behind.resize(8 << 20, 0);
    assert_eq!(code(&gz(&behind), Format::TarGz), "E-ARCHIVE-SIZE");
    // And what only describes.
    let records =
        Tar::default().entry(&Header::new("x", b'x', 1 << 20), &vec![b'x'; 1 << 20]).file("top/x", b"");
    assert_eq!(code(&records.gz(), Format::TarGz), "E-ARCHIVE-SIZE");
}

#[test]
fn files_are_added_up() {
    let limits = Limits { unpacked: 1000, ..Limits::default() };
    let (a, b) = (vec![b'a'; 600], vec![b'b'; 600]);
    let tar = Tar::default().file("top/a", &a).file("top/b", &b).end();
    let zipped = zip(&[Zipped::deflated("top/a", &a), Zipped::deflated("top/b", &b)]);
    for (bytes, format) in [(gz(&tar), Format::TarGz), (zst(&tar), Format::TarZst), (zipped, Format::Zip)] {
        let error = unpack(&bytes, format, &limits).unwrap_err();
        assert_eq!((error.code().as_str(), error.entry()), ("E-ARCHIVE-SIZE", "top/b"));
    }
}

#[test]
fn entries_are_counted() {
    let limits = Limits { entries: 100, ..Limits::default() };
    let files = |count| (0..count).fold(Tar::default(), |tar, n| tar.file(format!("top/{n}"), b"")).gz();
    assert!(unpack(&files(100), Format::TarGz, &limits).is_ok());
    assert_eq!(unpack(&files(101), Format::TarGz, &limits).unwrap_err().code(), "E-ARCHIVE-SIZE");
    let folders = (0..101).fold(Tar::default(), |tar, n| tar.kind(&format!("top/{n}/"), b'5')).gz();
    assert_eq!(unpack(&folders, Format::TarGz, &limits).unwrap_err().code(), "E-ARCHIVE-SIZE");
    let described =
        (0..51).fold(Tar::default(), |tar, n| tar.pax(&[("mtime", "1")]).file(format!("top/{n}"), b""));
    assert_eq!(unpack(&described.gz(), Format::TarGz, &limits).unwrap_err().code(), "E-ARCHIVE-SIZE");
    let entries: Vec<_> = (0..101).map(|n| Zipped::stored(&format!("top/{n}"), b"")).collect();
    assert_eq!(unpack(&zip(&entries), Format::Zip, &limits).unwrap_err().code(), "E-ARCHIVE-SIZE");
}

#[test]
fn a_million_entries_are_not_read_to_their_end() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for n in 0..1_000_000 / 20 {
        // 20 different names are enough to be refused for their number: it is counted before names are compared.
        encoder.write_all(&Header::new(format!("top/{n:07}"), b'0', 0).block()).unwrap();
    }
    let error = unpack_default(&encoder.finish().unwrap(), Format::TarGz).unwrap_err();
    assert_eq!((error.code().as_str(), error.entry()), ("E-ARCHIVE-SIZE", "top/0010000"));
}

#[test]
fn deep_and_long_paths() {
    let deep = format!("top/{}x", "d/".repeat(2048));
    let long = format!("top/{}x", format!("{}/", "x".repeat(200)).repeat(20));
    for path in [&deep, &long] {
        let tar = Tar::default().pax(&[("path", path)]).file("top/x", b"").gz();
        assert_eq!(code(&tar, Format::TarGz), "E-ARCHIVE-PATH");
        let header = Header::new("l", b'L', path.len());
        assert_eq!(
            code(&Tar::default().entry(&header, path.as_bytes()).file("x", b"").gz(), Format::TarGz),
            "E-ARCHIVE-PATH"
        );
        assert_eq!(code(&zip(&[Zipped::stored(path, b"")]), Format::Zip), "E-ARCHIVE-PATH");
    }
    let at_the_limit = format!("top/{}x", "d/".repeat(31));
    let tar = |path: &str| Tar::default().file(path, b"").gz();
    assert!(unpack_default(&tar(&at_the_limit), Format::TarGz).is_ok(), "the folder around does not count");
    assert_eq!(code(&tar(&format!("{at_the_limit}/y")), Format::TarGz), "E-ARCHIVE-PATH");
}

#[test]
fn an_archive_that_is_too_large_is_not_looked_at() {
    let limits = Limits { archive: 100, ..Limits::default() };
    let error = unpack(&[0; 101], Format::TarGz, &limits).unwrap_err();
    assert_eq!(error.code(), "E-ARCHIVE-SIZE");
    assert!(error.to_string().contains("100 bytes"), "{error}");
}

#[test]
fn a_window_of_zstd_that_wants_much_memory_is_refused() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 19).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&Tar::default().file("top/x", b"x").end()).unwrap();
    assert_eq!(code(&encoder.finish().unwrap(), Format::TarZst), "E-ARCHIVE-FORMAT");
}
