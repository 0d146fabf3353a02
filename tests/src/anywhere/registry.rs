//! A registry whose packages change while it runs.

use std::sync::{Arc, Mutex};

use rustle_fetch::testserver::{Received, Reply, Server, SparseRegistry};
use rustle_schema::package::ModuleId;
use serde_json::{Value, json};

use super::Package;

/// The index of the public registry, where the runtime comes from.
const PUBLIC: &str = "https://github.com/rust-lang/crates.io-index";

/// A running registry.
pub struct Registry {
    server: Server,
    shelf: Arc<Mutex<Content>>,
}

#[derive(Default)]
struct Content {
    releases: Vec<Release>,
    /// Lines of the index as they are: crate, line.
    lines: Vec<(String, String)>,
    token: Option<String>,
    config: Option<Value>,
}

struct Release {
    line: Value,
    archive: Vec<u8>,
}

impl Registry {
    /// An empty one.
    pub fn start() -> Registry {
        let shelf: Arc<Mutex<Content>> = Arc::default();
        let content = shelf.clone();
        let server = Server::start(move |request| content.lock().expect("free").answer(request));
        Registry { server, shelf }
    }

    /// One that wants this in the header `Authorization`.
    pub fn with_token(token: &str) -> Registry {
        let registry = Registry::start();
        registry.content(|content| content.token = Some(token.to_owned()));
        registry
    }

    fn content<T>(&self, change: impl FnOnce(&mut Content) -> T) -> T {
        change(&mut self.shelf.lock().expect("free"))
    }

    /// The address of its index, without `sparse+`.
    pub fn index(&self) -> String {
        self.server.url("/index/")
    }

    /// What a crate's Cargo.toml says of a dependency from here.
    pub fn from(&self) -> String {
        format!("registry-index = \"sparse+{}\"", self.index())
    }

    /// Its table in `rustle.toml`; `prefixes` as TOML writes them in a list.
    pub fn table(&self, name: &str, prefixes: &str) -> String {
        format!("[registries.{name}]\nindex = \"sparse+{}\"\nprefixes = [{prefixes}]\n", self.index())
    }

    /// Takes a package in, as its author made it.
    pub fn publish(&self, package: &Package) {
        self.publish_as(package, package.archive());
    }

    /// Takes other bytes in for a package, under their own digest.
    pub fn publish_as(&self, package: &Package, archive: Vec<u8>) {
        let line = line(package, &archive);
        self.content(|content| content.releases.push(Release { line, archive }));
    }

    /// Gives other bytes for a version; the index says what it said.
    pub fn swap(&self, package: &Package, archive: Vec<u8>) {
        self.release(package, |release| release.archive = archive);
    }

    /// Gives other bytes for a version, and says so in the index.
    pub fn republish(&self, package: &Package, archive: Vec<u8>) {
        let line = line(package, &archive);
        self.release(package, |release| *release = Release { line, archive });
    }

    /// Withdraws a version.
    pub fn yank(&self, package: &Package) {
        self.release(package, |release| release.line["yanked"] = true.into());
    }

    /// Goes back to a time when a version was not there.
    pub fn forget(&self, package: &Package) {
        let (name, version) = (package.crate_name(), package.version.as_str());
        self.content(|content| {
            content.releases.retain(|it| it.line["name"] != name || it.line["vers"] != version);
        });
    }

    /// Adds a line to the index as it is.
    pub fn line(&self, name: &str, line: &str) {
        self.content(|content| content.lines.push((name.to_owned(), line.to_owned())));
    }

    /// Another `config.json` than the proper one.
    pub fn config(&self, config: Value) {
        self.content(|content| content.config = Some(config));
    }

    fn release(&self, package: &Package, change: impl FnOnce(&mut Release)) {
        let (name, version) = (package.crate_name(), package.version.as_str());
        self.content(|content| {
            let release =
                content.releases.iter_mut().find(|it| it.line["name"] == name && it.line["vers"] == version);
            change(release.expect("it was published"));
        });
    }

    /// The requests so far that were not Cargo's: their paths.
    pub fn asked(&self) -> Vec<String> {
        self.received().into_iter().map(|request| request.path).collect()
    }

    /// The requests so far that were not Cargo's.
    pub fn received(&self) -> Vec<Received> {
        let by_cargo = |request: &Received| {
            request
                .header("User-Agent")
                .is_some_and(|agent| agent.starts_with("cargo/") || agent.starts_with("cargo "))
        };
        self.server.received().into_iter().filter(|request| !by_cargo(request)).collect()
    }
}

impl Content {
    fn answer(&self, request: &Received) -> Reply {
        let mut registry = SparseRegistry::new();
        for release in &self.releases {
            let (name, version) = (release.line["name"].as_str(), release.line["vers"].as_str());
            let (name, version) = (name.unwrap_or_default(), version.unwrap_or_default());
            registry.line(name, &release.line.to_string());
            registry.swap(name, version, &release.archive);
        }
        for (name, line) in &self.lines {
            registry.line(name, line);
        }
        if let Some(token) = &self.token {
            registry.require_token(token);
        }
        if let Some(config) = &self.config {
            registry.config(config.clone());
        }
        registry.handler()(request)
    }
}

/// The line of the index for a package with these bytes.
fn line(package: &Package, archive: &[u8]) -> Value {
    let mut deps = vec![dependency("rustle-runtime", "^0.1.0", Some(PUBLIC))];
    for needs in &package.dependencies {
        let id: ModuleId = needs.id.parse().expect("an id");
        deps.push(dependency(&id.crate_name(), &needs.req, None));
    }
    let id: ModuleId = package.id.parse().expect("an id");
    json!({
        "name": package.crate_name(), "vers": package.version, "deps": deps,
        "cksum": rustle_fetch::sha256_hex(archive), "features": {}, "yanked": false, "links": id.links(),
    })
}

fn dependency(name: &str, req: &str, registry: Option<&str>) -> Value {
    json!({
        "name": name, "req": req, "features": [], "optional": false, "default_features": true,
        "target": null, "kind": "normal", "registry": registry,
    })
}
