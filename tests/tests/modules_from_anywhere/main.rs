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

use rustle_tests::anywhere::{Package, Registry, Repository, Shelf, World};

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

/// Modules of all sources, and a world that may want them.
struct AllSources {
    world: World,
    registry: Registry,
    shelf: Shelf,
    repository: Repository,
    /// The tables that want what needs neither the registry nor the repository.
    near: String,
    /// The tables that want all.
    all: String,
}

impl AllSources {
    fn new() -> AllSources {
        let (registry, shelf, repository) = (Registry::start(), Shelf::start(), Repository::start());
        registry.publish(&Package::new("acme.base", "1.0.0"));
        registry.publish(&Package::new("acme.greet", "1.0.0").needs("acme.base", "^1", &registry.from()));
        Package::new("acme.git", "1.0.0").write(&repository.path());
        repository.commit();
        let archive = Package::new("acme.http", "1.0.0").archive();
        let (url, sum) = (shelf.put("/http.tar.gz", &archive), rustle_fetch::sha256_hex(&archive));
        let world = World::new();
        let near = format!(
            "{}[modules]\n{}\"acme.http\" = {{ url = \"{url}\", sha256 = \"{sum}\" }}\n",
            registry.table("acme", "\"acme\""),
            world.local_modules(),
        );
        let all =
            format!("{near}\"acme.greet\" = \"1\"\n\"acme.git\" = {{ git = \"{}\" }}\n", repository.url());
        AllSources { world, registry, shelf, repository, near, all }
    }
}
