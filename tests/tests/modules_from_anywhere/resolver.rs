//! Versions that do not fit together, each with an explanation.

use rustle_tests::anywhere::{Package, Registry, World};

/// What is said when `wanted` is locked from a registry with these packages: id, version, and what each needs.
#[track_caller]
fn refused(packages: &[(&str, &str, &[(&str, &str)])], wanted: &[&str], says: &[&str]) {
    let registry = Registry::start();
    for (id, version, needs) in packages {
        let package = Package::new(id, version);
        let package = needs.iter().fold(package, |it, (id, req)| it.needs(id, req, &registry.from()));
        registry.publish(&package);
    }
    let world = World::new();
    let wanted: String = wanted.iter().map(|id| format!("\"{id}\" = \"*\"\n")).collect();
    world.config(&format!("{}[modules]\n{wanted}", registry.table("acme", "\"acme\"")));
    let ran = world.refuses(&["lock"], says);
    assert!(ran.err.contains("there are no versions that fit together"), "{}", ran.err);
}

/// Fault 19: two packages that need each other, and one that needs itself.
#[test]
fn fault_19_cycles() {
    let circle: [(&str, &str, &[(&str, &str)]); 2] =
        [("acme.a", "1.0.0", &[("acme.b", "^1")]), ("acme.b", "1.0.0", &[("acme.a", "^1")])];
    refused(&circle, &["acme.a"], &["acme.a", "acme.b", "in a ring"]);
    refused(&[("acme.a", "1.0.0", &[("acme.a", "^1")])], &["acme.a"], &["acme.a", "itself"]);
}

/// Fault 19: two ways to one package, which want different versions of it.
#[test]
fn fault_19_diamonds() {
    let packages: [(&str, &str, &[(&str, &str)]); 4] = [
        ("acme.left", "1.0.0", &[("acme.base", "~1.1")]),
        ("acme.right", "1.0.0", &[("acme.base", "~1.2")]),
        ("acme.base", "1.1.0", &[]),
        ("acme.base", "1.2.0", &[]),
    ];
    refused(&packages, &["acme.left", "acme.right"], &["acme.left", "acme.right", "acme.base"]);
}

/// Fault 20: two majors of one package.
#[test]
fn fault_20_two_majors() {
    let packages: [(&str, &str, &[(&str, &str)]); 4] = [
        ("acme.old", "1.0.0", &[("acme.base", "^1")]),
        ("acme.new", "1.0.0", &[("acme.base", "^2")]),
        ("acme.base", "1.0.0", &[]),
        ("acme.base", "2.0.0", &[]),
    ];
    refused(&packages, &["acme.old", "acme.new"], &["acme.old", "acme.new", "acme.base", "^1", "^2"]);
}
