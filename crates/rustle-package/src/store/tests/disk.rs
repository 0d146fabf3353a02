//! Fault 29, and what of 30 is about disks: full ones, ones that cannot be written, and limits of a process.

use std::convert::Infallible;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::files;
use crate::atomic::write_atomic;
use crate::child::{NEW, OLD, command, said, tree};
use crate::fail::{self, Point};
use crate::store::{Event, ObtainError, Store, StoreError};
use crate::{Digest, Limits, Tree};

/// A small file system of its own, while it lives.
struct Disk(tempfile::TempDir);

impl Disk {
    /// Nothing, and a loud message, if this user may not mount.
    fn new(options: &str) -> Option<Disk> {
        let home = tempfile::tempdir().unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(home.path()).output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            return Some(Disk(home));
        }
        eprintln!("SKIPPED: this user cannot mount a tmpfs, so no real full or read-only disk was tried");
        None
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("cache")
    }

    fn remount(&self, option: &str) {
        let mount =
            Command::new("mount").args(["-o", &format!("remount,{option}")]).arg(self.0.path()).status();
        assert!(mount.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn fetch() -> Result<Vec<u8>, Infallible> {
    Ok(NEW.to_vec())
}

/// What cannot be compressed or shared: so many bytes that differ.
fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(count).collect()
}

#[test]
fn every_failing_step_is_a_clean_error() {
    const ERRORS: [(i32, &str); 5] = [
        (28, "E-STORE-FULL"),     // ENOSPC
        (122, "E-STORE-FULL"),    // EDQUOT
        (30, "E-STORE-READONLY"), // EROFS
        (24, "E-STORE-IO"),       // EMFILE
        (5, "E-STORE-IO"),        // EIO
    ];
    let file = [Point::FileCreate, Point::FileHalf, Point::FileSync, Point::FileRename];
    let flight = [Point::FlightLocked, Point::FlightFetched, Point::FlightStored];
    for (errno, code) in ERRORS {
        for point in file.into_iter().chain(flight) {
            let home = tempfile::tempdir().unwrap();
            let store = Store::open(home.path());
            store.put(OLD).unwrap();
            store.index_put("key", None, OLD).unwrap();
            {
                let _fault = fail::inject(point, errno);
                if file.contains(&point) {
                    assert_eq!(store.put(NEW).unwrap_err().code(), code);
                    let error = store.index_put("key", None, NEW).unwrap_err();
                    assert_eq!(error.code(), code);
                    let names = [home.path().to_str().unwrap(), "RUSTLE_CACHE"];
                    assert!(
                        code == "E-STORE-IO" || names.iter().all(|name| error.to_string().contains(name)),
                        "{error}"
                    );
                }
                let error = store.obtain_key("k", fetch).unwrap_err();
                let ObtainError::Store(error) = error;
                assert_eq!(error.code(), code, "{point:?}");
                assert_eq!(store.put(OLD).unwrap(), Digest::of(OLD), "what is there needs no writing");
            }
            assert_eq!(store.index_get("key", std::time::Duration::MAX).unwrap().unwrap().body, OLD);
            assert_eq!(store.get(&Digest::of(NEW)).unwrap().is_some(), point == Point::FlightStored);
            assert_eq!(files(&store.folder("tmp")), Vec::<PathBuf>::new(), "{point:?}");
            assert_eq!(store.verify().unwrap(), []);
            assert_eq!(store.obtain_key("k", fetch).unwrap().1, NEW, "and it goes on from there");
        }
    }
}

#[test]
fn a_disk_that_is_really_full() {
    for options in ["size=512k", "size=16m,nr_inodes=60"] {
        let Some(disk) = Disk::new(options) else { return };
        let store = Store::open(disk.path());
        let lock = disk.0.path().join("rustle.lock");
        fs::write(&lock, OLD).unwrap();
        tree(OLD).write(&disk.0.path().join("package")).unwrap();
        let mut stored = Vec::new();
        let error = loop {
            let content = noise(stored.len() as u64 + 1, 30_000);
            match store.put(&content) {
                Ok(digest) => stored.push(digest),
                Err(error) => break error,
            }
            assert!(stored.len() < 100, "the disk does not fill");
        };
        assert_eq!(error.code(), "E-STORE-FULL");
        assert!(error.to_string().contains("cargo rustle cache gc"), "{error}");
        // To the last byte and the last name.
        let filler = disk.0.path().join("filler");
        for number in 0..200 {
            if fs::write(filler.with_extension(number.to_string()), vec![1; 3000]).is_err() {
                break;
            }
        }
        let large = noise(0, 60_000);
        assert!(write_atomic(&lock, &large).is_err());
        assert_eq!(fs::read(&lock).unwrap(), OLD);
        let mut larger = tree(NEW);
        larger.insert("large", large).unwrap();
        assert_eq!(larger.write(&disk.0.path().join("package")).unwrap_err().code(), "E-TREE-IO");
        assert_eq!(Tree::read(&disk.0.path().join("package"), &Limits::default()).unwrap(), tree(OLD));
        assert_eq!(store.verify().unwrap(), [], "nothing half written can be seen");
        for digest in &stored {
            assert!(store.get(digest).unwrap().is_some());
        }
        assert_eq!(files(&store.folder("tmp")), Vec::<PathBuf>::new());
        assert_eq!(store.gc(0, |digest| *digest == stored[0]).unwrap().removed, stored.len() as u64 - 1);
        assert!(store.put(&noise(0, 40_000)).is_ok(), "there is room again");
    }
}

#[test]
fn a_disk_that_cannot_be_written() {
    let Some(disk) = Disk::new("size=4m") else { return };
    let store = Store::open(disk.path());
    let (old, bad) = (store.put(OLD).unwrap(), store.put(b"bad").unwrap());
    store.index_put("key", None, OLD).unwrap();
    fs::remove_file(store.blob(&bad)).unwrap();
    fs::write(store.blob(&bad), "worse").unwrap();
    disk.remount("ro");
    assert_eq!(store.get(&old).unwrap().as_deref(), Some(OLD));
    assert_eq!(store.obtain(&old, || Err("not needed")).unwrap(), OLD);
    assert_eq!(store.put(OLD).unwrap(), old);
    assert_eq!(store.index_get("key", std::time::Duration::MAX).unwrap().unwrap().body, OLD);
    assert_eq!(store.stats().unwrap().blobs, 2);
    // Damaged, and it cannot be moved away: it is not given out all the same.
    assert_eq!(store.get(&bad).unwrap(), None);
    assert_eq!(store.take_events(), [Event::Damaged { what: bad.to_string(), moved_to: None }]);
    let put = store.put(NEW).unwrap_err();
    let index = store.index_put("key", None, NEW).unwrap_err();
    let ObtainError::Store(obtained) = store.obtain(&Digest::of(NEW), fetch).unwrap_err();
    for error in [put, index, obtained, store.gc(0, |_| false).unwrap_err()] {
        assert_eq!(error.code(), "E-STORE-READONLY");
        let text = error.to_string();
        assert!(text.contains(store.root().to_str().unwrap()) && text.contains("RUSTLE_CACHE"), "{text}");
    }
    disk.remount("rw");
    assert_eq!(store.obtain(&Digest::of(NEW), fetch).unwrap(), NEW);
}

#[test]
fn a_home_that_is_no_folder() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let store = Store::open(file.join("cache"));
    assert!(matches!(store.put(NEW), Err(StoreError::Io { action: "write", .. })));
    assert!(store.put(NEW).unwrap_err().to_string().contains(file.to_str().unwrap()));
}

/// Runs a child under a limit of its shell, in a store that holds something.
fn limited(work: &str, shell: &str, root: &Path) -> std::process::Output {
    Store::open(root).put(OLD).unwrap();
    command(work, root, Some(shell)).output().unwrap()
}

#[test]
fn a_process_that_may_write_short_files_only() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path());
    // Blocks of 512 or 1024 bytes, by the shell.
    let output = limited("put-large", "trap '' XFSZ; ulimit -f 16", home.path());
    assert_eq!(said(&output).as_deref(), Some("E-STORE-FULL"), "{output:?}");
    assert_eq!(files(&store.folder("tmp")), Vec::<PathBuf>::new());
    // Without the trap the kernel kills it in the middle of its write.
    let output = limited("put-large", "ulimit -c 0; ulimit -f 16", home.path());
    assert_eq!(output.status.signal(), Some(25), "{output:?}");
    assert_eq!(store.verify().unwrap(), []);
    assert_eq!(store.stats().unwrap().blobs, 1);
    assert_eq!(files(&store.folder("tmp")).len(), 1);
    store.put(NEW).unwrap();
    assert_eq!(files(&store.folder("tmp")), Vec::<PathBuf>::new(), "swept by the next one who writes");
}

#[test]
fn a_process_that_may_open_no_more_files() {
    let home = tempfile::tempdir().unwrap();
    let output = limited("no-files", "ulimit -n 64", home.path());
    assert_eq!(said(&output).as_deref(), Some("done"), "{output:?}");
}
