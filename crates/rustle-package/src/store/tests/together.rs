//! Fault 27: many threads and processes that want the same thing.

use std::fs;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::files;
use crate::Digest;
use crate::child::{NEW, command, said};
use crate::store::Store;

#[test]
fn fifty_processes_fetch_once() {
    for work in ["obtain", "obtain-key"] {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("cache");
        let children: Vec<_> = (0..50).map(|_| command(work, &root, None).spawn().unwrap()).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert_eq!(said(&output).as_deref(), Some("done"), "{output:?}");
        }
        assert_eq!(fs::read_to_string(root.with_extension("fetches")).unwrap(), "fetched\n", "{work}");
        let store = Store::open(&root);
        assert_eq!(store.get(&Digest::of(NEW)).unwrap().as_deref(), Some(NEW));
        assert_eq!(store.stats().unwrap().blobs, 1);
        assert_eq!(files(&store.folder("tmp")), Vec::<std::path::PathBuf>::new());
    }
}

#[test]
fn fifty_threads_fetch_once() {
    let home = tempfile::tempdir().unwrap();
    let (store, fetches, together) = (Store::open(home.path()), AtomicU32::new(0), Barrier::new(50));
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                together.wait();
                let got = store.obtain(&Digest::of(NEW), || {
                    fetches.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(20));
                    Ok::<_, String>(NEW.to_vec())
                });
                assert_eq!(got.unwrap(), NEW);
            });
        }
    });
    assert_eq!(fetches.into_inner(), 1);
}

#[test]
fn different_things_are_fetched_at_the_same_time() {
    let home = tempfile::tempdir().unwrap();
    let (store, both) = (Store::open(home.path()), Barrier::new(2));
    // Neither ends before the other one has begun; a lock that they shared would keep them for ever.
    std::thread::scope(|scope| {
        for content in [b"one", b"two"] {
            let (store, both) = (&store, &both);
            scope.spawn(move || {
                let fetch = || {
                    both.wait();
                    Ok::<_, String>(content.to_vec())
                };
                store.obtain(&Digest::of(content), fetch).unwrap();
            });
        }
    });
}

#[test]
fn a_fetch_that_fails_is_tried_by_the_next_one() {
    let home = tempfile::tempdir().unwrap();
    let (store, fetches) = (Store::open(home.path()), AtomicU32::new(0));
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let ask = || {
            store.obtain(&Digest::of(NEW), || {
                std::thread::sleep(Duration::from_millis(5));
                if fetches.fetch_add(1, Ordering::Relaxed) < 3 { Err("offline") } else { Ok(NEW.to_vec()) }
            })
        };
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(move || ask().is_ok())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|good| **good).count(), 7);
    assert_eq!(fetches.into_inner(), 4);
}

#[test]
fn a_fetcher_that_panics_keeps_nobody_waiting() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path());
    let panicked = std::thread::scope(|scope| {
        scope
            .spawn(|| store.obtain(&Digest::of(NEW), || -> Result<Vec<u8>, String> { panic!("on purpose") }))
            .join()
    });
    assert!(panicked.is_err());
    let begun = Instant::now();
    assert!(store.obtain(&Digest::of(NEW), || Ok::<_, String>(NEW.to_vec())).is_ok());
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn room_is_made_while_others_work() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4_u8)
            .map(|worker| {
                let store = &store;
                scope.spawn(move || {
                    for n in 0..40_u8 {
                        let content = [n % 5, worker % 2];
                        let got = store
                            .obtain(&Digest::of(&content), || Ok::<_, String>(content.to_vec()))
                            .unwrap();
                        assert_eq!(got, content);
                    }
                })
            })
            .collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            // Another process does this, and knows nothing of ours.
            Store::open(home.path()).gc(2, |_| false).unwrap();
        }
    });
    assert_eq!(store.verify().unwrap(), []);
    assert_eq!(store.take_events(), []);
}
