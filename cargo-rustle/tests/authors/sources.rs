//! What was packed is taken from a folder, over HTTP and from a registry: by us, and by stock Cargo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_fetch::testserver::{Reply, Server, SparseRegistry};
use rustle_package::{Limits, Tree};
use serde_json::json;
use walkdir::WalkDir;

use crate::workshop::{Workshop, unpacked};

fn locked(shop: &Workshop) -> toml::Table {
    let lock: toml::Table = shop.read("web/rustle.lock").parse().unwrap();
    lock["module"][0].as_table().unwrap().clone()
}

#[test]
fn from_the_folder_that_it_unpacks_to() {
    let shop = Workshop::new().hello().web();
    let tree = unpacked(&shop.pack("hello.crate", &[]));
    tree.write(&shop.path("unpacked")).unwrap();
    shop.rustle(&["module", "check", "unpacked", "--deny", "warnings"]).well();
    let added = shop.runner(&["add", "--file", "../unpacked"]).well();
    assert!(added.out.contains("adding    acme.hello 0.1.0 (file:../unpacked)"), "{}", added.out);
    assert_eq!(locked(&shop)["sha256"].as_str(), Some(tree.digest().hex().as_str()));
    shop.runner(&["check"]).well();
    // The author's own folder is a source as well, and its manifest says the same.
    shop.runner(&["add", "--file", "../hello"]).well();
    shop.runner(&["check"]).well();
}

#[test]
fn from_an_address() {
    let shop = Workshop::new().hello().web();
    let archive = shop.pack("hello.crate", &[]);
    let tree = unpacked(&archive);
    let server = Server::start(move |_| Reply::ok(&archive));
    shop.runner(&["add", "acme.hello", "--url", &server.url("/acme-hello-0.1.0.crate")]).well();
    assert_eq!(locked(&shop)["sha256"].as_str(), Some(tree.digest().hex().as_str()));
    shop.runner(&["fetch"]).well();
    shop.runner(&["check"]).well();
    fs::write(shop.path("web/.rustle/modules/acme.hello/src/lib.rs"), "// other\n").unwrap();
    shop.runner(&["check"]).refused("module-changed");
    shop.runner(&["fetch"]).well();
    shop.runner(&["check"]).well();
}

/// A folder for Cargo in which what was fetched lately is there, and what comes new harms nobody. The index is a copy, since
/// Cargo writes it anew as it reads.
fn cargo_home(folder: &Path) -> PathBuf {
    let own = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let own = own.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).unwrap();
    let (from, to) = (own.join("registry"), folder.join("registry"));
    for inner in ["cache", "src"] {
        fs::create_dir_all(to.join(inner)).unwrap();
        for entry in fs::read_dir(from.join(inner)).into_iter().flatten().flatten() {
            std::os::unix::fs::symlink(entry.path(), to.join(inner).join(entry.file_name())).unwrap();
        }
    }
    for entry in WalkDir::new(from.join("index")).into_iter().flatten() {
        let target = to.join("index").join(entry.path().strip_prefix(from.join("index")).unwrap());
        match entry.file_type().is_dir() {
            true => fs::create_dir_all(target).unwrap(),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
    for name in ["config.toml", "config"] {
        if own.join(name).exists() {
            fs::copy(own.join(name), folder.join(name)).unwrap();
        }
    }
    folder.to_owned()
}

/// A crate that can stand in for the runtime as it is published: stock Cargo needs one to resolve, and compiles nothing here.
fn runtime() -> Vec<u8> {
    let mut tree = Tree::default();
    let manifest = "[package]\nname = \"rustle-runtime\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    tree.insert("Cargo.toml", manifest).unwrap();
    tree.insert("src/lib.rs", "").unwrap();
    rustle_package::archive::pack(&tree, "rustle-runtime-0.1.0").unwrap()
}

#[test]
fn from_a_registry_of_files() {
    let shop = Workshop::new().hello().web();
    let package = ["module", "package", "hello", "-o", "hello.crate", "--index-line"];
    let mut line = shop.rustle(&package).well().json();
    // This registry has a runtime of its own, so that nothing is asked of any other.
    assert!(line["deps"][0]["registry"].take().is_string());
    let archive = fs::read(shop.path("hello.crate")).unwrap();
    let mut registry = SparseRegistry::new();
    let cksum = registry.publish("acme-hello", "0.1.0", &archive, line.clone());
    registry.publish("rustle-runtime", "0.1.0", &runtime(), json!({}));
    assert_eq!(line["cksum"], cksum.as_str());
    let server = Server::start(registry.handler());
    let index = server.url("/index/");
    shop.configure(&format!("[registries.lab]\nindex = \"{index}\"\nprefixes = [\"acme\"]\n"));
    let added = shop.runner(&["add", "acme.hello"]).well();
    assert!(added.out.contains("adding    acme.hello 0.1.0"), "{}", added.out);
    assert_eq!(locked(&shop)["archive"].as_str(), Some(cksum.as_str()));
    let digest = unpacked(&archive).digest().hex();
    assert_eq!(locked(&shop)["sha256"].as_str(), Some(digest.as_str()));

    // Stock Cargo resolves it, checks its sum and unpacks it: what lies there is what was locked.
    let home = cargo_home(&shop.path("cargo-home"));
    shop.put(
        "plain/Cargo.toml",
        &format!(
            "[package]\nname = \"plain\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
             acme-hello = {{ version = \"0.1\", registry-index = \"sparse+{index}\" }}\n"
        ),
    );
    shop.put("plain/src/lib.rs", "");
    let fetched = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["fetch", "--manifest-path"])
        .arg(shop.path("plain/Cargo.toml"))
        .env("CARGO_HOME", &home)
        .env_remove("CARGO_NET_OFFLINE")
        .env_remove("http_proxy")
        .env("https_proxy", "http://127.0.0.1:9")
        .output()
        .unwrap();
    assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    let all = WalkDir::new(home.join("registry/src")).min_depth(2).max_depth(2).into_iter().flatten();
    let there = all.into_iter().find(|it| it.file_name() == "acme-hello-0.1.0").expect("unpacked");
    let tree = Tree::read(there.path(), &Limits::default()).unwrap();
    assert_eq!(tree.digest().hex(), digest);
    // And so the runner is as it was locked, with what Cargo has now and no network.
    let shop = shop.with("CARGO_HOME", &home.to_string_lossy());
    shop.runner(&["fetch"]).well();
    shop.runner(&["check"]).well();
}
