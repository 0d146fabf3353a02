//! The kept corpus of the fuzz targets: no input makes a reader panic.

use std::path::Path;

use rustle_tests::robustness;

fn each(target: &str, read: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus is there") {
        let path = entry.expect("an entry").path();
        let input = std::fs::read(&path).expect("an input");
        println!("{}", path.display());
        read(&input);
        inputs += 1;
    }
    assert!(inputs > 0, "{} is empty", folder.display());
}

#[test]
fn playbooks() {
    each("playbook", robustness::playbook);
}

#[test]
fn plans() {
    each("plan_json", robustness::plan_json);
}

#[test]
fn bundles() {
    each("bundle", robustness::bundle);
}

#[test]
fn templates() {
    each("template", robustness::template);
}

#[test]
fn archives() {
    each("archive", robustness::archive);
}

#[test]
fn packages() {
    each("package", robustness::package);
}

#[test]
fn seals() {
    each("seal", robustness::seal);
}
