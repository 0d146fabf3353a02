//! Bytes that are not the ones that were meant, and answers that are none.

use rustle_fetch::testserver::{Reply, Step};
use rustle_tests::anywhere::{Package, Shelf, World, tar_gz};

use crate::{greeting, locked};

/// Another package under the same name and version.
fn evil() -> Vec<u8> {
    Package::new("acme.greet", "1.0.0").may("process:exec").archive()
}

/// Fault 7: the server gives other bytes than its index says.
#[test]
fn fault_7_swapped_bytes() {
    let (registry, world, greet) = greeting();
    registry.swap(&greet, evil());
    world.refuses(&["lock"], &["acme-greet 1.0.0", "E-FETCH-CHECKSUM"]);
    registry.swap(&greet, greet.archive());
    world.succeeds(&["lock"]);
    registry.swap(&greet, evil());
    world.forget();
    world.refuses(&["fetch"], &["acme-greet 1.0.0", "E-FETCH-CHECKSUM"]);
    world.refuses(&["lock"], &["acme-greet 1.0.0", "E-FETCH-CHECKSUM"]);
}

/// Fault 7, of a file at an address.
#[test]
fn fault_7_swapped_file() {
    let shelf = Shelf::start();
    let url = shelf.put("/greet.rs", Package::new("acme.greet", "1.0.0").source());
    let world = World::new();
    world.succeeds(&["add", "acme.greet", "--url", &url]);
    shelf.put("/greet.rs", Package::new("acme.greet", "1.0.0").source().replace("Writes", "Wrote"));
    world.forget();
    for command in ["fetch", "lock", "update"] {
        world.refuses(&[command], &["acme.greet", "another content than the one that is wanted"]);
    }
}

/// Fault 8: the server gives other bytes and an index that fits them, and there is a lock.
#[test]
fn fault_8_swapped_bytes_and_index() {
    let (registry, world, greet) = greeting();
    world.succeeds(&["lock"]);
    registry.republish(&greet, evil());
    // With what the index said lately, and without.
    world.succeeds(&["lock"]);
    world.refuses(&["update"], &["`acme.greet` 1.0.0 is not what was locked"]);
    world.forget();
    world.refuses(&["lock"], &["`acme.greet` 1.0.0 is not what was locked"]);
    world.refuses(&["fetch"], &["acme-greet 1.0.0", "E-FETCH-CHECKSUM"]);
    let sum = locked(&world, "acme.greet", "archive");
    assert_eq!(sum, Some(rustle_fetch::sha256_hex(&greet.archive())));
}

/// Fault 24: bodies that end too early, are too long, or have something behind their end. Nothing of them is stored.
#[test]
fn fault_24_bodies_that_are_not_what_they_say() {
    let archive = Package::new("acme.greet", "1.0.0").archive();
    let announced = |length: usize| {
        Reply::head(200, &[("Content-Length", &length.to_string())]).then(Step::Send(archive.clone()))
    };
    let chunk = |end: &str| {
        let head = format!("{:x}\r\n", archive.len()).into_bytes();
        let body = [head.as_slice(), &archive, end.as_bytes()].concat();
        Reply::head(200, &[("Transfer-Encoding", "chunked")]).then(Step::Send(body))
    };
    let sum = rustle_fetch::sha256_hex(&archive);
    let trailing = [archive.as_slice(), b"trailing"].concat();
    for (reply, code) in [
        (announced(archive.len() + 100), "E-FETCH-BODY"),
        (announced(archive.len() - 100), "E-FETCH-BODY"),
        (chunk("\r\n"), "E-FETCH-BODY"),
        (Reply::ok(&archive[..archive.len() / 2]), "has another content than the one that is wanted"),
        (Reply::ok(&trailing), "has another content than the one that is wanted"),
    ] {
        let shelf = Shelf::start();
        let url = shelf.answer("/greet.tar.gz", reply);
        let world = World::new();
        world.config(&format!("[modules]\n\"acme.greet\" = {{ url = \"{url}\", sha256 = \"{sum}\" }}\n"));
        world.refuses(&["lock"], &[code]);
        assert!(world.succeeds(&["cache", "stats"]).contains("0 files"));
    }
}

/// Fault 24: the sum is right, and the archive is not.
#[test]
fn fault_24_archives_that_are_none() {
    let archive = Package::new("acme.greet", "1.0.0").archive();
    for (content, code) in [
        ([archive.as_slice(), b"trailing"].concat(), "E-ARCHIVE-TRAILING"),
        (archive[..archive.len() / 2].to_vec(), "E-ARCHIVE-"),
        (b"nonsense".to_vec(), "E-ARCHIVE-"),
        (tar_gz([], &[]), "acme.greet"),
    ] {
        let shelf = Shelf::start();
        let url = shelf.put("/greet.tar.gz", &content);
        World::new().refuses(&["add", "acme.greet", "--url", &url], &[code]);
    }
}

/// Fault 25: lines of an index that make no sense are passed over, with a warning; the others count.
#[test]
fn fault_25_bad_lines() {
    let (registry, world, greet) = greeting();
    let sum = "0".repeat(64);
    registry.line("acme-greet", "{ this is no JSON");
    registry.line("acme-greet", &format!(r#"{{"name":"acme-greet","vers":"1.9.0","cksum":"{sum}","v":9}}"#));
    registry.line(
        "acme-greet",
        &format!(r#"{{"name":"acme-greet","vers":"1.8.0","cksum":"{sum}","yanked":NaN}}"#),
    );
    registry.publish_as(&greet, evil());
    registry.publish(&Package::new("acme.greet", "1.0.1"));
    let ran = world.rustle(&["lock"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(ran.err.matches("warning[registry-index]").count(), 4, "{}", ran.err);
    assert!(ran.err.contains("the registry `acme` says of `acme-greet`"), "{}", ran.err);
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.0.1"));
}
