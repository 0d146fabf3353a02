//! What is packed comes back, from us and from others.

use std::io::{Cursor, Write as _};
use std::process::Command;

use super::build::{Header, Tar, Zipped, gz, zip, zip_with, zst};
use super::*;
use crate::archive::pack;

fn greet() -> Tree {
    let mut tree = Tree::default();
    tree.insert("Cargo.toml", "[package]\nname = \"greet\"\n").unwrap();
    tree.insert("src/lib.rs", "pub fn greet() {}\n").unwrap();
    tree.insert("empty", "").unwrap();
    tree.insert("docs/caf\u{e9}.md", vec![0, 255, 10]).unwrap();
    tree.insert(format!("{}/{}", ["folder"; 20].join("/"), "x".repeat(120)), "long").unwrap();
    let mut files = tree.files().clone();
    files.get_mut("src/lib.rs").unwrap().executable = true;
    Tree::from_files(files, &Limits::default()).unwrap()
}

#[test]
fn what_is_packed_comes_back_and_is_the_same_every_time() {
    let tree = greet();
    let packed = pack(&tree, "greet-1.0.0").unwrap();
    assert_eq!(unpack_default(&packed, Format::TarGz).unwrap(), tree);
    assert_eq!(pack(&tree.clone(), "greet-1.0.0").unwrap(), packed);
    for top in ["", "..", "a/b", "/", "a\\b"] {
        assert_eq!(pack(&tree, top).unwrap_err().code(), "E-ARCHIVE-PATH", "{top}");
    }
}

#[test]
fn the_systems_tar_reads_what_is_packed() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("greet-1.0.0.crate");
    std::fs::write(&path, pack(&greet(), "greet-1.0.0").unwrap()).unwrap();
    let ran = Command::new("tar").arg("-xzf").arg(&path).arg("-C").arg(home.path()).status().unwrap();
    assert!(ran.success());
    let tree = Tree::read(&home.path().join("greet-1.0.0"), &Limits::default()).unwrap();
    assert_eq!(tree, greet());
}

#[test]
fn what_the_systems_tar_packs_is_read() {
    let home = tempfile::tempdir().unwrap();
    greet().write(&home.path().join("greet")).unwrap();
    for format in ["gnu", "pax", "ustar", "oldgnu"] {
        let mut tree = greet();
        let mut command = Command::new("tar");
        command.arg("-C").arg(home.path()).args(["-czf", "-", &format!("--format={format}")]);
        if format == "ustar" {
            // It has no room for that one.
            tree = Tree::from_files(
                tree.files().clone().into_iter().filter(|(path, _)| path.len() < 200),
                &Limits::default(),
            )
            .unwrap();
            command.arg("--exclude=folder");
        }
        let packed = command.arg("greet").output().unwrap();
        assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
        assert_eq!(unpack_default(&packed.stdout, Format::TarGz).unwrap(), tree, "{format}");
    }
}

#[test]
fn zstd_and_zip_hold_the_same() {
    let mut tree = Tree::default();
    tree.insert("a", "alpha").unwrap();
    tree.insert("b/c", "gamma".repeat(1000)).unwrap();
    let tar = Tar::default()
        .kind("top/", b'5')
        .file("top/a", b"alpha")
        .file("top/b/c", &b"gamma".repeat(1000))
        .end();
    assert_eq!(unpack_default(&gz(&tar), Format::TarGz).unwrap(), tree);
    assert_eq!(unpack_default(&zst(&tar), Format::TarZst).unwrap(), tree);
    let mut folder = Zipped::stored("top/", b"");
    folder.external = (0o40_755 << 16) | 0x10;
    let entries =
        [folder, Zipped::stored("top/a", b"alpha"), Zipped::deflated("top/b/c", &b"gamma".repeat(1000))];
    assert_eq!(unpack_default(&zip(&entries), Format::Zip).unwrap(), tree);
    // Git hosts put the commit into the comment.
    let commented = zip_with(&entries, b"0123456789abcdef0123456789abcdef01234567", |_| {});
    assert_eq!(unpack_default(&commented, Format::Zip).unwrap(), tree);
}

#[test]
fn zips_of_a_library_are_read() {
    use zip::write::SimpleFileOptions;
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let deflated = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let fill = |writer: &mut dyn FnMut(&str, SimpleFileOptions, &[u8])| {
        writer("run.sh", deflated.unix_permissions(0o755), b"#!/bin/sh\n");
        writer("docs/caf\u{e9}.md", stored, b"PK\x05\x06 is not the end");
        writer("src/lib.rs", deflated, &b"pub fn greet() {}\n".repeat(100));
    };
    let mut seekable = zip::ZipWriter::new(Cursor::new(Vec::new()));
    seekable.add_directory("src", SimpleFileOptions::default()).unwrap();
    fill(&mut |name, options, content| {
        seekable.start_file(name, options).unwrap();
        seekable.write_all(content).unwrap();
    });
    // A writer that cannot seek puts the sizes behind the contents.
    let mut stream = zip::ZipWriter::new_stream(Vec::new());
    fill(&mut |name, options, content| {
        stream.start_file(name, options).unwrap();
        stream.write_all(content).unwrap();
    });
    for bytes in [seekable.finish().unwrap().into_inner(), stream.finish().unwrap().into_inner()] {
        let tree = unpack_default(&bytes, Format::Zip).unwrap();
        assert_eq!(tree.files().keys().collect::<Vec<_>>(), ["docs/caf\u{e9}.md", "run.sh", "src/lib.rs"]);
        assert!(tree.files()["run.sh"].executable && !tree.files()["src/lib.rs"].executable);
        assert_eq!(tree.get("docs/caf\u{e9}.md"), Some(&b"PK\x05\x06 is not the end"[..]));
        assert_eq!(tree.get("src/lib.rs").unwrap().len(), 1800);
    }
}

#[test]
fn one_folder_around_everything_is_taken_away() {
    let names = |tar: Tar| {
        unpack_default(&tar.gz(), Format::TarGz).unwrap().files().keys().cloned().collect::<Vec<_>>()
    };
    let tar = Tar::default;
    assert_eq!(names(tar().file("a-1/x", b"").file("a-1/y/z", b"")), ["x", "y/z"]);
    assert_eq!(names(tar().file("a/x", b"").file("b", b"")), ["a/x", "b"]);
    assert_eq!(names(tar().file("a/x", b"").file("b/y", b"")), ["a/x", "b/y"]);
    assert_eq!(names(tar().file("a/x", b"").kind("b/", b'5')), ["a/x"]);
    assert_eq!(names(tar().kind("a/", b'5').kind("a/b/", b'5').file("a/x", b"")), ["x"]);
    assert_eq!(names(tar().file("x.rs", b"")), ["x.rs"]);
    // One folder only, once.
    assert_eq!(names(tar().file("a/b/x", b"").file("a/b/y", b"")), ["b/x", "b/y"]);
    // Seen from the folder that is left.
    assert_eq!(
        names(tar().file("a/Cargo.lock", b"").file("a/target/x", b"").file("a/x/target/y", b"")),
        ["x/target/y"]
    );
}

#[test]
fn records_that_say_nothing_of_the_files_are_passed_over() {
    let global = super::build::record("comment", "0123456789abcdef0123456789abcdef01234567");
    let tar = Tar::default()
        .entry(&Header::new("pax_global_header", b'g', global.len()), &global)
        .pax(&[("mtime", "1350244992.023960108"), ("path", "top/caf\u{e9}"), ("size", "4"), ("uid", "1000")])
        .file("top/cafe", b"good")
        .gz();
    let tree = unpack_default(&tar, Format::TarGz).unwrap();
    assert_eq!(tree.get("caf\u{e9}"), Some(&b"good"[..]));
    assert_eq!(tree.files().len(), 1);
}

#[test]
fn an_archive_without_files_is_none() {
    assert_eq!(code(&Tar::default().gz(), Format::TarGz), "E-ARCHIVE-FORMAT");
    assert_eq!(code(&zip(&[]), Format::Zip), "E-ARCHIVE-FORMAT");
}
