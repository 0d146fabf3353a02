//! What the commands do where nobody means ill.

use std::fs;

use rustle_tests::anywhere::{Package, Ran, Registry, Repository, Shelf, World};
use serde_json::Value;

use crate::{AllSources, greeting, locked};

/// A world that wants modules of all sources, not locked yet.
fn all_sources() -> (World, Registry, Shelf, Repository) {
    let AllSources { world, registry, shelf, repository, all, .. } = AllSources::new();
    world.config(&all);
    (world, registry, shelf, repository)
}

/// What is settled stays: no byte differs, and no file is written anew.
#[test]
fn locking_twice_changes_nothing() {
    let (world, _registry, _shelf, _repository) = all_sources();
    world.succeeds(&["lock"]);
    let before = world.snapshot();
    for args in [&["lock"][..], &["update"], &["fetch"], &["lock", "--offline"], &["fetch", "--offline"]] {
        world.succeeds(args);
        world.is_still(&before);
    }
    world.forget();
    world.succeeds(&["lock"]);
    let after = world.snapshot();
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(before.iter().all(|(path, (content, _))| after[path].0 == *content));
}

/// With the servers gone, what is stored is enough; without a store, what is missing is named.
#[test]
fn offline_takes_what_is_stored() {
    let (world, registry, shelf, repository) = all_sources();
    world.refuses(&["lock", "--offline"], &["is not in the store", "without `--offline`"]);
    world.succeeds(&["lock"]);
    world.succeeds(&["fetch"]);
    drop((registry, shelf, repository));
    let before = world.snapshot();
    for args in [&["lock", "--offline"][..], &["fetch", "--offline"], &["outdated", "--offline"]] {
        world.succeeds(args);
        world.is_still(&before);
    }
    fs::remove_dir_all(world.project().join(".rustle/modules")).expect("it was there");
    world.succeeds(&["fetch", "--offline"]);
    let after = world.snapshot();
    assert!(before.iter().all(|(path, (content, _))| after[path].0 == *content));
    fs::remove_dir_all(world.store()).expect("it was there");
    fs::remove_dir_all(world.project().join(".rustle/modules")).expect("it was there");
    let ran = world.refuses(&["fetch", "--offline"], &["`acme.http`", "`acme.greet`", "is not in the store"]);
    assert!(ran.err.contains("acme.git") || ran.err.contains("modules/.git"), "{}", ran.err);
}

/// `remove` gives Cargo.toml back as it was, comments and all, and the folder of the module goes.
#[test]
fn remove_takes_everything_back() {
    let (world, registry, _shelf, repository) = all_sources();
    world.config(&registry.table("acme", "\"acme\""));
    world.succeeds(&["lock"]);
    let before = world.text("Cargo.toml");
    world.succeeds(&["add", "acme.greet"]);
    world.succeeds(&["add", "acme.git", "--git", &repository.url()]);
    let with = world.text("Cargo.toml");
    for name in ["acme-greet", "acme-base", "acme-git"] {
        assert!(with.contains(&format!("{name} = {{ version = \"=1.0.0\"")), "{with}");
    }
    assert!(with.contains("# What every runner needs.\n") && with.contains("# this one\n"), "{with}");
    assert!(world.project().join(".rustle/modules/acme.git/Cargo.toml").exists());
    world.succeeds(&["remove", "acme.git", "acme.greet"]);
    assert_eq!(world.text("Cargo.toml"), before);
    assert!(!world.project().join(".rustle/modules/acme.git").exists());
    assert!(locked(&world, "acme.base", "version").is_none());
    world.refuses(&["remove", "acme.git"], &["has no `acme.git`"]);
}

/// Who needs what, in words and as JSON.
#[test]
fn what_is_locked_is_told() {
    let (world, registry, _shelf, _repository) = all_sources();
    world.succeeds(&["lock"]);
    let tree = world.succeeds(&["tree"]);
    assert!(tree.contains("acme.greet 1.0.0\n└── acme.base 1.0.0\n"), "{tree}");
    assert_eq!(world.succeeds(&["tree", "-i", "acme.base"]), "acme.base 1.0.0\n└── acme.greet 1.0.0\n");
    assert!(world.succeeds(&["tree", "--permissions"]).contains("may fs:write"));
    world.refuses(&["tree", "-i", "acme.none"], &["`acme.none` is not locked"]);
    let list: Value = serde_json::from_str(&world.succeeds(&["list", "--json"])).expect("JSON");
    let ids: Vec<&str> = list.as_array().into_iter().flatten().filter_map(|it| it["id"].as_str()).collect();
    assert_eq!(ids, ["acme.base", "acme.file", "acme.git", "acme.greet", "acme.http", "acme.inline"]);
    assert_eq!(world.succeeds(&["list"]).lines().count(), 6);
    assert_eq!(world.succeeds(&["outdated", "--json"]).trim(), "[]");
    registry.publish(&Package::new("acme.greet", "2.0.0"));
    let outdated: Value = serde_json::from_str(&world.succeeds(&["outdated", "--json"])).expect("JSON");
    assert_eq!(outdated[0]["newest"], "2.0.0");
    assert_eq!(outdated[0]["fitting"], "1.0.0");
}

/// What is downloaded needs its sum, in `rustle.toml` as well; `add` writes it down.
#[test]
fn an_address_needs_a_sum() {
    let shelf = Shelf::start();
    let module = Package::new("acme.greet", "1.0.0").source();
    let url = shelf.put("/greet.rs", &module);
    let world = World::new();
    world.config(&format!("[modules]\n\"acme.greet\" = {{ url = \"{url}\" }}\n"));
    for command in ["lock", "fetch", "check"] {
        world.refuses(&[command], &["needs the `sha256` of the file"]);
    }
    assert_eq!(shelf.received().len(), 0);
    world.config("");
    world.refuses(&["add", "acme.greet", "--url", &url, "--sha256", &"0".repeat(64)], &["another content"]);
    world.succeeds(&["add", "acme.greet", "--url", &url]);
    assert!(world.text("rustle.toml").contains(&rustle_fetch::sha256_hex(module.as_bytes())));
    assert_eq!(locked(&world, "acme.greet", "form").as_deref(), Some("file"));
}

/// Headers come from the environment, arrive, and stand nowhere else, and whoever is redirected to does not get them.
#[test]
fn headers_come_from_the_environment() {
    const SECRET: &str = "Bearer hunter2-and-more";
    let (shelf, elsewhere) = (Shelf::start(), Shelf::start());
    let module = Package::new("acme.greet", "1.0.0").source();
    let sum = rustle_fetch::sha256_hex(module.as_bytes());
    let target = elsewhere.put("/greet.rs", &module);
    let url = shelf.answer("/greet.rs", rustle_fetch::testserver::Reply::redirect(302, &target));
    let world = World::new();
    world.config(&format!(
        "[modules]\n\"acme.greet\" = {{ url = \"{url}\", sha256 = \"{sum}\", headers = {{ Authorization = {{ env = \"GREET_TOKEN\" }} }} }}\n"
    ));
    world.refuses(&["lock"], &["`Authorization` comes from `GREET_TOKEN`, which is not set"]);
    assert_eq!(shelf.received().len(), 0);
    let ran = Ran::of(world.command(&["lock"]).env("GREET_TOKEN", SECRET));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(shelf.received()[0].header("Authorization"), Some(SECRET));
    assert_eq!(elsewhere.received()[0].header("Authorization"), None);
    assert!(!format!("{}{}", ran.out, ran.err).contains("hunter2"));
    assert!(
        world.snapshot().values().all(|(content, _)| !String::from_utf8_lossy(content).contains("hunter2"))
    );
    shelf.answer("/greet.rs", rustle_fetch::testserver::Reply::status(403, &[], b""));
    world.forget();
    let ran = Ran::of(world.command(&["fetch"]).env("GREET_TOKEN", SECRET));
    assert!(ran.code == Some(1) && ran.err.contains("403") && !ran.err.contains("hunter2"), "{}", ran.err);
}

/// `vendor` puts everything that a build needs into the project.
#[test]
fn vendor_writes_what_it_says() {
    let (world, registry, shelf, repository) = all_sources();
    world.plays(&["acme.greet", "acme.git", "acme.http", "acme.file", "acme.inline"]);
    world.succeeds(&["lock"]);
    assert!(world.project().join(".rustle/.gitignore").exists());
    let told = world.succeeds(&["vendor"]);
    assert!(told.contains("vendored 4 packages and the crates of Cargo.lock into .rustle"), "{told}");
    assert!(!world.project().join(".rustle/.gitignore").exists());
    for file in
        [".rustle/vendor/acme-greet-1.0.0/Cargo.toml", ".rustle/vendor/acme-base-1.0.0/.cargo-checksum.json"]
    {
        assert!(world.project().join(file).exists(), "{file}");
    }
    let config: toml::Table = world.text(".cargo/config.toml").parse().expect("TOML");
    let source = config["source"].as_table().expect("a table");
    assert!(
        source.values().any(|it| it.get("directory").and_then(toml::Value::as_str) == Some(".rustle/vendor"))
    );
    let before = world.snapshot();
    // Again: nothing new.
    world.succeeds(&["vendor"]);
    let after = world.snapshot();
    assert!(before.iter().all(|(path, (content, _))| after[path].0 == *content));
    // It is enough: without servers, without a store, without what Cargo has fetched.
    drop((registry, shelf, repository));
    for folder in ["store", "cargo/registry"] {
        fs::remove_dir_all(world.path(folder)).expect("it was there");
    }
    Ran::of(world.command(&["check"]).env("CARGO_NET_OFFLINE", "true")).succeeded();
    // A byte of what was vendored: the build's comparison names the module.
    world.put(
        ".rustle/vendor/acme-greet-1.0.0/src/lib.rs",
        Package::new("acme.greet", "1.0.0").may("net").source(),
    );
    let mut check = world.command(&["check"]);
    world.refused(check.env("CARGO_NET_OFFLINE", "true"), &["`acme.greet` is not what was locked"]);
}

/// A version that nobody has, and an id that no registry is bound to, are told plainly.
#[test]
fn what_is_not_there_is_told() {
    let (registry, world, _) = greeting();
    world.refuses(&["add", "acme.none"], &["acme.none"]);
    world.refuses(&["add", "acme.greet@7"], &["acme.greet", "1.0.0"]);
    world.refuses(&["add", "org.other@1"], &["no registry is bound to `org.other`"]);
    world.succeeds(&["lock"]);
    world.refuses(&["update", "acme.greet", "--precise", "1.5.0"], &["acme.greet", "1.5.0"]);
    registry.publish(&Package::new("acme.greet", "1.5.0"));
    registry.publish(&Package::new("acme.greet", "1.6.0"));
    world.succeeds(&["update", "acme.greet", "--precise", "1.5.0"]);
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.5.0"));
    world.succeeds(&["lock"]);
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.5.0"));
}
