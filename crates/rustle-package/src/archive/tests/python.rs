//! Fault 5: another parser, Python's, must see the same files in whatever is accepted.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::build::{Header, Tar, Zipped, gz, record, zip};
use super::*;

/// Lists the files of an archive with the SHA-256 of each content, as `digest_list` does; the folder around them is left.
const SCRIPT: &str = r#"
import hashlib, io, sys, tarfile, zipfile
data = sys.stdin.buffer.read()
lines = []
if sys.argv[1] == "zip":
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                lines.append((info.filename, archive.read(info)))
else:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for info in archive:
            if info.isreg():
                lines.append((info.name, archive.extractfile(info).read()))
            elif not info.isdir():
                lines.append((info.name + " is special", b""))
for name, content in sorted(lines, key=lambda line: line[0].encode("utf-8", "surrogateescape")):
    sys.stdout.buffer.write(hashlib.sha256(content).hexdigest().encode() + b"  " + name.encode("utf-8", "surrogateescape") + b"\n")
"#;

/// What Python lists; an error is one line that begins with `!`.
fn python(bytes: &[u8], format: Format) -> Option<String> {
    let mut command = Command::new("python3");
    command.args(["-c", SCRIPT, if format == Format::Zip { "zip" } else { "tar" }]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("SKIPPED: there is no python3 here, so no second parser looked at these archives");
        return None;
    };
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        return Some(format!("!{}", errors.lines().last().unwrap_or_default()));
    }
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What we list, without taking the folder around away: a file beside it prevents that.
fn ours(bytes: &[u8], format: Format) -> Result<String, ArchiveError> {
    unpack_default(bytes, format).map(|tree| tree.digest_list())
}

fn gzipped(tar: Tar) -> Vec<u8> {
    Tar([Tar::default().file("beside", b"").0, tar.0].concat()).gz()
}

#[test]
fn honest_archives_list_identically() {
    let long = format!("top/{}", "long/".repeat(25)) + "name";
    let plain =
        || Tar::default().kind("top/", b'5').file("top/a", b"alpha").file("top/b c", b"").file("-rf", b"x");
    let mut prefixed = Header::new("end", b'0', 2);
    prefixed.prefix = b"top/begin".to_vec();
    let mut old = Header::new("top/old", b'\0', 2);
    old.magic = vec![0; 8];
    let mut old_folder = Header::new("top/folder/", b'\0', 0);
    old_folder.magic = vec![0; 8];
    let tars = [
        plain(),
        plain().entry(&prefixed, b"hi"),
        plain().entry(&old, b"hi").entry(&old_folder, b""),
        plain().pax(&[("path", "top/caf\u{e9}"), ("mtime", "1.5")]).file("top/x", b"hi"),
        plain().pax(&[("path", &long), ("size", "2")]).file("top/x", b"hi"),
        plain()
            .entry(&Header::new("././@LongLink", b'L', long.len() + 1), format!("{long}\0").as_bytes())
            .file("x", b"hi"),
        plain().file("top/x", &[7; 512]).file("top/y", &[7; 513]),
    ];
    for (number, tar) in tars.into_iter().enumerate() {
        let bytes = gzipped(tar);
        let Some(theirs) = python(&bytes, Format::TarGz) else { return };
        assert_eq!(ours(&bytes, Format::TarGz).unwrap(), theirs, "tar {number}");
    }
    let mut marked = Zipped::deflated("caf\u{e9}", b"hi");
    marked.both(|fields| fields.flags = 1 << 11);
    let mut streamed = Zipped::deflated("top/s", b"sssssss");
    streamed.both(|fields| fields.flags = 1 << 3);
    let fields = &streamed.central;
    streamed.descriptor =
        [fields.crc, fields.packed, fields.size].iter().flat_map(|n| n.to_le_bytes()).collect();
    let bytes =
        zip(&[Zipped::stored("top/a", b"alpha"), Zipped::deflated("b", &[b'b'; 4000]), marked, streamed]);
    let Some(theirs) = python(&bytes, Format::Zip) else { return };
    assert_eq!(ours(&bytes, Format::Zip).unwrap(), theirs);
}

#[test]
fn odd_archives_are_refused_or_list_identically() {
    let tar = || Tar::default().file("top/good", b"good");
    let hidden = Tar::default().file("top/hidden", b"evil").0;
    let mut gnu = Header::new("name", b'0', 0);
    (gnu.magic, gnu.prefix) = (b"ustar  \0".to_vec(), b"evil".to_vec());
    let mut blank = Header::new("top/x", b'0', 0);
    blank.size = b"            ".to_vec();
    let mut spaced = Header::new("top/x", b'0', 0);
    spaced.size = b"         3 \0".to_vec();
    let mut signed = Header::new("top/x", b'0', 0);
    signed.size = b"-0000000003\0".to_vec();
    let global = record("path", "top/all");
    let tars = [
        Tar([tar().pax(&[("size", &hidden.len().to_string())]).file("top/x", b"").0, hidden.clone()].concat()),
        tar().pax(&[("size", "1")]).file("top/x", b"abc"),
        tar().entry(&Header::new("top/d/", b'5', hidden.len()), &hidden),
        tar().entry(&Header::new("top/d", b'5', 0), b""),
        tar().entry(&gnu, b""),
        tar().entry(&blank, b""),
        tar().entry(&spaced, b"abc"),
        tar().entry(&signed, b""),
        tar().file("top/x/", b"abc"),
        tar().file(b"top/x\0hidden", b"abc"),
        tar().file("top/good", b"again"),
        tar().file("./top/x", b"abc"),
        tar().file("top//x", b"abc"),
        tar().file("/top/x", b"abc"),
        tar().pax(&[("path", "top/x"), ("path", "top/y")]).file("top/z", b"abc"),
        tar().pax(&[("path", "top/x/")]).file("top/z", b"abc"),
        tar().pax(&[("path", "")]).file("top/z", b"abc"),
        tar().pax(&[("GNU.sparse.name", "top/other")]).file("top/z", b"abc"),
        tar().entry(&Header::new("g", b'g', global.len()), &global).file("top/z", b"abc"),
        tar().entry(&Header::new("L", b'L', 8), b"top/x\0y\0").file("top/z", b"abc"),
        tar().pax(&[("path", "top/x")]).entry(&Header::new("L", b'L', 6), b"top/y\0").file("top/z", b"abc"),
        tar().kind("top/fifo", b'6'),
        tar().kind("top/contiguous", b'7'),
        tar().kind("top/unknown", b'Z'),
        tar().pax(&[("path", "top/x")]),
        Tar([tar().0, vec![0; 512], hidden.clone()].concat()),
        Tar([tar().0, vec![0; 1024], hidden].concat()),
    ];
    let mut refused = 0;
    let count = tars.len();
    for (number, tar) in tars.into_iter().enumerate() {
        let bytes = gzipped(tar);
        let Some(theirs) = python(&bytes, Format::TarGz) else { return };
        match ours(&bytes, Format::TarGz) {
            Ok(list) => assert_eq!(list, theirs, "tar {number}"),
            Err(error) => {
                refused += 1;
                assert!(error.code().starts_with("E-ARCHIVE-"), "{error}");
            }
        }
    }
    assert!(refused >= count - 3, "{refused} of {count} refused");
    let two =
        [gz(&tar().file("beside", b"").end()), gz(&Tar::default().file("top/second", b"").end())].concat();
    assert_eq!(code(&two, Format::TarGz), "E-ARCHIVE-TRAILING");
}
