//! Faults 1, 2, 3, 5, 6 and what of 24 is about tar.

use super::build::{Header, Tar, gz, record, zst};
use super::*;

fn refused(tar: Tar) -> String {
    let tar = tar.end();
    let code = code(&gz(&tar), Format::TarGz);
    assert_eq!(super::code(&zst(&tar), Format::TarZst), code);
    code
}

fn tar() -> Tar {
    Tar::default().file("top/good", b"good")
}

#[test]
fn paths_that_lead_outside() {
    let odd = [
        "../../x",
        "..",
        "top/../../x",
        "/etc/passwd",
        "//x",
        "C:\\x",
        "C:/x",
        "top\\x",
        "./x",
        "top/./x",
        "top/.",
        ".",
        "top//x",
        "top/x/",
        "top/a\nb",
        "top/\u{1b}[31m",
        "",
    ];
    for path in odd {
        for tar in [
            tar().file(path, b"bad"),
            tar().pax(&[("path", path)]).file("top/x", b"bad"),
            tar()
                .entry(&Header::new("long", b'L', path.len() + 1), format!("{path}\0").as_bytes())
                .file("top/x", b"bad"),
        ] {
            assert_eq!(refused(tar), "E-ARCHIVE-PATH", "{path:?}");
        }
    }
    for folder in ["../", "/", "top/../x/", "./", "//", "top//"] {
        assert_eq!(refused(tar().kind(folder, b'5')), "E-ARCHIVE-PATH", "{folder:?}");
    }
    let mut prefixed = Header::new("x", b'0', 0);
    prefixed.prefix = b"../..".to_vec();
    assert_eq!(refused(tar().entry(&prefixed, b"")), "E-ARCHIVE-PATH");
}

#[test]
fn names_that_hold_a_nul_or_are_not_utf_8() {
    assert_eq!(refused(tar().file(b"top/x\0/../../evil", b"")), "E-ARCHIVE-PATH");
    assert_eq!(refused(tar().file(b"top/\xff", b"")), "E-ARCHIVE-PATH");
    assert_eq!(refused(tar().pax(&[("path", "top/x\0y")]).file("top/x", b"")), "E-ARCHIVE-PATH");
    let long = tar().entry(&Header::new("long", b'L', 8), b"top/x\0y\0").file("top/x", b"");
    assert_eq!(refused(long), "E-ARCHIVE-PATH");
}

#[test]
fn links_of_any_target() {
    for (kind, target) in
        [(b'2', "/etc"), (b'2', "good"), (b'1', "top/good"), (b'1', "/etc/shadow"), (b'2', "")]
    {
        let mut header = Header::new("top/link", kind, 0);
        header.link = target.as_bytes().to_vec();
        assert_eq!(refused(tar().entry(&header, b"")), "E-ARCHIVE-LINK");
        // Where the link leads, something is put: through it, were it made.
        let through = tar().entry(&header, b"").kind("top/link/", b'5').file("top/link/x", b"bad");
        assert_eq!(refused(through), "E-ARCHIVE-LINK");
    }
    let long_target = tar().entry(&Header::new("long", b'K', 6), b"/etc/\0").kind("top/link", b'2');
    assert_eq!(refused(long_target), "E-ARCHIVE-LINK");
    // Not a link by its kind, but some readers look at the name.
    let mut disguised = Header::new("top/link", b'0', 0);
    disguised.link = b"/etc".to_vec();
    assert_eq!(refused(tar().entry(&disguised, b"")), "E-ARCHIVE-DISAGREE");
    assert_eq!(refused(tar().pax(&[("linkpath", "/etc")]).file("top/x", b"")), "E-ARCHIVE-FORMAT");
}

#[test]
fn devices_pipes_sparse_and_setuid() {
    for kind in [b'3', b'4', b'6', b'7', b'S', b'D', b'M', b'N', b'V', b'X', b'Z', 0xff] {
        assert_eq!(refused(tar().kind("top/odd", kind)), "E-ARCHIVE-KIND", "{}", char::from(kind));
    }
    for mode in ["0004755\0", "0002755\0", "0006644\0"] {
        let mut header = Header::new("top/su", b'0', 0);
        header.mode = mode.as_bytes().to_vec();
        assert_eq!(refused(tar().entry(&header, b"")), "E-ARCHIVE-KIND");
    }
    let sparse =
        [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "1099511627776")];
    assert_eq!(refused(tar().pax(&sparse).file("top/GNUSparseFile.0/x", b"1\n0\n0\n")), "E-ARCHIVE-KIND");
}

#[test]
fn one_name_twice() {
    let again = |name: &str| refused(tar().file(name, b"other"));
    for name in ["top/good", "top/GOOD", "top/good/x", "TOP/x"] {
        assert_eq!(again(name), "E-ARCHIVE-DUPLICATE", "{name}");
    }
    assert_eq!(refused(tar().file("top/caf\u{e9}", b"").file("top/cafe\u{301}", b"")), "E-ARCHIVE-DUPLICATE");
    assert_eq!(refused(tar().kind("top/good/", b'5')), "E-ARCHIVE-DUPLICATE");
    assert_eq!(refused(tar().kind("top/d/", b'5').kind("top/d/", b'5')), "E-ARCHIVE-DUPLICATE");
    assert_eq!(refused(tar().kind("top/d/", b'5').kind("top/D/", b'5')), "E-ARCHIVE-DUPLICATE");
    assert_eq!(refused(tar().kind("top/d/", b'5').file("top/d", b"")), "E-ARCHIVE-DUPLICATE");
    // Left out or not: twice is twice.
    assert_eq!(refused(tar().file("top/.gitignore", b"").file("top/.gitignore", b"")), "E-ARCHIVE-DUPLICATE");
}

#[test]
fn sizes_that_readers_take_differently() {
    // To a reader that believes the header, the PAX size hides an entry.
    let hidden = Tar::default().file("top/hidden", b"evil").0;
    let smuggled = tar().pax(&[("size", &hidden.len().to_string())]).file("top/x", b"").0;
    assert_eq!(refused(Tar([smuggled, hidden].concat())), "E-ARCHIVE-DISAGREE");
    assert_eq!(refused(tar().pax(&[("size", "0")]).file("top/x", b"abc")), "E-ARCHIVE-DISAGREE");
    for size in ["-1", "0x1", "1e3", "", "99999999999999999999999", "010"] {
        assert_eq!(refused(tar().pax(&[("size", size)]).file("top/x", b"abc")), "E-ARCHIVE-FORMAT", "{size}");
    }
    assert_eq!(refused(tar().pax(&[("size", "3"), ("size", "3")]).file("top/x", b"abc")), "E-ARCHIVE-FORMAT");
    let folder = Header::new("top/d/", b'5', 512);
    assert_eq!(refused(tar().entry(&folder, &[b'x'; 512])), "E-ARCHIVE-DISAGREE");
}

#[test]
fn descriptions_of_nothing_or_of_everything() {
    let global = |key, value| {
        let text = record(key, value);
        refused(tar().entry(&Header::new("g", b'g', text.len()), &text).file("top/x", b""))
    };
    assert_eq!(global("path", "top/y"), "E-ARCHIVE-FORMAT");
    assert_eq!(global("size", "7"), "E-ARCHIVE-FORMAT");
    assert_eq!(global("linkpath", "/etc"), "E-ARCHIVE-FORMAT");
    assert_eq!(global("GNU.sparse.name", "x"), "E-ARCHIVE-FORMAT");
    assert_eq!(refused(tar().pax(&[("path", "top/x")])), "E-ARCHIVE-FORMAT");
    let long = Header::new("l", b'L', 6);
    assert_eq!(refused(tar().entry(&long, b"top/y\0")), "E-ARCHIVE-FORMAT");
    let both = tar().pax(&[("path", "top/x")]).entry(&long, b"top/y\0").file("top/z", b"");
    assert_eq!(refused(both), "E-ARCHIVE-FORMAT");
    let twice = tar().entry(&long, b"top/y\0").entry(&long, b"top/x\0").file("top/z", b"");
    assert_eq!(refused(twice), "E-ARCHIVE-FORMAT");
}

#[test]
fn headers_that_are_none() {
    let changed = |change: &dyn Fn(&mut Header)| {
        let mut header = Header::new("top/x", b'0', 0);
        change(&mut header);
        refused(tar().entry(&header, b""))
    };
    for size in
        ["00000000x00\0", "-0000000001\0", "           \0", "\0\0\0\0\0\0\0\0\0\0\0\0", "0 000000000\0"]
    {
        assert_eq!(changed(&|header| header.size = size.as_bytes().to_vec()), "E-ARCHIVE-FORMAT", "{size:?}");
    }
    // 8 GiB, as GNU writes it.
    let huge = b"\x80\0\0\0\0\0\0\x02\0\0\0\0".to_vec();
    assert_eq!(changed(&|header| header.size = huge.clone()), "E-ARCHIVE-FORMAT");
    assert_eq!(changed(&|header| header.mode = b"rwxr-xr-".to_vec()), "E-ARCHIVE-FORMAT");
    assert_eq!(changed(&|header| header.magic = b"ustar\x0099".to_vec()), "E-ARCHIVE-FORMAT");
    // GNU has other things where POSIX has the beginning of the name.
    let gnu = |header: &mut Header| (header.magic, header.prefix) = (b"ustar  \0".to_vec(), b"evil".to_vec());
    assert_eq!(changed(&gnu), "E-ARCHIVE-FORMAT");
    let mut flipped = tar().end();
    flipped[3] ^= 1;
    assert_eq!(code(&gz(&flipped), Format::TarGz), "E-ARCHIVE-FORMAT");
}

#[test]
fn archives_that_end_too_early_or_too_late() {
    let whole = tar().file("top/x", &[b'x'; 700]).end();
    let packed = gz(&whole);
    for end in 0..packed.len() {
        assert_eq!(code(&packed[..end], Format::TarGz), "E-ARCHIVE-TRUNCATED", "{end}");
    }
    let packed = zst(&whole);
    for end in 4..packed.len() {
        let code = code(&packed[..end], Format::TarZst);
        assert!(["E-ARCHIVE-TRUNCATED", "E-ARCHIVE-FORMAT"].contains(&code.as_str()), "{end} {code}");
    }
    for end in 0..whole.len() - 511 {
        assert_eq!(code(&gz(&whole[..end]), Format::TarGz), "E-ARCHIVE-TRUNCATED", "{end}");
    }
    let behind = |rest: &[u8]| code(&gz(&[&whole, rest].concat()), Format::TarGz);
    assert_eq!(behind(&[b'x'; 512]), "E-ARCHIVE-TRAILING");
    assert_eq!(behind(&Tar::default().file("hidden", b"").0), "E-ARCHIVE-TRAILING");
    assert_eq!(behind(&[0; 100]), "E-ARCHIVE-TRUNCATED");
    assert!(
        unpack_default(&gz(&[&whole[..], &[0; 9216]].concat()), Format::TarGz).is_ok(),
        "tar fills its last record"
    );
}

#[test]
fn something_behind_the_compressed_stream() {
    let whole = tar().end();
    let second = Tar::default().file("top/hidden", b"evil").end();
    for (format, first, second) in
        [(Format::TarGz, gz(&whole), gz(&second)), (Format::TarZst, zst(&whole), zst(&second))]
    {
        for rest in [&b"\0"[..], b"junk", &second, &first] {
            assert_eq!(code(&[&first[..], rest].concat(), format), "E-ARCHIVE-TRAILING", "{format}");
        }
    }
    // An archive of two members, of which some readers see the first one only.
    let (head, tail) = whole.split_at(512);
    assert_eq!(code(&[gz(head), gz(tail)].concat(), Format::TarGz), "E-ARCHIVE-TRUNCATED");
}

#[test]
fn a_wrong_checksum_of_the_compression() {
    let packed = gz(&tar().end());
    for at in packed.len() - 8..packed.len() {
        let mut bad = packed.clone();
        bad[at] ^= 1;
        assert_eq!(code(&bad, Format::TarGz), "E-ARCHIVE-FORMAT", "{at}");
    }
}

#[test]
fn what_is_no_archive_at_all() {
    for bytes in [&b""[..], b"<!DOCTYPE html><title>404</title>", &[0; 4096]] {
        for format in [Format::TarGz, Format::TarZst, Format::Zip] {
            let code = code(bytes, format);
            assert!(["E-ARCHIVE-TRUNCATED", "E-ARCHIVE-FORMAT"].contains(&code.as_str()), "{format} {code}");
        }
    }
}
