//! Many at once.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustle_tests::anywhere::{Package, Ran, Registry, Repository, Shelf, Snapshot, World};

/// How many processes.
const MANY: usize = 50;

fn contents(snapshot: Snapshot) -> Vec<(String, Vec<u8>)> {
    snapshot.into_iter().map(|(path, (content, _))| (path, content)).collect()
}

/// Fault 27: fifty copies of a project fetch at the same time, into one store. Each thing is downloaded once, all get the
/// same bytes, and nobody waits for ever.
#[test]
fn fault_27_fifty_fetches_into_one_store() {
    let (registry, shelf, repository) = (Registry::start(), Shelf::start(), Repository::start());
    registry.publish(&Package::new("acme.greet", "1.0.0"));
    let url = shelf.put("/http.tar.gz", Package::new("acme.http", "1.0.0").archive());
    Package::new("acme.git", "1.0.0").write(&repository.path());
    repository.commit();
    let world = World::new();
    world.config(&registry.table("acme", "\"acme\""));
    world.succeeds(&["add", "acme.greet"]);
    world.succeeds(&["add", "acme.http", "--url", &url]);
    world.succeeds(&["add", "acme.git", "--git", &repository.url()]);
    let expected = contents(world.snapshot());
    let asked = |path: &str| registry.asked().iter().filter(|it| it.starts_with(path)).count();
    let packs = || repository.received().iter().filter(|it| it.path.ends_with("/git-upload-pack")).count();
    let counts = || [asked("/dl/"), shelf.received().len(), packs()];
    // What one fetch asks for.
    let first = counts();
    world.forget();
    world.succeeds(&["fetch"]);
    let second = counts();
    world.forget();
    let worlds: Vec<World> = (0..MANY)
        .map(|_| {
            let copy = World::new();
            for (name, (content, _)) in world.snapshot() {
                copy.put(&name, content);
            }
            copy
        })
        .collect();
    let begun = Instant::now();
    let children: Vec<_> = worlds
        .iter()
        .map(|copy| {
            let mut command = copy.command(&["fetch"]);
            command.env("RUSTLE_CACHE", world.store()).env("CARGO_HOME", world.path("cargo"));
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
        })
        .collect();
    for child in children {
        Ran::from(child.wait_with_output().expect("it ends")).succeeded();
    }
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
    for copy in &worlds {
        assert!(contents(copy.snapshot()) == expected);
    }
    let third = counts();
    assert_eq!([0, 1].map(|at| third[at] - second[at]), [1, 1]);
    assert_eq!(
        third[2] - second[2],
        second[2] - first[2],
        "the repository is asked as often as by one alone"
    );
    let locks = fs::read_dir(world.store().join("v1/tmp")).map_or(0, Iterator::count);
    assert_eq!(locks, 0, "nothing half done is left");
}

/// Fault 27: several commands in one project, all of which may write it.
#[test]
fn fault_27_commands_in_one_project() {
    let shelf = Shelf::start();
    let world = World::new();
    let mut modules = String::from("[modules]\n");
    for name in ["a", "b", "c"] {
        let archive = Package::new(&format!("acme.{name}"), "1.0.0").archive();
        let url = shelf.put(&format!("/{name}.tar.gz"), &archive);
        let sum = rustle_fetch::sha256_hex(&archive);
        modules.push_str(&format!("\"acme.{name}\" = {{ url = \"{url}\", sha256 = \"{sum}\" }}\n"));
    }
    world.config(&modules);
    world.succeeds(&["lock"]);
    let expected = contents(world.snapshot());
    for _ in 0..3 {
        let _ = fs::remove_file(world.project().join("rustle.lock"));
        let _ = fs::remove_dir_all(world.project().join(".rustle"));
        let children: Vec<_> = (0..8)
            .map(|_| {
                let mut command = world.command(&["lock"]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
            })
            .collect();
        for child in children {
            Ran::from(child.wait_with_output().expect("it ends")).succeeded();
        }
        assert!(contents(world.snapshot()) == expected);
    }
}
