//! Ten cases go through runners of their own: a crate that `cargo rustle new` made, built by cargo. The others share one
//! base runner. This compiles Rustle once more, so it runs when asked for:
//! `cargo test -p rustle-tests --test built_runners -- --ignored`.

use std::path::Path;
use std::process::Command;

use rustle_tests::conformance::built::Built;
use rustle_tests::conformance::case::Case;
use rustle_tests::conformance::deviations::Deviations;
use rustle_tests::conformance::suite;

/// What differs most in what a crate has to carry: roles, files, templates, inventories, facts, includes, odd names.
const CASES: [&str; 10] = [
    "become_self",
    "handlers_flush",
    "idempotent_site",
    "include_role",
    "inventory_vars",
    "mod_copy_dir",
    "mod_setup",
    "mod_template_whitespace",
    "roles_dependencies",
    "unicode_and_odd_names",
];

#[test]
#[ignore = "compiles all of Rustle"]
fn runners_of_their_own_do_what_ansible_core_did() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = root.join("..");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "-p", "cargo-rustle", "--target-dir"])
        .arg(workspace.join("target"))
        .current_dir(&workspace)
        .status()
        .expect("cargo runs");
    assert!(built.success());
    let mut cases = Case::all(&root.join("conformance")).expect("the cases");
    cases.retain(|case| CASES.contains(&case.name.as_str()));
    assert_eq!(cases.len(), CASES.len());
    let compiler = Built {
        cargo_rustle: workspace.join("target/debug/cargo-rustle"),
        target: workspace.join("target/built-runners"),
    };
    let table = std::fs::read_to_string(workspace.join("docs/DEVIATIONS.md")).expect("the deviations");
    let mut deviations = Deviations::parse(&table).expect("a table");
    let wrong = suite::check(&cases, &compiler, &mut deviations).expect("the suite runs");
    assert!(wrong.is_empty(), "{wrong}");
}
