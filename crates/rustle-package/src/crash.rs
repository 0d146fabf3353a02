//! Fault 28: `kill -9` at every point at which something is half done. What is found after it is old or new, and doing it
//! again finishes it and leaves nothing lying about.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::child::{NEW, OLD, command, said, tree};
use crate::fail::Point;
use crate::store::Store;
use crate::{Digest, Limits, Tree};

const FILE: [Point; 5] =
    [Point::FileCreate, Point::FileHalf, Point::FileSync, Point::FileRename, Point::FileRenamed];

/// Runs `work` once for every point and lets it be killed there. `check` looks at the place after each death and after
/// each repetition, which is told by its last argument. Returns the points that were reached.
fn deaths(work: &str, prepare: impl Fn(&Path) -> PathBuf, check: impl Fn(&Path, Point, bool)) -> Vec<Point> {
    let mut reached = Vec::new();
    for point in Point::ALL {
        let home = tempfile::tempdir().unwrap();
        let place = prepare(home.path());
        let killed = command(work, &place, None)
            .env("RUSTLE_FAIL", format!("{}=kill", point.name()))
            .output()
            .unwrap();
        match killed.status.signal() {
            Some(9) => reached.push(*point),
            Some(other) => panic!("{work} {point:?}: signal {other}"),
            None => assert_eq!(said(&killed).as_deref(), Some("done"), "{work} {point:?}"),
        }
        check(&place, *point, false);
        let again = command(work, &place, None).output().unwrap();
        assert_eq!(said(&again).as_deref(), Some("done"), "{work} after {point:?}: {again:?}");
        check(&place, *point, true);
        // A store sweeps once per process, when it first writes; a reader may have had nothing to write.
        if place.join("v1").exists() {
            Store::open(&place).gc(u64::MAX, |_| true).unwrap();
        }
        let litter = WalkDir::new(home.path())
            .into_iter()
            .flatten()
            .find(|entry| entry.file_name().to_string_lossy().starts_with(".rustle-tmp-"));
        assert!(litter.is_none(), "{work} {point:?}: {litter:?}");
    }
    reached
}

#[test]
fn a_file_that_is_replaced() {
    let prepare = |home: &Path| {
        let place = home.join("rustle.lock");
        fs::write(&place, OLD).unwrap();
        place
    };
    let reached = deaths("atomic", prepare, |place, point, again| {
        let content = fs::read(place).unwrap();
        let is_new = again || !FILE.contains(&point) || point == Point::FileRenamed;
        assert_eq!(content, if is_new { NEW } else { OLD }, "{point:?}");
    });
    assert_eq!(reached, FILE);
}

#[test]
fn a_tree_that_is_replaced() {
    let points = [Point::TreeCreate, Point::TreeFile, Point::TreeSwap, Point::TreeSwapped];
    let prepare = |home: &Path| {
        let place = home.join("package");
        tree(OLD).write(&place).unwrap();
        place
    };
    let reached = deaths("tree", prepare, |place, point, again| {
        let found = Tree::read(place, &Limits::default()).unwrap();
        let is_new = again || !points.contains(&point) || point == Point::TreeSwapped;
        assert_eq!(found, tree(if is_new { NEW } else { OLD }), "{point:?}");
    });
    assert_eq!(reached, points);
}

/// A store with one content in it.
fn store(home: &Path) -> PathBuf {
    let root = home.join("cache");
    Store::open(&root).put(OLD).unwrap();
    root
}

/// What every store has to be after whatever happened: nothing damaged, the old content there, the new one whole or not.
fn sound(root: &Path, again: bool) {
    let store = Store::open(root);
    assert_eq!(store.verify().unwrap(), []);
    assert_eq!(store.get(&Digest::of(OLD)).unwrap().as_deref(), Some(OLD));
    let new = store.get(&Digest::of(NEW)).unwrap();
    assert!(new.as_deref().is_none_or(|bytes| bytes == NEW));
    assert!(new.is_some() || !again);
    assert_eq!(store.take_events(), []);
}

#[test]
fn a_content_that_is_put() {
    assert_eq!(deaths("put", store, |root, _, again| sound(root, again)), FILE);
}

#[test]
fn a_content_that_is_obtained() {
    let reached = deaths("obtain", store, |root, _, again| sound(root, again));
    assert_eq!(reached, [&FILE[..], &[Point::FlightLocked, Point::FlightFetched]].concat());
}

#[test]
fn a_content_that_is_obtained_by_its_key() {
    let reached = deaths("obtain-key", store, |root, _, again| sound(root, again));
    assert_eq!(
        reached,
        [&FILE[..], &[Point::FlightLocked, Point::FlightFetched, Point::FlightStored]].concat()
    );
}

#[test]
fn an_index_entry_that_is_replaced() {
    let prepare = |home: &Path| {
        let root = store(home);
        Store::open(&root).index_put("key", Some("etag"), OLD).unwrap();
        root
    };
    let reached = deaths("index", prepare, |root, point, again| {
        let entry = Store::open(root).index_get("key", std::time::Duration::MAX).unwrap().unwrap();
        let is_new = again || !FILE.contains(&point) || point == Point::FileRenamed;
        assert_eq!(entry.body, if is_new { NEW } else { OLD }, "{point:?}");
        assert_eq!(entry.etag.is_none(), is_new);
    });
    assert_eq!(reached, FILE);
}

#[test]
fn room_that_is_made() {
    let prepare = |home: &Path| {
        let root = store(home);
        Store::open(&root).put(NEW).unwrap();
        root
    };
    let reached = deaths("gc", prepare, |root, _, again| {
        let store = Store::open(root);
        assert_eq!(store.verify().unwrap(), []);
        assert!(!again || store.stats().unwrap().blobs == 0);
    });
    assert_eq!(reached, [Point::GcRemove]);
}

#[test]
fn a_damaged_content_that_is_moved_away() {
    let prepare = |home: &Path| {
        let root = store(home);
        let (path, _) = blob(&root);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "something else").unwrap();
        root
    };
    let reached = deaths("get", prepare, |root, point, again| {
        let (path, found) = blob(root);
        // Still there after the first death, under its name, and never given out.
        assert_eq!(found, !again && point == Point::Damaged, "{}", path.display());
        if again {
            assert_eq!(Store::open(root).get(&Digest::of(OLD)).unwrap(), None);
        }
    });
    assert_eq!(reached, [Point::Damaged]);
}

fn blob(root: &Path) -> (PathBuf, bool) {
    let hex = Digest::of(OLD).hex();
    let path = root.join("v1/blobs").join(&hex[..2]).join(hex);
    let there = path.exists();
    (path, there)
}
