//! `module test` and `module build`, with a Cargo that writes down what it is asked; and what dev-dependencies are for.

use std::os::unix::fs::PermissionsExt;

use rustle_fetch::testserver::{Server, SparseRegistry};
use serde_json::json;

use crate::workshop::Workshop;

/// A Cargo that notes its arguments and its folder in `asked`, and ends with 7.
fn with_a_cargo(shop: Workshop) -> Workshop {
    let script = shop.path("cargo.sh");
    let asked = shop.path("asked");
    shop.put("cargo.sh", &format!("#!/bin/sh\necho \"$PWD: $*\" >> {}\nexit 7\n", asked.display()));
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_string_lossy().into_owned();
    shop.with("CARGO", &script)
}

#[test]
fn cargo_runs_the_tests_and_says_how_they_ended() {
    let shop = with_a_cargo(Workshop::new().hello());
    let ran = shop.rustle(&["module", "test", "hello", "--", "--lib", "-q"]);
    assert_eq!(ran.code, Some(7), "{}", ran.err);
    let hello = shop.path("hello").canonicalize().unwrap();
    assert_eq!(shop.read("asked"), format!("{}: test --lib -q\n", hello.display()));
    // What is wrong is told first, and nothing is run.
    shop.replace("hello/module.toml", "0.1.0", "0.2.0");
    shop.rustle(&["module", "test", "hello"]).refused("manifest-version");
    shop.rustle(&["module", "build", "hello"]).refused("manifest-version");
    assert_eq!(shop.read("asked").lines().count(), 1);
}

#[test]
fn build_asks_cargo_for_what_the_module_is_for() {
    let shop = with_a_cargo(Workshop::new().hello());
    let built =
        shop.rustle(&["module", "build", "hello", "--release", "--target", "aarch64-unknown-linux-gnu"]);
    assert_eq!(built.code, Some(7), "{}", built.err);
    let expected =
        "build --lib --message-format=json-render-diagnostics --release --target aarch64-unknown-linux-gnu\n";
    assert!(shop.read("asked").ends_with(expected), "{}", shop.read("asked"));
    shop.replace("hello/module.toml", "[requirements]", "[requirements]\ntargets = [\"*-apple-darwin\"]");
    shop.rustle(&["module", "build", "hello", "--target", "aarch64-unknown-linux-gnu"])
        .refused("module-target");
}

#[test]
fn what_lies_beside_it_counts_as_it_is_there() {
    let shop = with_a_cargo(Workshop::new().hello());
    shop.rustle(&["module", "new", "acme.base", "--dir", "base"]).well();
    let (module, cargo) = (shop.read("hello/module.toml"), shop.read("hello/Cargo.toml"));
    shop.put(
        "hello/Cargo.toml",
        &format!("{cargo}acme-base = {{ version = \"0.1\", path = \"../base\" }}\n"),
    );
    let needs = |version: &str| {
        shop.put("hello/module.toml", &format!("{module}[dependencies]\n\"acme.base\" = \"{version}\"\n"));
        shop.rustle(&["module", "test", "hello", "--offline"])
    };
    let tested = needs("^0.1");
    assert_eq!(tested.code, Some(7), "{}", tested.err);
    assert_eq!(tested.out, "  with      acme.base 0.1.0\n");
    needs("^0.2").refused("resolve");
    assert_eq!(shop.read("asked").lines().count(), 1);
}

/// A registry with `acme.base` 1.0.0 and 2.0.0 and `acme.probe` 0.3.0, which only tests need.
fn registry() -> SparseRegistry {
    let mut registry = SparseRegistry::new();
    for (name, version) in [("acme-base", "1.0.0"), ("acme-base", "2.0.0"), ("acme-probe", "0.3.0")] {
        let links = format!("rustle_{}", name.replace('-', "_"));
        registry.publish(name, version, b"nobody fetches it", json!({"links": links}));
    }
    registry
}

#[test]
fn development_dependencies_serve_tests_only() {
    let shop = Workshop::new().hello().web();
    let server = Server::start(registry().handler());
    let lab = format!("[registries.lab]\nindex = \"{}\"\nprefixes = [\"acme\"]\n", server.url("/index/"));
    // The registries of the folder around the module.
    shop.put("rustle.toml", &lab);
    let module = shop.read("hello/module.toml");
    let needs = |base: &str, probe: &str| {
        let tables =
            format!("[dev-dependencies]\n\"acme.base\" = \"{base}\"\n\"acme.probe\" = \"{probe}\"\n");
        shop.put("hello/module.toml", &format!("{module}{tables}"));
    };
    needs("^1", "^0.3");
    let author = with_a_cargo(Workshop::new().hello());
    author.put("rustle.toml", &lab);
    author.put("hello/module.toml", &shop.read("hello/module.toml"));
    let tested = author.rustle(&["module", "test", "hello"]);
    assert_eq!(tested.code, Some(7), "{}", tested.err);
    assert!(tested.out.contains("with      acme.base 1.0.0, for its tests"), "{}", tested.out);
    assert!(tested.out.contains("with      acme.probe 0.3.0, for its tests"), "{}", tested.out);
    // Without a choice nothing is tested.
    needs("^3", "^0.3");
    let none = shop.rustle(&["module", "test", "hello"]).refused("resolve");
    assert!(none.err.contains("acme.base") && none.err.contains("nothing was tested"), "{}", none.err);
    // Who takes the module takes none of them, from its folder or packed.
    needs("^1", "^0.3");
    shop.configure(&lab);
    shop.runner(&["add", "--file", "../hello"]).well();
    let lock = shop.read("web/rustle.lock");
    assert!(
        lock.contains("acme.hello") && !lock.contains("acme.base") && !lock.contains("acme.probe"),
        "{lock}"
    );
    shop.runner(&["remove", "acme.hello"]).well();
    let line =
        shop.rustle(&["module", "package", "hello", "-o", "hello.crate", "--index-line"]).well().json();
    let mut registry = registry();
    registry.publish("acme-hello", "0.1.0", &std::fs::read(shop.path("hello.crate")).unwrap(), line);
    let server = Server::start(registry.handler());
    shop.configure(&format!(
        "[registries.lab]\nindex = \"{}\"\nprefixes = [\"acme\"]\n",
        server.url("/index/")
    ));
    shop.runner(&["add", "acme.hello"]).well();
    let lock = shop.read("web/rustle.lock");
    assert!(
        lock.contains("acme.hello") && !lock.contains("acme.base") && !lock.contains("acme.probe"),
        "{lock}"
    );
    let manifest = shop.read("web/Cargo.toml");
    assert!(manifest.contains("acme-hello") && !manifest.contains("acme-probe"), "{manifest}");
}
