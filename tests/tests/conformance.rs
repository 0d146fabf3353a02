//! Every recorded case through a runner: the same recap, the same results, the same files as ansible-core.
//!
//! `CASE=name cargo test -p rustle-tests --test conformance` runs the cases whose names begin so.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustle_tests::conformance::case::Case;
use rustle_tests::conformance::compiled::Appended;
use rustle_tests::conformance::deviations::Deviations;
use rustle_tests::conformance::suite;

#[test]
fn a_runner_does_what_ansible_core_did() {
    check(None);
}

#[test]
fn so_it_does_where_each_task_is_a_chunk_of_its_own() {
    check(Some(1));
}

#[test]
fn so_it_does_where_two_tasks_are_a_chunk() {
    check(Some(2));
}

fn check(chunk_tasks: Option<u64>) {
    // One after the other: each uses all processors by itself.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chosen = std::env::var("CASE").unwrap_or_default();
    let mut cases = Case::all(&root.join("conformance")).expect("the cases");
    cases.retain(|case| case.name.starts_with(&chosen));
    assert!(!cases.is_empty(), "there is no case `{chosen}`");
    let table = std::fs::read_to_string(root.join("../docs/DEVIATIONS.md")).expect("the deviations");
    let mut deviations = Deviations::parse(&table).expect("a table");
    let compiler = Appended { base: env!("CARGO_BIN_EXE_base").into(), chunk_tasks };
    let wrong = suite::check(&cases, &compiler, &mut deviations).expect("the suite runs");
    assert!(wrong.is_empty(), "{wrong}");
}
