//! The user's store.

use std::fs;
use std::path::PathBuf;

use rustle_tests::anywhere::{Package, Ran, Shelf, World};
use walkdir::WalkDir;

use crate::greeting;

/// The contents in the store.
fn blobs(world: &World) -> Vec<PathBuf> {
    let files = WalkDir::new(world.store().join("v1/blobs")).into_iter().flatten();
    files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

fn damage(world: &World) {
    for path in blobs(world) {
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("permissions");
        let mut bytes = fs::read(&path).expect("readable");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).expect("writable");
    }
}

/// Fault 26: somebody changed a byte of what is stored. It is noticed, fetched anew, and told.
#[test]
fn fault_26_a_changed_byte_in_the_store() {
    let shelf = Shelf::start();
    let url = shelf.put("/greet.tar.gz", Package::new("acme.greet", "1.0.0").archive());
    let world = World::new();
    world.succeeds(&["add", "acme.greet", "--url", &url]);
    let before = world.snapshot();
    damage(&world);
    fs::remove_dir_all(world.project().join(".rustle")).expect("it was there");
    let ran = world.rustle(&["fetch"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("was damaged and is fetched anew"), "{}", ran.err);
    assert_eq!(shelf.received().len(), 2);
    let contents = |snapshot: rustle_tests::anywhere::Snapshot| -> Vec<_> {
        snapshot.into_iter().map(|(path, (content, _))| (path, content)).collect()
    };
    assert_eq!(contents(world.snapshot()), contents(before));
    // Without a network, nothing comes in its place.
    damage(&world);
    fs::remove_dir_all(world.project().join(".rustle")).expect("it was there");
    world.refuses(&["fetch", "--offline"], &["acme.greet", "is not in the store"]);
}

/// Fault 26, where somebody looks for it.
#[test]
fn fault_26_verify_finds_it() {
    let (_registry, world, _) = greeting();
    world.succeeds(&["lock"]);
    assert!(world.succeeds(&["cache", "verify"]).contains("0 entries damaged"));
    damage(&world);
    let ran = world.rustle(&["cache", "verify"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.out.contains("was damaged") && ran.out.contains("1 entry damaged"), "{}", ran.out);
    assert!(world.succeeds(&["cache", "verify"]).contains("0 entries damaged"));
    world.succeeds(&["lock"]);
}

/// What there is, and what goes.
#[test]
fn the_store_is_counted_and_emptied() {
    let (_registry, world, _) = greeting();
    assert!(world.succeeds(&["cache", "stats"]).contains("0 files"));
    world.succeeds(&["lock"]);
    let stats = world.succeeds(&["cache", "stats"]);
    assert!(
        stats.starts_with(&world.store().display().to_string()) && stats.contains("1 file of"),
        "{stats}"
    );
    assert!(world.succeeds(&["cache", "gc"]).starts_with("removed 0 files"));
    assert_eq!(blobs(&world).len(), 1);
    assert!(world.succeeds(&["cache", "gc", "--cap", "0"]).starts_with("removed 1 file "));
    assert_eq!(blobs(&world).len(), 0);
    // Without the store's folder at all.
    let gone =
        Ran::of(world.command(&["cache", "stats"]).env("RUSTLE_CACHE", world.path("nowhere"))).succeeded();
    assert!(gone.contains("0 files") && !world.path("nowhere").exists(), "{gone}");
}

/// What was not used for longest goes when the store has outgrown its size; what is locked stays.
#[test]
fn the_store_keeps_to_its_size() {
    let shelf = Shelf::start();
    // Digits of a digest of digests, which nothing makes smaller.
    let ballast = |seed: u32| -> String {
        (0..12_000).map(|number| rustle_fetch::sha256_hex(format!("{seed} {number}").as_bytes())).collect()
    };
    let package = |seed: u32| Package::new("acme.greet", "1.0.0").file("BALLAST", &ballast(seed)).archive();
    assert!((300_000..900_000).contains(&package(1).len()), "four are too many, one is not");
    let world = World::new();
    let limits = "[limits]\ncache_mb = 1\narchive_mb = 10\n";
    for seed in 1..=4 {
        let url = shelf.put(&format!("/{seed}.tar.gz"), package(seed));
        world.config(limits);
        world.succeeds(&["add", "acme.greet", "--url", &url]);
    }
    let bytes: u64 = blobs(&world).iter().map(|path| fs::metadata(path).expect("there").len()).sum();
    assert!((1..=1_000_000).contains(&bytes), "{bytes}");
    fs::remove_dir_all(world.project().join(".rustle")).expect("it was there");
    // The one that is locked is still stored.
    world.succeeds(&["fetch", "--offline"]);
}
