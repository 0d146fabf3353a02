//! docs/FAULTS.md names tests that exist: one line for each fault, and a test for each that is tested at all.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The faults that are a registry's own.
const UNTESTED: [u32; 1] = [14];

/// Folders in which each test that calls itself that of a fault is on the page.
const FOLDERS: [&str; 2] = ["tests/tests/modules_from_anywhere", "tests/tests/secrets"];

/// A link to a test: its name, and the file that it stands in.
fn tests(cell: &str) -> Vec<(&str, &str)> {
    let links = cell.split("[`").skip(1);
    links
        .filter_map(|link| link.split_once("`](../"))
        .map(|(name, rest)| (name, rest.split(')').next().unwrap_or(rest)))
        .collect()
}

/// Whether a file has a test of this name.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let function = format!("fn {name}(");
    lines.iter().enumerate().any(|(number, line)| {
        line.starts_with(&function)
            && lines[..number]
                .iter()
                .rev()
                .take_while(|line| line.starts_with("#["))
                .any(|line| *line == "#[test]")
    })
}

#[test]
fn every_test_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/FAULTS.md")).expect("the page");
    let mut numbers = Vec::new();
    let mut named = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let Some(number) = cells.first().and_then(|cell| cell.parse::<u32>().ok()) else { continue };
        numbers.push(number);
        let tests = tests(cells.last().unwrap_or(&""));
        assert_eq!(tests.is_empty(), UNTESTED.contains(&number), "fault {number}");
        for (name, file) in tests {
            let text = fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(has_test(&text, name), "fault {number}: {file} has no test `{name}`");
            named.insert((file.to_owned(), name.to_owned()));
        }
    }
    assert_eq!(numbers, (1..=30).chain(42..=46).collect::<Vec<_>>());
    // And the other way round: whatever calls itself the test of a fault is on the page.
    let entries = FOLDERS.iter().flat_map(|folder| fs::read_dir(root.join(folder)).expect("the tests"));
    for path in entries.flatten().map(|entry| entry.path()) {
        let file = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("readable");
        for name in text.lines().filter_map(|line| line.trim().strip_prefix("fn fault_")) {
            let name = format!("fault_{}", name.split('(').next().unwrap_or(name));
            assert!(
                named.contains(&(file.clone(), name.clone())),
                "{file}: `{name}` is not in docs/FAULTS.md"
            );
        }
    }
}

#[test]
fn tests_are_found() {
    assert_eq!(tests("[`a`](../x/y.rs)<br>[`b`](../z.rs)"), [("a", "x/y.rs"), ("b", "z.rs")]);
    assert!(has_test("#[test]\n#[ignore = \"x\"]\nfn a() {", "a"));
    assert!(!has_test("fn a() {", "a") && !has_test("#[test]\nfn ab() {", "a"));
}
