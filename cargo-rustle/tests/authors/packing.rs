//! `module package` and `module key`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustle_package::signature::{self, Key};

use crate::workshop::{Workshop, exists, unpacked};

#[test]
fn the_same_files_give_the_same_bytes() {
    let shop = Workshop::new().hello();
    shop.put("hello/Cargo.lock", "version = 4\n");
    let first = shop.pack("one.crate", &[]);
    shop.put("hello/Cargo.lock", "version = 4\n\n");
    shop.put("hello/target/debug/x", "built");
    let again = shop.rustle(&["module", "package", "hello"]).well();
    let second = fs::read(shop.path("hello/target/package/acme-hello-0.1.0.crate")).unwrap();
    assert_eq!(first, second);
    assert_eq!(again.sha256(), rustle_package::Digest::of(&first).hex());
    let tree = unpacked(&first);
    let names: Vec<&str> = tree.files().keys().map(String::as_str).collect();
    assert_eq!(names, ["Cargo.toml", "build.rs", "module.json", "module.toml", "src/lib.rs"]);
    let cargo: toml::Table = String::from_utf8_lossy(tree.get("Cargo.toml").unwrap()).parse().unwrap();
    let runtime = cargo["dependencies"]["rustle-runtime"].as_table().unwrap();
    assert_eq!(runtime.keys().collect::<Vec<_>>(), ["version"], "no path of this machine");
    let json: serde_json::Value = serde_json::from_slice(tree.get("module.json").unwrap()).unwrap();
    assert_eq!((&json["schema"], &json["id"]), (&1.into(), &"acme.hello".into()));
    shop.replace("hello/src/lib.rs", "Writes a line into a file.", "Writes one line into a file.");
    assert_ne!(shop.pack("one.crate", &[]), first);
}

#[test]
fn an_index_needs_one_line() {
    let shop = Workshop::new().hello();
    shop.key("ops");
    let line = shop.rustle(&[
        "module",
        "package",
        "hello",
        "-o",
        "x.crate",
        "--index-line",
        "--sign",
        "keys/ops.key",
    ]);
    let line = line.well();
    assert_eq!(line.out.lines().count(), 1);
    let line = line.json();
    let cksum = rustle_package::Digest::of(&fs::read(shop.path("x.crate")).unwrap()).hex();
    assert_eq!(
        (&line["name"], &line["vers"], &line["cksum"]),
        (&"acme-hello".into(), &"0.1.0".into(), &cksum.into())
    );
    assert_eq!((&line["links"], &line["yanked"]), (&"rustle_acme_hello".into(), &false.into()));
    let public = shop.read("keys/ops.pub").parse::<signature::PublicKey>().unwrap();
    assert_eq!(line["rustle"]["signers"], serde_json::json!([public.id()]));
    assert_eq!(line["rustle"]["permissions"], serde_json::json!(["fs:read", "fs:write"]));
    let runtime = &line["deps"][0];
    assert_eq!((&runtime["name"], &runtime["kind"]), (&"rustle-runtime".into(), &"normal".into()));
    assert!(runtime["registry"].is_string(), "it is not in the registry that has this line");
}

#[test]
fn what_is_wrong_is_not_packed() {
    let shop = Workshop::new().hello();
    let package = |more: &[&str]| shop.rustle(&[&["module", "package", "hello"], more].concat());
    // Cargo leaves out what `exclude` names; the manifest still promises it.
    shop.replace("hello/Cargo.toml", "edition = ", "exclude = [\"plan.md\"]\nedition = ");
    shop.replace("hello/module.toml", "native = ", "notes = \"plan.md\"\nnative = ");
    shop.put("hello/plan.md", "x");
    package(&[]).refused("module-entrypoint");
    assert!(!exists(&shop.path("hello/target/package")));
    shop.replace("hello/module.toml", "notes = \"plan.md\"\n", "");
    package(&[]).well();
    // What only an official key can vouch for does not leave without a signature.
    shop.key("ops");
    shop.put(
        "hello/module.toml",
        &format!("{}[metadata]\ntype = \"official\"\n", shop.read("hello/module.toml")),
    );
    package(&[]).refused("policy-claim");
    let signed = package(&["--sign", "keys/ops.key"]).well();
    assert!(signed.err.contains("warning[policy-claim]"), "{}", signed.err);
    // A secret key among the files.
    fs::copy(shop.path("keys/ops.key"), shop.path("hello/ops.key")).unwrap();
    package(&["--sign", "keys/ops.key"]).refused("secret-key");
    fs::remove_file(shop.path("hello/ops.key")).unwrap();
    // Dependencies that would not be there.
    shop.put("base/Cargo.toml", "[package]\nname = \"base\"\nversion = \"1.0.0\"\n[lib]\n");
    shop.put("base/src/lib.rs", "");
    shop.put(
        "hello/Cargo.toml",
        &format!("{}base = {{ path = \"../base\" }}\n", shop.read("hello/Cargo.toml")),
    );
    package(&["--sign", "keys/ops.key"]).refused("module-path-dependency");
    assert_eq!(package(&["-o", "hello/"]).code, Some(1));
    shop.replace("hello/Cargo.toml", "base = { path = \"../base\" }\n", "");
    let inside = package(&["-o", "hello/", "--sign", "keys/ops.key"]);
    assert_eq!(inside.code, Some(2), "{}", inside.err);
}

#[test]
fn keys_are_made_once_and_kept_secret() {
    let shop = Workshop::new().hello();
    let table = shop.key("ops");
    let config: toml::Table = table.parse().unwrap();
    assert_eq!(config["keys"]["ops"]["prefixes"][0].as_str(), Some("acme"));
    let secret = shop.path("keys/ops.key");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&secret), mode(&shop.path("keys"))), (0o600, 0o700));
    let before = shop.read("keys/ops.key");
    let again = shop.rustle(&["module", "key", "ops", "--dir", "keys", "--no-password"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("is there already"), "{}", again.err);
    assert_eq!(shop.read("keys/ops.key"), before);
    // A link that leads nowhere is not written through either.
    std::os::unix::fs::symlink(shop.path("elsewhere"), shop.path("keys/link.key")).unwrap();
    assert_eq!(shop.rustle(&["module", "key", "link", "--dir", "keys", "--no-password"]).code, Some(1));
    assert!(!exists(&shop.path("elsewhere")) && !exists(&shop.path("keys/link.pub")));
    shop.rustle(&["module", "key", "own", "--no-password"]).well();
    assert_eq!(mode(&shop.path("config/rustle/keys/own.key")), 0o600);
    assert_eq!(shop.rustle(&["module", "key", "../x", "--no-password"]).code, Some(2));
    let asked = shop.rustle(&["module", "key", "asked"]);
    assert!(asked.code == Some(1) && asked.err.contains("RUSTLE_SIGN_PASSWORD"), "{}", asked.err);
    assert!(!exists(&shop.path("config/rustle/keys/asked.key")));
}

/// A key of the minisign program, encrypted with `open sesame` and a scrypt that is cheap enough for a test.
const ENCRYPTED: &str = "untrusted comment: minisign encrypted secret key
RWRTY0Iyc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3MAgAAAAAAAAAAAAAEAAAAAAe5b4yBiN3NeAkzg8tnv3O6tOPNl8FwoN8PB29ZAduM5gTneaetmLgtNuLcJhKQq7lkYeVkDqKjc+QnoY8b8Pl2L/8og+ttnGhZkjsbdOOZ9MAQZEZR3EUcYkEBSL/Ab1m6Ye8e8W0s=
";
const PUBLIC: &str = "RWTPnJziZJYEpz0OvwRwEnXwZth5/ynnd9Ric/6SPTp2L2lck1rmcnU3";

#[test]
fn a_protected_key_takes_its_password_from_the_environment() {
    let shop = Workshop::new().hello().with("RUSTLE_SIGN_PASSWORD", "open sesame");
    shop.put("tool.key", ENCRYPTED);
    let sign =
        |shop: &Workshop| shop.rustle(&["module", "package", "hello", "-o", "x.crate", "--sign", "tool.key"]);
    sign(&shop).well();
    let tree = unpacked(&fs::read(shop.path("x.crate")).unwrap());
    let key = Key {
        name: "tool".into(),
        key: PUBLIC.parse().unwrap(),
        prefixes: vec!["acme".into()],
        expires: None,
        revoked: false,
    };
    let now = std::time::SystemTime::now();
    assert_eq!(signature::check(&tree, "acme.hello", "0.1.0", &[key], 1, now).unwrap(), ["tool"]);
    let wrong = shop.with("RUSTLE_SIGN_PASSWORD", "open barley");
    assert!(sign(&wrong).err.contains("the password is not its own"));
    let nobody = Workshop::new().hello();
    nobody.put("tool.key", ENCRYPTED);
    let asked = sign(&nobody);
    assert!(asked.code == Some(1) && asked.err.contains("there is no terminal"), "{}", asked.err);
    assert!(!exists(&nobody.path("x.crate")));
}
