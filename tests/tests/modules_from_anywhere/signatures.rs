//! Who signed, who did not, and who says that he did.

use std::fs;

use rustle_package::signature::{KeyPair, generate};
use rustle_tests::anywhere::{Package, Registry, Shelf, World};

const UNSIGNED: &str = "[policy]\nallow_unsigned = false\n";

fn key() -> KeyPair {
    generate(None).expect("random numbers")
}

/// A key's table.
fn table(name: &str, key: &KeyPair, more: &str) -> String {
    format!("[keys.{name}]\nkey = \"{}\"\nprefixes = [\"acme\"]\n{more}\n", key.public)
}

fn greet() -> Package {
    Package::new("acme.greet", "1.0.0")
}

/// What is said of a package from a registry, under these tables, where nothing is locked yet.
#[track_caller]
fn refused(tables: &str, package: &Package, code: &str) {
    let registry = Registry::start();
    registry.publish(package);
    let world = World::new();
    let bound = registry.table("acme", "\"acme\"");
    world.config(&format!("{tables}{bound}[modules]\n\"acme.greet\" = \"1\"\n"));
    world.refuses(&["lock"], &["acme.greet", code]);
}

/// Fault 9: the server gives other bytes and an index that fits them, and nothing is locked yet. Only a signature can tell.
#[test]
fn fault_9_swapped_without_a_lock() {
    let (ops, thief) = (key(), key());
    let tables = format!("{UNSIGNED}{}", table("ops", &ops, ""));
    let registry = Registry::start();
    registry.publish(&greet().signed("ops", &ops));
    let world = World::new();
    let bound = registry.table("acme", "\"acme\"");
    world.config(&format!("{tables}{bound}[modules]\n\"acme.greet\" = \"1\"\n"));
    world.succeeds(&["lock"]);
    assert!(world.text("rustle.lock").contains("signers = [\"ops\"]"));
    // The thief's own bytes: with the old signature, with none, with his own, with his own under our name.
    let evil = greet().may("process:exec");
    let old = greet().signed("ops", &ops).files["ops.minisig"].clone();
    refused(&tables, &evil.clone().file("ops.minisig", &old), "E-SIGNATURE-WRONG");
    refused(&tables, &evil, "E-SIGNATURE-NONE");
    refused(&tables, &evil.clone().signed("thief", &thief), "E-SIGNATURE-KEY");
    refused(&tables, &evil.signed("ops", &thief), "E-SIGNATURE-KEY");
}

/// Fault 10: each reason why a signature does not count, with its code.
#[test]
fn fault_10_signatures_that_do_not_count() {
    let (ops, other) = (key(), key());
    let signed = greet().signed("ops", &ops);
    let with = |more: &str| format!("{UNSIGNED}{}", table("ops", &ops, more));
    refused("[policy]\nprofile = \"production\"\n", &greet(), "E-SIGNATURE-NONE");
    refused(&format!("{UNSIGNED}{}", table("other", &other, "")), &signed, "E-SIGNATURE-KEY");
    refused(&with("expires = \"2020-01-01\""), &signed, "E-SIGNATURE-EXPIRED");
    refused(&with("revoked = true"), &signed, "E-SIGNATURE-REVOKED");
    refused(&with("").replace("[\"acme\"]", "[\"com.example\"]"), &signed, "E-SIGNATURE-PREFIX");
    let of_another = Package::new("acme.greet", "0.9.0").signed("ops", &ops).files["ops.minisig"].clone();
    refused(&with(""), &greet().file("ops.minisig", &of_another), "E-SIGNATURE-OTHER");
    let two = format!("[policy]\nsignatures = 2\n{}{}", table("ops", &ops, ""), table("other", &other, ""));
    refused(&two, &signed, "E-SIGNATURE-THRESHOLD");
    refused(&with(""), &greet().file("ops.minisig", "nonsense"), "E-SIGNATURE-FORMAT");
}

/// Fault 11: a signature was there, and is not any more: of what was fetched, and of the next version.
#[test]
fn fault_11_stripped_signatures() {
    let ops = key();
    let shelf = Shelf::start();
    let url = shelf.put("/greet.tar.gz", greet().signed("ops", &ops).archive());
    let world = World::new();
    world.config(&table("ops", &ops, ""));
    world.plays(&["acme.greet"]);
    world.succeeds(&["add", "acme.greet", "--url", &url]);
    world.succeeds(&["check"]);
    let signature = world.project().join(".rustle/modules/acme.greet/ops.minisig");
    fs::remove_file(&signature).expect("it was there");
    world.refuses(&["check"], &["acme.greet", "signature-stripped"]);
    world.succeeds(&["fetch"]);
    assert!(signature.exists(), "`fetch` puts it back");
    world.succeeds(&["check"]);

    let registry = Registry::start();
    registry.publish(&greet().signed("ops", &ops));
    world.config(&format!("{}{}", table("ops", &ops, ""), registry.table("acme", "\"acme\"")));
    world.succeeds(&["lock"]);
    world.succeeds(&["add", "acme.greet@1"]);
    registry.publish(&Package::new("acme.greet", "1.0.1"));
    world.refuses(&["update"], &["`acme.greet` 1.0.0 was signed by `ops`, and 1.0.1 is not"]);
    world.succeeds(&["update", "--accept"]);
}

/// Fault 17: what third parties say of themselves gives them nothing.
#[test]
fn fault_17_claims() {
    let manifest = |lines: &str| format!("schema = 1\nid = \"acme.greet\"\nversion = \"1.0.0\"\n{lines}");
    let claims =
        |kind: &str| greet().file("module.toml", &manifest(&format!("[metadata]\ntype = \"{kind}\"\n")));
    let ops = key();
    for kind in ["core", "official"] {
        refused("", &claims(kind), "policy-claim");
        refused(&table("ops", &ops, ""), &claims(kind).signed("ops", &ops), "policy-claim");
    }
    refused("", &greet().may("secure_chain"), "third parties never have it");
    refused(
        "",
        &greet().file("module.toml", &manifest("level = \"sandboxed\"\n")),
        "nothing confines native code yet",
    );
    refused(
        "",
        &greet().file("module.toml", &manifest("kind = \"wasm\"\n")),
        "only native modules can be linked",
    );
    // Who has an official key may say so.
    let registry = Registry::start();
    registry.publish(&claims("official").signed("ops", &ops));
    let world = World::new();
    let bound = registry.table("acme", "\"acme\"");
    world.config(&format!(
        "{}{bound}[modules]\n\"acme.greet\" = \"1\"\n",
        table("ops", &ops, "official = true")
    ));
    world.succeeds(&["lock"]);
}
