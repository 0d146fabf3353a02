//! Modules from anywhere, from the command line to the servers: what `cargo rustle lock`, `add`, `update`, `fetch` and
//! `check` do when somebody means ill, and that a refusal leaves every byte of the project as it was. Nothing is compiled
//! here but `cargo-rustle` itself. The numbers are those of docs/FAULTS.md.

mod archives;
mod commands;
mod disk;
mod git;
mod hermetic;
mod home;
mod integrity;
mod killed;
mod parallel;
mod plan;
mod policy;
mod redirects;
mod registries;
mod resolver;
mod rollback;
mod signatures;
mod store;
mod verify;

use rustle_tests::anywhere::{Package, Registry, World};

/// A registry with `acme.greet`, and a world that wants any version 1 of it.
fn greeting() -> (Registry, World, Package) {
    let registry = Registry::start();
    let greet = Package::new("acme.greet", "1.0.0");
    registry.publish(&greet);
    let world = World::new();
    world.config(&format!("{}\n[modules]\n\"acme.greet\" = \"1\"\n", registry.table("acme", "\"acme\"")));
    (registry, world, greet)
}

/// What the lock says of a package: `version = "1.0.0"` gives `1.0.0`.
fn locked(world: &World, id: &str, key: &str) -> Option<String> {
    let lock: toml::Table = world.text("rustle.lock").parse().expect("a lock");
    let modules = lock.get("module")?.as_array()?;
    let module = modules.iter().find(|module| module.get("id").and_then(toml::Value::as_str) == Some(id))?;
    module.get(key)?.as_str().map(str::to_owned)
}
