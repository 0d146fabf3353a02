//! The size of a store.

use std::fs::{self, FileTimes};
use std::time::{Duration, SystemTime};

use super::files;
use crate::Digest;
use crate::store::{GcReport, Stats, Store};

const YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Ten contents of 100 bytes; the first one was used the longest time ago.
fn filled(store: &Store) -> Vec<Digest> {
    let now = SystemTime::now();
    (0..10_u8)
        .map(|n| {
            let digest = store.put(&[n; 100]).unwrap();
            used(store, &digest, now - Duration::from_secs(1000 - u64::from(n)));
            digest
        })
        .collect()
}

fn used(store: &Store, digest: &Digest, time: SystemTime) {
    let times = FileTimes::new().set_modified(time).set_accessed(time);
    fs::File::open(store.blob(digest)).unwrap().set_times(times).unwrap();
}

fn left(store: &Store, digests: &[Digest]) -> Vec<usize> {
    (0..digests.len()).filter(|n| store.blob(&digests[*n]).exists()).collect()
}

#[test]
fn what_was_used_least_recently_goes_first() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path());
    let digests = filled(&store);
    assert_eq!(store.stats().unwrap(), Stats { blobs: 10, bytes: 1000, ..Stats::default() });
    assert_eq!(store.gc(1000, |_| false).unwrap(), GcReport { removed: 0, freed: 0, left: 1000 });
    // Reading and storing again both count as using.
    assert!(store.get(&digests[0]).unwrap().is_some());
    store.put(&[1; 100]).unwrap();
    assert_eq!(
        store.gc(450, |digest| *digest == digests[2]).unwrap(),
        GcReport { removed: 6, freed: 600, left: 400 }
    );
    assert_eq!(left(&store, &digests), [0, 1, 2, 9]);
    assert_eq!(
        store.gc(0, |digest| *digest == digests[2]).unwrap(),
        GcReport { removed: 3, freed: 300, left: 100 }
    );
    assert_eq!(left(&store, &digests), [2]);
    assert!(store.get(&digests[0]).unwrap().is_none());
    assert_eq!(store.take_events(), []);
}

#[test]
fn times_in_the_future_keep_nothing_for_ever() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path());
    let digests = filled(&store);
    used(&store, &digests[5], SystemTime::now() + YEARS);
    used(&store, &digests[6], SystemTime::now() - YEARS);
    store.gc(900, |_| false).unwrap();
    assert_eq!(left(&store, &digests), [0, 1, 2, 3, 4, 5, 7, 8, 9]);
    store.get(&digests[0]).unwrap();
    store.gc(100, |_| false).unwrap();
    assert_eq!(left(&store, &digests), [0], "used after the time of the other one was set right");
    store.gc(0, |_| false).unwrap();
    assert_eq!(store.stats().unwrap().blobs, 0);
}

#[test]
fn what_is_of_no_use_goes_too() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path());
    store.index_put("young", None, b"x").unwrap();
    let old = Store::open(home.path()).with_clock(|| SystemTime::now() - Duration::from_secs(40 * 86_400));
    old.index_put("old", None, b"x").unwrap();
    let future = Store::open(home.path()).with_clock(|| SystemTime::now() + YEARS);
    future.index_put("future", None, b"x").unwrap();
    store.obtain_key("kept", || Ok::<_, String>(b"kept".to_vec())).unwrap();
    let (gone, _) = store.obtain_key("gone", || Ok::<_, String>(b"gone".to_vec())).unwrap();
    fs::remove_file(store.blob(&gone)).unwrap();
    let bad = store.put(b"bad").unwrap();
    fs::remove_file(store.blob(&bad)).unwrap();
    fs::write(store.blob(&bad), "worse").unwrap();
    assert_eq!(store.get(&bad).unwrap(), None);
    fs::write(store.folder("tmp").join(".rustle-tmp-dead"), "half").unwrap();
    fs::write(store.root().join("v1/mine"), "kept").unwrap();
    store.gc(u64::MAX, |_| false).unwrap();
    let kept = |key: &str, folder: &str| store.folder(folder).join(Digest::of(key.as_bytes()).hex());
    let mut expected = [
        store.root().join("CACHEDIR.TAG"),
        store.root().join("v1/mine"),
        store.blob(&Digest::of(b"kept")),
        kept("young", "index"),
        kept("kept", "keys"),
    ];
    expected.sort();
    let mut found = files(home.path());
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_store_that_is_not_there_is_empty() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path().join("nothing"));
    assert_eq!(store.stats().unwrap(), Stats::default());
    assert_eq!(store.gc(0, |_| false).unwrap(), GcReport::default());
    assert_eq!(store.verify().unwrap(), []);
    assert!(store.get(&Digest::of(b"")).unwrap().is_none());
    assert!(!store.root().exists(), "asking makes nothing");
}
