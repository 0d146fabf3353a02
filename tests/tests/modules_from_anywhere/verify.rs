//! A changed byte in what is linked is an error with the module's name: what the build's `prepare()` does, by
//! `cargo rustle check`.

use std::fs;

use rustle_tests::anywhere::{Package, Ran, Repository, Shelf, World};
use walkdir::WalkDir;

/// A world with modules of every source that lies in the project, locked and fetched, whose playbook uses them.
fn world() -> (World, Shelf, Repository) {
    let (shelf, repository) = (Shelf::start(), Repository::start());
    Package::new("acme.git", "1.0.0").write(&repository.path().join("greet"));
    repository.put("greet/one.rs", &Package::new("acme.one", "1.0.0").source());
    repository.commit();
    let archive = Package::new("acme.http", "1.0.0").archive();
    let (url, sum) = (shelf.put("/http.tar.gz", &archive), rustle_fetch::sha256_hex(&archive));
    let single = Package::new("acme.single", "1.0.0").source();
    let (single_url, single_sum) =
        (shelf.put("/single.rs", &single), rustle_fetch::sha256_hex(single.as_bytes()));
    let world = World::new();
    Package::new("acme.folder", "1.0.0").write(&world.project().join("folder"));
    world.config(&format!(
        "[modules]\n{}\"acme.http\" = {{ url = \"{url}\", sha256 = \"{sum}\" }}\n\
         \"acme.single\" = {{ url = \"{single_url}\", sha256 = \"{single_sum}\" }}\n\
         \"acme.git\" = {{ git = \"{git}\", path = \"greet\" }}\n\
         \"acme.one\" = {{ git = \"{git}\", path = \"greet/one.rs\" }}\n\
         \"acme.folder\" = {{ file = \"folder\" }}\n",
        world.local_modules(),
        git = repository.url(),
    ));
    world.plays(&[
        "acme.git",
        "acme.one",
        "acme.http",
        "acme.single",
        "acme.folder",
        "acme.file",
        "acme.inline",
    ]);
    world.succeeds(&["lock"]);
    world.succeeds(&["fetch"]);
    world.succeeds(&["check"]);
    (world, shelf, repository)
}

/// The files below a folder of the project, relative to it.
fn files(world: &World, folder: &str) -> Vec<String> {
    let entries = WalkDir::new(world.project().join(folder)).sort_by_file_name().into_iter().flatten();
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            entry.path().strip_prefix(world.project()).expect("below").to_string_lossy().into_owned()
        })
        .collect()
}

#[track_caller]
fn refused(world: &World, name: &str, id: &str, changed: &[u8]) {
    let path = world.project().join(name);
    let good = fs::read(&path).expect("readable");
    fs::write(&path, changed).expect("writable");
    let ran = world.rustle(&["check"]);
    assert_eq!(ran.code, Some(1), "{name}: {}{}", ran.out, ran.err);
    assert!(ran.err.contains(id), "{name}: `{id}` is not named:\n{}", ran.err);
    fs::write(&path, good).expect("writable");
}

/// Every fetched file, at its beginning, in its middle and at its end; one more and one fewer.
#[test]
fn what_was_fetched_is_what_was_locked() {
    let (world, _shelf, _repository) = world();
    for name in files(&world, ".rustle/modules") {
        let id = name.split('/').nth(2).expect("a package").to_owned();
        let good = fs::read(world.project().join(&name)).expect("readable");
        for at in [0, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            refused(&world, &name, &id, &bad);
        }
        refused(&world, &name, &id, &[good.as_slice(), b"\n"].concat());
        refused(&world, &name, &id, b"");
    }
    for id in ["acme.git", "acme.http", "acme.one", "acme.single"] {
        world.put(&format!(".rustle/modules/{id}/more.txt"), "");
        let ran = world.rustle(&["check"]);
        assert!(
            ran.code == Some(1) && ran.err.contains(&format!("`{id}` is not what was locked")),
            "{}",
            ran.err
        );
        assert!(ran.err.contains("`cargo rustle fetch` puts back what was locked"), "{}", ran.err);
        world.succeeds(&["fetch"]);
        world.succeeds(&["check"]);
        let moved = world.path("moved");
        let there = world.project().join(".rustle/modules").join(id);
        fs::rename(&there, &moved).expect("it is there");
        let ran = world.rustle(&["check"]);
        assert!(ran.code != Some(0) && ran.err.contains(id), "{}", ran.err);
        fs::rename(&moved, &there).expect("it is there");
    }
    world.succeeds(&["check"]);
}

/// The project's own modules as well; `lock` takes a change over, and a lint lets it pass.
#[test]
fn modules_of_the_project_are_what_was_locked() {
    let (world, _shelf, _repository) = world();
    for (name, id) in [("modules/one.rs", "acme.file"), ("folder/src/lib.rs", "acme.folder")] {
        let good = fs::read(world.project().join(name)).expect("readable");
        for at in (0..good.len()).step_by(good.len() / 8) {
            let mut bad = good.clone();
            bad[at] = if bad[at] == b'x' { b'y' } else { b'x' };
            refused(&world, name, id, &bad);
        }
    }
    let config = world.text("rustle.toml");
    let changed = config.replacen("acme.inline 1.0.0", "acme.inline 1.0.1", 1);
    assert_ne!(config, changed);
    refused(&world, "rustle.toml", "acme.inline", changed.as_bytes());
    world.put("modules/one.rs", world.text("modules/one.rs").replace("acme.file 1.0.0", "acme.file 1.0.1"));
    let ran = world.rustle(&["check"]);
    assert!(
        ran.err.contains("error[changed-module]") && ran.err.contains("`cargo rustle lock`"),
        "{}",
        ran.err
    );
    world.config(&format!(
        "{}[lints]\nchanged-module = \"warn\"\n",
        config.split_once("\n\n").expect("two parts").1
    ));
    let ran = world.rustle(&["check"]);
    assert!(ran.code == Some(0) && ran.err.contains("warning[changed-module]"), "{}", ran.err);
    world.put("rustle.toml", config);
    world.succeeds(&["lock"]);
    world.succeeds(&["check"]);
}

/// The lock itself: a byte of any entry, and what leaves an entry out.
#[test]
fn the_lock_is_what_was_written() {
    let (world, _shelf, _repository) = world();
    let good = world.text("rustle.lock");
    let entries: Vec<usize> =
        good.match_indices("[[module]]").map(|(at, _)| at).chain([good.len()]).collect();
    for pair in entries.windows(2) {
        let entry = &good[pair[0]..pair[1]];
        let id = entry.split('"').nth(1).expect("an id");
        // A value of each kind.
        for key in ["version", "form", "source", "sha256", "check", "permissions"] {
            let at = entry.find(&format!("\n{key} = ")).expect(key) + key.len() + 6;
            let old = entry.as_bytes()[at];
            let new = if old == b'0' { b'1' } else { b'0' };
            let mut bad = good.clone().into_bytes();
            bad[pair[0] + at] = new;
            refused(&world, "rustle.lock", id, &bad);
        }
        let without = format!("{}{}", &good[..pair[0]], &good[pair[1]..]);
        refused(&world, "rustle.lock", id, without.as_bytes());
    }
    refused(&world, "rustle.lock", "version 2", good.replacen("version = 1", "version = 2", 1).as_bytes());
    refused(&world, "rustle.lock", "rustle.lock", b"");
    fs::remove_file(world.project().join("rustle.lock")).expect("it was there");
    let ran = world.rustle(&["check"]);
    assert!(
        ran.code == Some(1) && ran.err.contains("there is no rustle.lock, and modules are wanted: acme.file"),
        "{}",
        ran.err
    );
}

/// What Cargo links is what the lock says: a dependency that somebody changed, or took out, is an error.
#[test]
fn cargo_toml_is_what_the_lock_says() {
    let (world, _shelf, _repository) = world();
    let good = world.text("Cargo.toml");
    let without: String =
        good.lines().filter(|line| !line.starts_with("acme-http")).map(|line| format!("{line}\n")).collect();
    world.put("Cargo.toml", without);
    let ran = world.rustle(&["check"]);
    assert!(ran.code == Some(1) && ran.err.contains("does not depend on `acme-http`"), "{}", ran.err);
    // The same crate, from somewhere else.
    Package::new("acme.http", "1.0.0").write(&world.project().join("elsewhere"));
    world.put("Cargo.toml", good.replace(".rustle/modules/acme.http", "elsewhere"));
    let ran = world.rustle(&["check"]);
    assert!(ran.code == Some(1) && ran.err.contains("and `acme.http` should lie in"), "{}", ran.err);
    world.succeeds(&["lock"]);
    assert_eq!(world.text("Cargo.toml"), good);
    Ran::of(&mut world.command(&["check"])).succeeded();
}
