//! No room, no writing, no more files.

use std::fs;

use rustle_tests::anywhere::{Confined, Package, Ran, Shelf, World, can_mount};

/// A world that wants a module of some size, with the server that has it.
fn place() -> (Shelf, World) {
    let shelf = Shelf::start();
    let package = Package::new("acme.greet", "1.0.0");
    let comment: String =
        (0..4000_u32).map(|line| format!("// {:x}\n", line.wrapping_mul(2_654_435_761))).collect();
    let mut files = package.files();
    files.insert("src/lib.rs".to_owned(), format!("{}{comment}", package.source()));
    let entries = files.into_iter().map(|(name, text)| (format!("greet-1/{name}"), text.into_bytes()));
    let archive = rustle_tests::anywhere::tar_gz(entries, &[]);
    let url = shelf.put("/greet.tar.gz", &archive);
    let sum = rustle_fetch::sha256_hex(&archive);
    let world = World::new();
    world.config(&format!("[modules]\n\"acme.greet\" = {{ url = \"{url}\", sha256 = \"{sum}\" }}\n"));
    (shelf, world)
}

/// Says aloud that a test cannot do what it is for: containers often forbid mounting.
fn mounts() -> bool {
    if !can_mount() {
        eprintln!(
            "not tested here: this user may not mount file systems, not even in a namespace of its own"
        );
    }
    can_mount()
}

/// Fault 29: the file system of the store has no room, at each of many fillings.
#[test]
fn fault_29_a_full_store() {
    if !mounts() {
        return;
    }
    let (_shelf, world) = place();
    fs::create_dir(world.store()).expect("a folder");
    let mut full = 0;
    for kib in [4, 8, 12, 16, 20, 24, 28, 32, 40, 48] {
        let confined = Confined::new().tiny(&world.store(), kib);
        let before = world.snapshot();
        let ran = Ran::of(&mut world.confined(&confined, &["lock"]));
        if ran.code == Some(0) {
            break;
        }
        full += 1;
        assert_eq!(ran.code, Some(1), "{kib} KiB: {}", ran.err);
        assert!(
            ran.err.contains("E-STORE-FULL") && ran.err.contains("cargo rustle cache gc"),
            "{kib} KiB: {}",
            ran.err
        );
        world.is_still(&before);
    }
    assert!(full >= 3, "{full}");
    world.succeeds(&["lock"]);
}

/// Fault 29: the project's own file system is full when the modules, the lock or Cargo.toml are written.
#[test]
fn fault_29_a_full_project() {
    if !mounts() {
        return;
    }
    let (_shelf, world) = place();
    world.succeeds(&["lock"]);
    let (lock, manifest) = (world.text("rustle.lock"), world.text("Cargo.toml"));
    let _ = fs::remove_dir_all(world.project().join(".rustle"));
    // `fetch` and `lock` over a folder of modules on a file system of its own.
    fs::create_dir_all(world.project().join(".rustle")).expect("a folder");
    for kib in [4, 16, 32] {
        for command in ["fetch", "lock"] {
            let confined = Confined::new().tiny(&world.project().join(".rustle"), kib);
            world.refused(
                &mut world.confined(&confined, &[command]),
                &["cannot be written", "No space left on device"],
            );
            assert_eq!(
                (world.text("rustle.lock"), world.text("Cargo.toml")),
                (lock.clone(), manifest.clone())
            );
        }
    }
    world.succeeds(&["fetch"]);
}

/// Fault 29: the project can only be read.
#[test]
fn fault_29_a_read_only_project() {
    if !mounts() {
        return;
    }
    let (_shelf, world) = place();
    let confined = || Confined::new().read_only(&world.project());
    world.refused(&mut world.confined(&confined(), &["lock"]), &["Read-only file system"]);
    world.refused(&mut world.confined(&confined(), &["add", "acme.x", "--file", "none.rs"]), &["none.rs"]);
    world.succeeds(&["lock"]);
    world.succeeds(&["fetch"]);
    // Nothing is to be done, so nothing needs to be written.
    let before = world.snapshot();
    Ran::of(&mut world.confined(&confined(), &["lock"])).succeeded();
    world.is_still(&before);
}

/// Fault 29: a limit on the size of files, as quotas have it, at each of many sizes.
#[test]
fn fault_29_files_that_may_not_grow() {
    let (_shelf, world) = place();
    let mut refused = 0;
    for blocks in [0, 1, 2, 8, 16, 32, 48, 64] {
        // The signal that comes with it is ignored, so that the write itself fails.
        let confined = Confined::new().line("trap '' XFSZ").line(&format!("ulimit -f {blocks}"));
        let before = world.snapshot();
        let ran = Ran::of(&mut world.confined(&confined, &["lock"]));
        if ran.code == Some(0) {
            continue;
        }
        refused += 1;
        assert_eq!(ran.code, Some(1), "{blocks} blocks: {}{}", ran.out, ran.err);
        assert!(ran.err.contains("File too large"), "{blocks} blocks: {}", ran.err);
        // Files that were fetched whole may be there; neither lock nor Cargo.toml is.
        assert_eq!(world.snapshot().get("rustle.lock"), None);
        assert_eq!(world.snapshot().get("Cargo.toml"), before.get("Cargo.toml"));
    }
    assert!(refused >= 3, "{refused}");
    world.succeeds(&["lock"]);
}

/// Fault 29: hardly any file can be opened.
#[test]
fn fault_29_no_more_files() {
    let (_shelf, world) = place();
    let mut refused = 0;
    for most in 3..24 {
        let confined = Confined::new().line(&format!("ulimit -n {most}"));
        let before = world.snapshot();
        let ran = Ran::of(&mut world.confined(&confined, &["lock"]));
        match ran.code {
            Some(0) => {
                let _ = fs::remove_file(world.project().join("rustle.lock"));
            }
            // Below that not even the dynamic linker can begin.
            Some(127) => {}
            Some(1) => {
                refused += 1;
                assert!(ran.err.contains("Too many open files"), "{most}: {}", ran.err);
                assert_eq!(world.snapshot().get("rustle.lock"), before.get("rustle.lock"));
            }
            other => panic!("{most} files: {other:?}: {}{}", ran.out, ran.err),
        }
    }
    assert!(refused >= 1, "{refused}");
    world.succeeds(&["lock"]);
    world.succeeds(&["fetch"]);
}
