//! A bundle behind an executable.

use std::fs::{self, File};
use std::path::Path;

use rustle_bundle::{Bundle, Writer, append, appended, open_appended};
use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;

fn bundle(name: &str) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.file("a", 0o644, name.repeat(300).into_bytes()).unwrap();
    writer.finish(&Plan { name: name.into(), ..Plan::default() }, &Settings::default()).unwrap()
}

fn executable(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("base");
    let mut bytes = [b"\x7fELF\x02\x01".as_slice(), &[7; 4998]].concat();
    // One section, whose entry ends the file.
    bytes[40..48].copy_from_slice(&(5004_u64 - 64).to_le_bytes());
    bytes[58..62].copy_from_slice(&[64, 0, 1, 0]);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_bundle_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let (base, out) = (executable(folder.path()), folder.path().join("out"));
    assert!(open_appended(&base).unwrap().is_none());
    append(&base, &out, &bundle("one")).unwrap();
    let found = open_appended(&out).unwrap().unwrap();
    assert_eq!(found.plan().unwrap().name, "one");
    assert_eq!(found.digest(), Bundle::open(bundle("one")).unwrap().digest());
    assert_eq!(appended(&File::open(&out).unwrap()).unwrap().unwrap().start, 5004);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn another_bundle_replaces_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let (base, out) = (executable(folder.path()), folder.path().join("out"));
    append(&base, &out, &bundle("one")).unwrap();
    append(&out, &out, &bundle("two")).unwrap();
    let again = folder.path().join("again");
    append(&base, &again, &bundle("two")).unwrap();
    assert!(fs::read(&out).unwrap() == fs::read(&again).unwrap());
}

#[cfg(unix)]
#[test]
fn the_mode_is_the_base_executables() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (base, out) = (executable(folder.path()), folder.path().join("out"));
    fs::set_permissions(&base, fs::Permissions::from_mode(0o750)).unwrap();
    append(&base, &out, &bundle("one")).unwrap();
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o7777, 0o750);
}

#[test]
fn damage_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (base, out) = (executable(folder.path()), folder.path().join("out"));
    append(&base, &out, &bundle("one")).unwrap();
    let good = fs::read(&out).unwrap();
    for at in (5004..good.len()).step_by(3) {
        let mut bad = good.clone();
        bad[at] ^= 4;
        fs::write(&out, bad).unwrap();
        assert!(open_appended(&out).is_err(), "byte {at}");
    }
    // What was compiled in would be an older plan: it must not run in place of what cannot be read.
    for length in 5005..good.len() {
        fs::write(&out, &good[..length]).unwrap();
        assert!(open_appended(&out).is_err(), "{length} bytes");
        assert!(append(&out, &out, &bundle("two")).is_err());
    }
    fs::write(&out, [good.as_slice(), b"x"].concat()).unwrap();
    assert!(open_appended(&out).is_err(), "a byte more");
    fs::write(&out, &good[..5004]).unwrap();
    assert!(open_appended(&out).unwrap().is_none());
}

#[test]
fn what_cannot_carry_a_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for (name, content) in
        [("script", &b"#!/bin/sh\n"[..]), ("macho", b"\xcf\xfa\xed\xfe...."), ("empty", b"")]
    {
        let base = folder.path().join(name);
        fs::write(&base, content).unwrap();
        assert!(append(&base, &out, &bundle("one")).is_err(), "{name}");
    }
    assert!(append(&executable(folder.path()), &out, b"not a bundle").is_err());
    assert!(!out.exists());
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_a_device_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (base, out) = (executable(folder.path()), folder.path().join("out"));
    append(&base, &out, &bundle("one")).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("out", &link).unwrap();
    append(&link, &link, &bundle("two")).unwrap();
    assert!(link.is_symlink());
    assert_eq!(open_appended(&out).unwrap().unwrap().plan().unwrap().name, "two");
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let error = append(&base, &socket, &bundle("one")).unwrap_err().to_string();
    assert!(error.contains("this is no regular file"), "{error}");
}
