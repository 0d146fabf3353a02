//! Ten cases go through runners of their own: a crate that `cargo rustle new` made, built by cargo. The others share one
//! base runner. One more runner is built in each way that a bundle gets into an executable. This compiles Rustle once more, so it runs when asked for:
//! `cargo test -p rustle-tests --test built_runners -- --ignored`; with `BUILT=all` every case is built.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustle_tests::anywhere::cargo_rustle;
use rustle_tests::conformance::built::{Built, build};
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

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn compiler() -> Built {
    Built { cargo_rustle: cargo_rustle().to_owned(), target: root().join("../target/built-runners") }
}

#[test]
#[ignore = "compiles all of Rustle"]
fn runners_of_their_own_do_what_ansible_core_did() {
    let root = root();
    let compiler = compiler();
    let mut cases = Case::all(&root.join("conformance")).expect("the cases");
    if std::env::var("BUILT").is_ok_and(|it| it == "all") {
        assert!(cases.len() > 50, "only {} cases", cases.len());
    } else {
        cases.retain(|case| CASES.contains(&case.name.as_str()));
        assert_eq!(cases.len(), CASES.len());
    }
    let table = std::fs::read_to_string(root.join("../docs/DEVIATIONS.md")).expect("the deviations");
    let mut deviations = Deviations::parse(&table).expect("a table");
    let wrong = suite::check(&cases, &compiler, &mut deviations).expect("the suite runs");
    assert!(wrong.is_empty(), "{wrong}");
}

/// What `command` says, which must go well.
fn said(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What an object file calls the bundle, as it stands in the table of names of an executable.
const SYMBOL: &[u8] = b"\0rustle_bundle\0";

const PLAYBOOK: &str = "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - debug:\n        \
                        msg: it says {{ lookup('file', 'motd') }}\n";

#[test]
#[ignore = "compiles all of Rustle"]
fn a_bundle_is_linked_or_compiled_in_and_files_are_read_where_they_lie() {
    let compiler = compiler();
    let home = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    };
    write("ops/site.yml", PLAYBOOK);
    write("ops/files/motd", "hello");
    let mut new = Command::new(&compiler.cargo_rustle);
    said(new.current_dir(home.path()).args(["rustle", "new", "linked-bundle", "--playbook", "ops/site.yml"]));
    let project = home.path().join("linked-bundle");
    let mut digests = Vec::new();
    for embed in ["object", "include"] {
        let config = format!("[runner]\nplaybook = \"playbook/site.yml\"\n[build]\nembed = \"{embed}\"\n");
        write("linked-bundle/rustle.toml", &config);
        write("linked-bundle/playbook/files/motd", "hello");
        let runner = build(&project, &compiler.target).expect("it is built");
        let run = || said(Command::new(&runner).arg("--no-lock"));
        assert!(run().contains("it says hello"), "{embed}: {}", run());
        // Nothing is built: a runner for debugging reads its files where they lie, and what it carries where they are gone.
        write("linked-bundle/playbook/files/motd", "good evening");
        assert!(run().contains("it says good evening"), "{embed}: {}", run());
        fs::remove_file(project.join("playbook/files/motd")).expect("removed");
        assert!(run().contains("it says hello"), "{embed}: {}", run());
        // It was the linker that brought the bundle if its symbol is in the table of names.
        let bytes = fs::read(&runner).expect("read");
        let symbol = bytes.windows(SYMBOL.len()).any(|part| part == SYMBOL);
        assert_eq!(symbol, embed == "object", "{embed}");
        digests.push(said(Command::new(&runner).arg("--verify")));
    }
    assert!(digests[0].starts_with("sha256:") && digests[0] == digests[1], "{digests:?}");
}
