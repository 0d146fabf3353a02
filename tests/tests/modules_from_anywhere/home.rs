//! Odd homes and odd clocks.

use std::fs;
use std::time::{Duration, SystemTime};

use rustle_package::store::Store;
use rustle_tests::anywhere::{Confined, Package, Ran, can_mount};

use crate::{greeting, locked};

/// Fault 30: nothing says where the store is.
#[test]
fn fault_30_without_a_home() {
    let (_registry, world, _) = greeting();
    let homeless = |args: &[&str]| {
        let mut command = world.command(args);
        command.env_remove("HOME").env_remove("RUSTLE_CACHE").env_remove("XDG_CACHE_HOME");
        command
    };
    for args in [&["lock"][..], &["update"], &["cache", "stats"]] {
        world.refused(&mut homeless(args), &["E-STORE-HOME", "RUSTLE_CACHE"]);
    }
    world.succeeds(&["lock"]);
    world.succeeds(&["fetch"]);
    world.plays(&["acme.greet"]);
    // What is only read needs no store.
    for args in [&["check"][..], &["list"], &["tree"]] {
        Ran::of(&mut homeless(args)).succeeded();
    }
    // `HOME` alone is enough.
    let mut command = world.command(&["lock"]);
    command.env_remove("RUSTLE_CACHE");
    Ran::of(&mut command).succeeded();
    assert!(world.path("home/.cache/rustle/v1").is_dir());
}

/// Fault 30: a home that can only be read: what is stored there is used, what is not is an error that says what to do.
#[test]
fn fault_30_a_read_only_home() {
    if !can_mount() {
        eprintln!(
            "not tested here: this user may not mount file systems, not even in a namespace of its own"
        );
        return;
    }
    let (_registry, world, _) = greeting();
    let read_only = |args: &[&str]| {
        let mut command = world.confined(&Confined::new().read_only(&world.path("home")), args);
        command.env_remove("RUSTLE_CACHE");
        command
    };
    world.refused(&mut read_only(&["lock"]), &["E-STORE-READONLY", "RUSTLE_CACHE"]);
    let mut command = world.command(&["lock"]);
    command.env_remove("RUSTLE_CACHE");
    Ran::of(&mut command).succeeded();
    for args in [&["lock"][..], &["fetch"], &["lock", "--offline"], &["cache", "stats"]] {
        Ran::of(&mut read_only(args)).succeeded();
    }
}

/// Fault 30: a clock that was ten years ahead when the index was stored. What it said then is asked again; content does
/// not age.
#[test]
fn fault_30_a_clock_that_jumps() {
    let (registry, world, _) = greeting();
    world.succeeds(&["lock"]);
    registry.publish(&Package::new("acme.greet", "1.0.1"));
    let lines = |version: &str| {
        // What the registry said when it had this version alone.
        let sum = locked(&world, "acme.greet", "archive").expect("it is locked");
        format!(
            "{{\"name\":\"acme-greet\",\"vers\":\"{version}\",\"deps\":[],\"cksum\":\"{sum}\",\"features\":{{}},\"yanked\":false,\"links\":\"rustle_acme_greet\"}}\n"
        )
    };
    let key = format!("sparse+{} acme-greet", registry.index());
    let relock = || {
        fs::remove_file(world.project().join("rustle.lock")).expect("it was there");
        world.succeeds(&["lock"]);
        locked(&world, "acme.greet", "version").expect("it is locked")
    };
    let years = Duration::from_secs(10 * 365 * 86_400);
    assert!(years.as_secs() > 0);
    let clocks: [(fn() -> SystemTime, &str); 3] = [
        (SystemTime::now, "1.0.0"),
        (|| SystemTime::now() + Duration::from_secs(10 * 365 * 86_400), "1.0.1"),
        (|| SystemTime::now() - Duration::from_secs(10 * 365 * 86_400), "1.0.1"),
    ];
    let text = lines("1.0.0");
    for (clock, expected) in clocks {
        let store = Store::open(world.store()).with_clock(clock);
        store.index_put(&key, None, text.as_bytes()).expect("written");
        assert_eq!(relock(), expected);
    }
    // Content of another time is the same content, and `gc` counts it as used now.
    for entry in walkdir::WalkDir::new(world.store().join("v1/blobs")).into_iter().flatten() {
        if entry.file_type().is_file() {
            let file = fs::File::open(entry.path()).expect("readable");
            file.set_modified(SystemTime::now() + years).expect("written");
        }
    }
    let asked = registry.asked().iter().filter(|path| path.starts_with("/dl/")).count();
    world.succeeds(&["lock"]);
    assert_eq!(registry.asked().iter().filter(|path| path.starts_with("/dl/")).count(), asked);
    assert!(world.succeeds(&["cache", "gc"]).starts_with("removed 0 files"));
}

/// Fault 30: a project whose time stamps are of the future is locked as any other.
#[test]
fn fault_30_files_of_the_future() {
    let (_registry, world, _) = greeting();
    world.succeeds(&["lock"]);
    for name in ["rustle.toml", "rustle.lock", "Cargo.toml"] {
        let file = fs::File::options().write(true).open(world.project().join(name)).expect("there");
        file.set_modified(SystemTime::now() + Duration::from_secs(10 * 365 * 86_400)).expect("written");
    }
    let before = world.snapshot();
    world.succeeds(&["lock"]);
    world.is_still(&before);
}
