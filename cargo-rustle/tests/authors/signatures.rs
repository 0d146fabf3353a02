//! Faults 10, 11 and 17: every way in which a signature may not count, where versions are settled on, where packages are
//! fetched, and where they are built.

use rustle_fetch::testserver::{Reply, Server, SparseRegistry};
use rustle_package::Tree;
use serde_json::json;

use crate::workshop::{Workshop, exists, packed, unpacked, without};

const PRODUCTION: &str = "[policy]\nprofile = \"production\"\n";

/// A runner that has taken `acme.hello` from an address, in development and with these keys.
struct Taken {
    shop: Workshop,
    wanted: String,
    _server: Server,
}

impl Taken {
    fn new(shop: Workshop, archive: Vec<u8>, keys: &str) -> Taken {
        let server = Server::start(move |_| Reply::ok(&archive));
        shop.configure(keys);
        shop.runner(&["add", "acme.hello", "--url", &server.url("/hello.crate")]).well();
        let config = shop.read("web/rustle.toml");
        let (_, wanted) = config.split_once("[modules]").unwrap();
        let wanted = format!("[modules]{}\n", wanted.split("\n[").next().unwrap_or_default());
        Taken { shop, wanted, _server: server }
    }

    /// What comes of it with these lines in rustle.toml: settling, fetching and checking are refused by this code.
    #[track_caller]
    fn refused(&self, lines: &str, code: &str) {
        self.shop.configure(&format!("{}{lines}", self.wanted));
        let before = self.shop.read("web/rustle.lock");
        for command in ["lock", "fetch", "check"] {
            self.shop.runner(&[command]).refused(code);
        }
        assert_eq!(self.shop.read("web/rustle.lock"), before, "a refusal changes nothing");
    }

    #[track_caller]
    fn accepted(&self, lines: &str) {
        self.shop.configure(&format!("{}{lines}", self.wanted));
        for command in ["lock", "fetch", "check"] {
            self.shop.runner(&[command]).well();
        }
    }
}

fn insert(tree: &Tree, path: &str, content: &[u8]) -> Tree {
    let mut tree = tree.clone();
    tree.insert(path, content).unwrap();
    tree
}

#[test]
fn what_a_known_key_signed_is_taken_into_production() {
    let shop = Workshop::new().hello().web();
    let key = shop.key("ops");
    let archive = shop.pack("hello.crate", &["ops"]);
    let taken = Taken::new(shop, archive, &key);
    assert!(taken.shop.read("web/rustle.lock").contains("signers = [\"ops\"]"));
    taken.accepted(&format!("{key}{PRODUCTION}"));
    // From a folder too.
    unpacked(&std::fs::read(taken.shop.path("hello.crate")).unwrap())
        .write(&taken.shop.path("unpacked"))
        .unwrap();
    taken.shop.configure(&format!("{key}{PRODUCTION}"));
    taken.shop.runner(&["add", "--file", "../unpacked"]).well();
    taken.shop.runner(&["check"]).well();
}

#[test]
fn keys_that_do_not_count() {
    let shop = Workshop::new().hello().web();
    let (key, other) = (shop.key("ops"), shop.key("other"));
    let archive = shop.pack("hello.crate", &["ops"]);
    let taken = Taken::new(shop, archive, &key);
    let with = |line: &str| format!("{key}{line}\n{PRODUCTION}");
    taken.refused(&format!("{other}{PRODUCTION}"), "E-SIGNATURE-KEY");
    taken.refused(&with("revoked = true"), "E-SIGNATURE-REVOKED");
    taken.refused(&with("expires = \"2020-01-01\""), "E-SIGNATURE-EXPIRED");
    taken.refused(
        &format!("{}{PRODUCTION}", key.replace("[\"acme\"]", "[\"com.acme\"]")),
        "E-SIGNATURE-PREFIX",
    );
    let two = format!("{key}{other}{PRODUCTION}signatures = 2\n");
    taken.refused(&two, "E-SIGNATURE-THRESHOLD");
    // A key that was taken back counts for nothing in development either, and one that was good stays asked for.
    taken.refused(&format!("{key}revoked = true\n"), "E-SIGNATURE-REVOKED");
    taken.accepted(&with("expires = \"2999-12-31\""));
}

#[test]
fn two_of_two_signatures() {
    let shop = Workshop::new().hello().web();
    let keys = format!("{}{}", shop.key("ops"), shop.key("other"));
    let archive = shop.pack("hello.crate", &["ops", "other"]);
    let taken = Taken::new(shop, archive, &keys);
    taken.accepted(&format!("{keys}{PRODUCTION}signatures = 2\n"));
}

#[test]
fn what_nobody_signed() {
    let shop = Workshop::new().hello().web();
    let key = shop.key("ops");
    let archive = shop.pack("hello.crate", &[]);
    let taken = Taken::new(shop, archive, &key);
    taken.accepted(&key);
    taken.refused(&format!("{key}{PRODUCTION}"), "E-SIGNATURE-NONE");
    taken.refused(&format!("{key}{PRODUCTION}"), "policy-unsigned");
    taken.refused(&format!("{key}[policy]\nallow_unsigned = false\n"), "E-SIGNATURE-NONE");
}

#[test]
fn signatures_of_something_else() {
    let shop = Workshop::new().hello().web();
    let key = shop.key("ops");
    let old = unpacked(&shop.pack("old.crate", &["ops"]));
    for file in ["hello/Cargo.toml", "hello/module.toml"] {
        shop.replace(file, "version = \"0.1.0\"\n", "version = \"0.2.0\"\n");
    }
    let new = unpacked(&shop.pack("new.crate", &[]));
    let signature = old.get("ops.minisig").unwrap();
    for (tree, code) in [
        (insert(&new, "ops.minisig", signature), "E-SIGNATURE-OTHER"),
        (insert(&old, "src/lib.rs", b"// changed"), "E-SIGNATURE-WRONG"),
        (insert(&old, "src/more.rs", b"// added"), "E-SIGNATURE-WRONG"),
        (insert(&old, "ops.minisig", b"no signature"), "E-SIGNATURE-FORMAT"),
    ] {
        let archive = packed(&tree);
        let server = Server::start(move |_| Reply::ok(&archive));
        shop.configure(&key);
        // Nobody has to ask for signatures to be told of one that is not what it says.
        shop.runner(&["add", "acme.hello", "--url", &server.url("/hello.crate")]).refused(code);
        shop.configure(&format!("{key}{PRODUCTION}"));
        shop.runner(&["add", "acme.hello", "--url", &server.url("/hello.crate")]).refused(code);
        assert!(!exists(&shop.path("web/rustle.lock")));
    }
}

#[test]
fn a_signature_that_is_taken_away_is_missed() {
    let shop = Workshop::new().hello().web();
    let key = shop.key("ops");
    let archive = shop.pack("hello.crate", &["ops"]);
    let taken = Taken::new(shop, archive.clone(), &key);
    let shop = &taken.shop;
    // In the project's own folder: fetching puts it back.
    std::fs::remove_file(shop.path("web/.rustle/modules/acme.hello/ops.minisig")).unwrap();
    shop.runner(&["check"]).refused("signature-stripped");
    shop.runner(&["fetch"]).well();
    shop.runner(&["check"]).well();
    // In a folder that is a source itself: a new lock does not forget it.
    unpacked(&archive).write(&shop.path("unpacked")).unwrap();
    shop.configure(&key);
    shop.runner(&["add", "--file", "../unpacked"]).well();
    std::fs::remove_file(shop.path("unpacked/ops.minisig")).unwrap();
    for command in ["check", "lock"] {
        shop.runner(&[command]).refused("signature-stripped");
    }
    shop.runner(&["lock", "--accept"]).well();
    shop.runner(&["check"]).well();
}

#[test]
fn a_changed_file_is_told_wherever_it_lies() {
    let shop = Workshop::new().hello().web();
    let key = shop.key("ops");
    let archive = shop.pack("hello.crate", &["ops"]);
    unpacked(&archive).write(&shop.path("unpacked")).unwrap();
    shop.configure(&format!("{key}{PRODUCTION}"));
    shop.runner(&["add", "--file", "../unpacked"]).well();
    shop.replace("unpacked/src/lib.rs", "Writes a line", "Writes any line");
    for command in ["check", "lock"] {
        shop.runner(&[command]).refused("E-SIGNATURE-WRONG");
    }
    shop.runner(&["check"]).refused("changed-module");
}

#[test]
fn an_index_that_says_signed_is_held_to_it() {
    let shop = Workshop::new().hello().web();
    let key = shop.key("ops");
    let package =
        ["module", "package", "hello", "-o", "hello.crate", "--index-line", "--sign", "keys/ops.key"];
    let line = shop.rustle(&package).well().json();
    let signed = std::fs::read(shop.path("hello.crate")).unwrap();
    let stripped = packed(&without(&unpacked(&signed), |path| path.ends_with(".minisig")));
    shop.key("mallory");
    let replaced = shop.pack("replaced.crate", &["mallory"]);
    for (archive, code) in
        [(signed, None), (stripped, Some("signature-stripped")), (replaced, Some("signature-stripped"))]
    {
        let mut registry = SparseRegistry::new();
        // Whoever serves the archive changes its sum in the index, and not what it says of signatures.
        let cksum = rustle_package::Digest::of(&archive).hex();
        let mut line = line.clone();
        line["cksum"] = json!(cksum);
        registry.publish("acme-hello", "0.1.0", &archive, line);
        let server = Server::start(registry.handler());
        shop.configure(&format!(
            "{key}[registries.lab]\nindex = \"{}\"\nprefixes = [\"acme\"]\n",
            server.url("/index/")
        ));
        let added = shop.runner(&["add", "acme.hello"]);
        match code {
            Some(code) => drop(added.refused(code)),
            None => drop(added.well()),
        }
        let _ = std::fs::remove_file(shop.path("web/rustle.lock"));
    }
}

#[test]
fn what_a_package_claims_to_be_only_an_official_key_can_say() {
    for (change, code) in [
        ("[metadata]\ntype = \"official\"\n", "policy-claim"),
        ("[metadata]\ntype = \"core\"\n", "policy-claim"),
        ("", "policy-permission"),
    ] {
        let shop = Workshop::new().hello().web();
        let key = shop.key("ops");
        let module = shop.read("hello/module.toml");
        let module = match change {
            "" => module.replace("\"fs:write\"]", "\"fs:write\", \"secure_chain\"]"),
            _ => format!("{module}{change}"),
        };
        shop.put("hello/module.toml", &module);
        shop.rustle(&["module", "package", "hello"]).refused(code);
        let archive = shop.pack("hello.crate", &["ops"]);
        let official = format!("{key}official = true\n");
        let taken = Taken::new(shop, archive, &official);
        taken.accepted(&format!("{official}{PRODUCTION}"));
        taken.refused(&key, code);
        taken.refused(&format!("{key}{PRODUCTION}"), code);
    }
}
