//! The whole suite against a Rustle runner: every case, every difference, every deviation.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;

use super::case::Case;
use super::compare::{compare, report};
use super::deviations::Deviations;
use super::runner::{self, Compile};
use super::scratch::User;

/// Runs the cases that this user can run, and gives everything that is wrong as one text; an empty text means that all is well.
///
/// A deviation of one of these cases that no difference needed is wrong as well: it has to leave the table.
pub fn check(cases: &[Case], compiler: &dyn Compile, deviations: &mut Deviations) -> io::Result<String> {
    let uid = User::current()?.uid;
    let mut wrong = String::new();
    let mut names = BTreeSet::new();
    for case in cases.iter().filter(|case| case.fits(uid)) {
        names.insert(case.name.clone());
        match runner::run(case, compiler) {
            Ok(actual) => {
                let differences = deviations.filter(&case.name, compare(&case.expected()?, &actual));
                if !differences.is_empty() {
                    wrong.push_str(&report(&case.name, &differences));
                }
            }
            Err(problem) => {
                let _ = writeln!(wrong, "{}: {problem}", case.name);
            }
        }
    }
    for entry in deviations.unused(&names) {
        let _ = writeln!(wrong, "{}: deviation {} ({}) is not needed", entry.case, entry.id, entry.pattern);
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Its "runner" prints no event and leaves one file.
    struct Silent;

    impl Compile for Silent {
        fn compile(&self, _: &Case, into: &Path) -> io::Result<PathBuf> {
            let path = into.join("runner");
            fs::write(&path, "#!/bin/sh\necho x > \"$OUT/file\"\n")?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
            Ok(path)
        }
    }

    #[test]
    fn differences_and_unused_deviations_are_reported() {
        let root = tempfile::tempdir().expect("a folder");
        let dir = root.path().join("one");
        fs::create_dir(&dir).expect("created");
        fs::write(dir.join("playbook.yml"), "[]\n").expect("written");
        let expected = r#"{"ansible_core":"x","runs":[{"exit_code":2,"recap":{},"results":[],"tree":[{"path":"file","type":"file","mode":"0644","content":"y\n"}]}]}"#;
        fs::write(dir.join("expected.json"), expected).expect("written");
        let cases = Case::all(root.path()).expect("cases");

        let mut none = Deviations::default();
        let wrong = check(&cases, &Silent, &mut none).expect("the suite runs");
        assert!(wrong.contains("one: 2 difference(s)"), "{wrong}");
        assert!(wrong.contains("runs[0].tree[file].content\n      expected \"y\\n\"\n"), "{wrong}");

        let table =
            "| D001 | a | b | `one: runs[0].tree[file]`, `one: runs[0].exit_code`, `one: runs[0].recap` |";
        let wrong = check(&cases, &Silent, &mut Deviations::parse(table).expect("a table")).expect("runs");
        assert_eq!(wrong, "one: deviation D001 (runs[0].recap) is not needed\n");
    }
}
