//! `cargo rustle eject`: what a person gets to read and edit is the bundle, byte by byte. All cases of the conformance
//! suite go through a folder and back, which takes no compiler. The cases of [`BUILT`] are ejected, built by cargo, and run
//! beside runners that carry the original bundle: `cargo test -p rustle-tests --test ejected -- --ignored`; with
//! `EJECT=all` every case is.

use std::io;
use std::path::Path;

use rustle_bundle::Bundle;
use rustle_bundle::folder::{self, Packing};
use rustle_tests::anywhere::cargo_rustle;
use rustle_tests::conformance::case::Case;
use rustle_tests::conformance::compiled;
use rustle_tests::conformance::deviations::Deviations;
use rustle_tests::conformance::ejected::Ejected;
use rustle_tests::conformance::suite;

/// What differs most in what a folder has to carry.
const BUILT: [&str; 3] = ["handlers_flush", "mod_copy_dir", "unicode_and_odd_names"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cases() -> Vec<Case> {
    Case::all(&root().join("conformance")).expect("the cases")
}

fn there_and_back(case: &Case) -> io::Result<()> {
    let given = case.config.extra_vars.keys().cloned().chain(["out".to_owned()]);
    let bytes = compiled::bundle(&case.dir, given.collect())?;
    let bundle = Bundle::open(bytes.clone())?;
    let home = tempfile::tempdir()?;
    let packing = Packing::zstd(rustle_bundle::DEFAULT_LEVEL);
    folder::unpack(&bundle, &packing, home.path()).map_err(io::Error::other)?;
    let packed = folder::pack(home.path()).map_err(io::Error::other)?;
    if packed.bundle != bytes {
        let digest = Bundle::open(packed.bundle)?.digest();
        return Err(io::Error::other(format!("{} became {digest}", bundle.digest())));
    }
    Ok(())
}

#[test]
fn every_case_comes_back_from_a_folder() {
    let cases = cases();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| there_and_back(case).err().map(|error| format!("{}: {error}", case.name)))
        .collect();
    assert!(cases.len() > 50, "only {} cases", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "compiles all of Rustle"]
fn ejected_runners_do_what_ansible_core_did() {
    let workspace = root().join("..");
    let all = std::env::var("EJECT").is_ok_and(|it| it == "all");
    let mut cases = cases();
    cases.retain(|case| all || BUILT.contains(&case.name.as_str()));
    let compiler =
        Ejected { cargo_rustle: cargo_rustle().to_owned(), target: workspace.join("target/ejected-runners") };
    let table = std::fs::read_to_string(workspace.join("docs/DEVIATIONS.md")).expect("the deviations");
    let mut deviations = Deviations::parse(&table).expect("a table");
    let wrong = suite::check(&cases, &compiler, &mut deviations).expect("the suite runs");
    assert!(wrong.is_empty(), "{wrong}");
}
