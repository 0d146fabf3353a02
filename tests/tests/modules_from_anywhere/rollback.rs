//! Registries that go back in time.

use rustle_tests::anywhere::Package;

use crate::{greeting, locked};

/// Fault 12: an index without a version that it had is an old one, or hides something. It is not believed, by whoever knew
/// the version from it and by whoever has it locked; that it is meant, `--accept` says.
#[test]
fn fault_12_an_index_only_grows() {
    let (registry, world, _) = greeting();
    let mended = Package::new("acme.greet", "1.0.1");
    registry.publish(&mended);
    world.succeeds(&["lock"]);
    registry.forget(&mended);
    let says = ["registry-rollback", "does not have `acme-greet` 1.0.1 any more"];
    world.refuses(&["update"], &says);
    // What is young and stored has the version; where nothing is stored, the lock knows it.
    world.succeeds(&["lock"]);
    world.forget();
    world.refuses(&["lock"], &says);
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.0.1"));
    world.succeeds(&["update", "--accept"]);
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.0.0"));
}

/// Fault 12: a registry that has forgotten a package altogether.
#[test]
fn fault_12_a_package_that_is_gone() {
    let (registry, world, greet) = greeting();
    world.succeeds(&["lock"]);
    registry.forget(&greet);
    world.refuses(&["update"], &["registry-rollback", "`acme-greet` 1.0.0"]);
}

/// A lock that somebody else has brought up to date is not led back by what this machine heard before.
#[test]
fn a_stored_answer_that_is_older_than_the_lock_is_not_enough() {
    let (registry, world, _) = greeting();
    world.succeeds(&["lock"]);
    let lock = world.text("rustle.lock");
    registry.publish(&Package::new("acme.greet", "1.1.0"));
    let other = rustle_tests::anywhere::World::new();
    other.put("rustle.toml", world.text("rustle.toml"));
    other.succeeds(&["lock"]);
    assert_ne!(other.text("rustle.lock"), lock);
    world.put("rustle.lock", other.text("rustle.lock"));
    world.succeeds(&["lock"]);
    assert_eq!(locked(&world, "acme.greet", "version").as_deref(), Some("1.1.0"));
}
