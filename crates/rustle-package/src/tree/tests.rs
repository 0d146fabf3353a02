//! Reading and writing folders.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;

use super::*;
use crate::fail::{self, Point};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    home
}

fn read(folder: &Path) -> Result<Tree, TreeError> {
    Tree::read(folder, &Limits::default())
}

fn code(folder: &Path) -> String {
    let error = read(folder).unwrap_err();
    assert!(error.to_string().contains(folder.to_str().unwrap()), "{error}");
    error.code()
}

#[test]
fn the_list_is_what_sha256sum_prints() {
    let home = folder(&[
        ("src/lib.rs", "fn a() {}\n"),
        ("a b", ""),
        ("Z", "z"),
        ("root.minisig", "x"),
        ("k/y.minisig", "y"),
    ]);
    let list = read(home.path()).unwrap().digest_list();
    let ran = std::process::Command::new("sha256sum")
        .args(["Z", "a b", "k/y.minisig", "src/lib.rs"])
        .current_dir(home.path())
        .output()
        .unwrap();
    assert_eq!(list, String::from_utf8(ran.stdout).unwrap());
}

#[test]
fn the_digest_knows_names_and_contents_and_nothing_else() {
    let tree = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, content)| {
            let file = File { content: content.as_bytes().to_vec(), executable: false };
            ((*path).to_owned(), file)
        });
        Tree::from_files(files, &Limits::default()).unwrap()
    };
    let first = tree(&[("a", "1"), ("b", "2")]);
    assert_eq!(first.digest(), tree(&[("b", "2"), ("a", "1")]).digest());
    for other in
        [&[("a", "1")][..], &[("a", "2"), ("b", "1")], &[("a", "1"), ("c", "2")], &[("a", "1"), ("b", "22")]]
    {
        assert_ne!(first.digest(), tree(other).digest());
    }
    let mut executable = first.files().clone();
    executable.get_mut("a").unwrap().executable = true;
    assert_eq!(Tree::from_files(executable, &Limits::default()).unwrap().digest(), first.digest());
    // By hand, so that no later change of the format goes unnoticed.
    assert_eq!(
        tree(&[("a", "")]).digest(),
        Digest::of(b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n")
    );
}

#[test]
fn what_git_cargo_and_builds_leave_behind_is_left_out() {
    let plain =
        [("Cargo.toml", "[package]"), ("src/lib.rs", ""), ("src/target/mod.rs", ""), ("src/a.orig", "")];
    let home = folder(&plain);
    let digest = read(home.path()).unwrap().digest();
    let litter = [
        ".git/config",
        "deep/.git/HEAD",
        "target/debug/x",
        ".rustle/y",
        ".gitignore",
        "src/.gitignore",
        ".gitattributes",
        ".cargo-ok",
        ".cargo-checksum.json",
        ".cargo_vcs_info.json",
        "Cargo.toml.orig",
        "Cargo.lock",
    ];
    let littered = folder(&[&plain[..], &litter.map(|path| (path, "x"))].concat());
    symlink("/", littered.path().join("target/link")).unwrap();
    let tree = read(littered.path()).unwrap();
    assert_eq!(tree.digest(), digest);
    assert!(tree.files().len() == 4 && tree.get("src/a.orig").is_some());
    // Of these names, those that mean something only in the root are files elsewhere.
    let deeper =
        folder(&[("a/Cargo.lock", ""), ("a/target/x", ""), ("a/.rustle/x", ""), ("a/Cargo.toml.orig", "")]);
    assert_eq!(read(deeper.path()).unwrap().files().len(), 4);
}

#[test]
fn links_and_devices_are_refused() {
    for target in ["lib.rs", "/etc/passwd", "nowhere", "."] {
        let home = folder(&[("src/lib.rs", "")]);
        symlink(target, home.path().join("src/link")).unwrap();
        assert_eq!(code(home.path()), "E-TREE-LINK", "{target}");
    }
    let home = folder(&[("src/lib.rs", "")]);
    let _socket = UnixListener::bind(home.path().join("socket")).unwrap();
    assert_eq!(code(home.path()), "E-TREE-KIND");
    let home = folder(&[]);
    assert!(std::process::Command::new("mkfifo").arg(home.path().join("pipe")).status().unwrap().success());
    assert_eq!(code(home.path()), "E-TREE-KIND");
}

#[test]
fn names_that_are_not_portable_are_refused() {
    for name in [&b"not\xffutf8"[..], b"back\\slash", b"line\nfeed", b"C:x"] {
        let home = folder(&[]);
        fs::write(home.path().join(std::ffi::OsStr::from_bytes(name)), "").unwrap();
        assert_eq!(code(home.path()), "E-TREE-PATH", "{name:?}");
    }
    for (one, other) in [("README", "readme"), ("caf\u{e9}", "cafe\u{301}"), ("Src/a", "src/b")] {
        let home = folder(&[(one, ""), (other, "")]);
        assert_eq!(code(home.path()), "E-TREE-DUPLICATE", "{one} {other}");
    }
}

#[test]
fn limits_hold_for_folders() {
    let home = folder(&[("a", "12345"), ("b", "12345"), ("c/d", "")]);
    let with = |limits: Limits| {
        Tree::read(home.path(), &limits).map(|tree| tree.bytes()).map_err(|error| error.code())
    };
    let limits = Limits::default();
    assert_eq!(with(Limits { unpacked: 10, entries: 4, depth: 2, ..limits }), Ok(10));
    assert_eq!(with(Limits { unpacked: 9, ..limits }), Err("E-TREE-SIZE".to_owned()));
    assert_eq!(with(Limits { entries: 3, ..limits }), Err("E-TREE-SIZE".to_owned()));
    assert_eq!(with(Limits { depth: 1, ..limits }), Err("E-TREE-PATH".to_owned()));
    fs::create_dir_all(home.path().join("c/e/f/g/h")).unwrap();
    assert_eq!(with(Limits { depth: 3, ..limits }), Err("E-TREE-PATH".to_owned()));
}

#[test]
fn what_is_not_there_is_named() {
    let error = read(Path::new("/nonexistent/package")).unwrap_err();
    assert_eq!(error.code(), "E-TREE-IO");
    assert!(error.to_string().contains("/nonexistent/package"), "{error}");
}

#[test]
fn a_tree_takes_the_place_of_whatever_was_there() {
    let home = folder(&[("at/old", "old"), ("at/.gitignore", "old"), ("file", "x")]);
    let mut tree = Tree::default();
    tree.insert("src/lib.rs", "new").unwrap();
    let mut files = tree.files().clone();
    files.get_mut("src/lib.rs").unwrap().executable = true;
    let tree = Tree::from_files(files, &Limits::default()).unwrap();
    for place in ["at", "file", "new/deep", "at"] {
        let place = home.path().join(place);
        tree.write(&place).unwrap();
        assert_eq!(read(&place).unwrap(), tree);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
    }
    let mode = fs::metadata(home.path().join("at/src/lib.rs")).unwrap().permissions().mode();
    assert_eq!(mode & 0o100, 0o100);
    let mut left: Vec<_> =
        fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["at", "file", "new"]);
}

#[test]
fn a_tree_that_cannot_be_written_leaves_the_old_one() {
    const ENOSPC: i32 = 28;
    const EMFILE: i32 = 24;
    let home = folder(&[("at/old", "old")]);
    let place = home.path().join("at");
    let mut tree = Tree::default();
    tree.insert("a", "new").unwrap();
    tree.insert("b", "new").unwrap();
    for errno in [ENOSPC, EMFILE] {
        for point in [Point::TreeCreate, Point::TreeFile, Point::TreeSwap] {
            let _fault = fail::inject(point, errno);
            assert_eq!(tree.write(&place).unwrap_err().code(), "E-TREE-IO");
            assert_eq!(read(&place).unwrap().files().keys().collect::<Vec<_>>(), ["old"]);
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "{point:?}");
        }
    }
}

#[test]
fn threads_that_write_one_folder_do_not_mix_their_files() {
    let home = folder(&[]);
    let place = home.path().join("at");
    let tree = |name: usize| {
        let files = (0..20).map(|n| {
            let content = name.to_string().into_bytes();
            (format!("{n}"), File { content, executable: false })
        });
        Tree::from_files(files, &Limits::default()).unwrap()
    };
    let digests: Vec<Digest> = (0..8).map(|name| tree(name).digest()).collect();
    std::thread::scope(|scope| {
        for name in 0..8 {
            let (place, tree) = (&place, tree(name));
            scope.spawn(move || (0..10).for_each(|_| tree.write(place).unwrap()));
        }
    });
    assert!(digests.contains(&read(&place).unwrap().digest()));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_does_not_fit_changes_nothing() {
    let mut tree = Tree::default();
    tree.insert("a", "1").unwrap();
    tree.insert("a", "2").unwrap();
    assert_eq!(tree.get("a"), Some(&b"2"[..]));
    for path in ["../b", "A", "a/b", "", "/x"] {
        assert!(tree.insert(path, "").is_err(), "{path}");
        assert_eq!(tree.files().len(), 1);
    }
}
