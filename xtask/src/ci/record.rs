//! `docs/CHECKS.md`: when each step ran last, and what came of it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

const HEAD: &str = "\
# Checks

What each step of `cargo xtask ci --full` came to when it ran last; `--write` keeps this table. The tests themselves are
`cargo test --workspace`. The seconds are of a machine with two cores, which had other work besides.

| step | result | seconds | date |
| --- | --- | --- | --- |
";

/// Replaces the rows of the steps that ran: their names, whether they passed, their seconds.
///
/// # Errors
/// If the file cannot be written.
pub fn write<'a>(
    path: &Path,
    steps: impl Iterator<Item = &'a str>,
    results: &[(&str, bool, f64)],
) -> io::Result<()> {
    let before = std::fs::read_to_string(path).unwrap_or_default();
    let today = jiff::Zoned::now().date().to_string();
    std::fs::write(path, page(&before, steps, results, &today))
}

fn page<'a>(
    before: &str,
    steps: impl Iterator<Item = &'a str>,
    results: &[(&str, bool, f64)],
    today: &str,
) -> String {
    let mut rows: BTreeMap<&str, String> = before
        .lines()
        .filter_map(|line| Some((line.strip_prefix("| ")?.split(" | ").next()?, line.to_owned())))
        .collect();
    for (name, passed, seconds) in results {
        let result = if *passed { "passed" } else { "**failed**" };
        rows.insert(name, format!("| {name} | {result} | {seconds:.0} | {today} |"));
    }
    let known = steps.filter_map(|step| rows.get(step)).map(|row| format!("{row}\n"));
    std::iter::once(HEAD.to_owned()).chain(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_run_keeps_its_row() {
        let steps = || ["one", "two", "three"].into_iter();
        let first = page("", steps(), &[("three", true, 3.2), ("one", false, 1.0)], "2026-01-01");
        let rows = "| one | **failed** | 1 | 2026-01-01 |\n| three | passed | 3 | 2026-01-01 |\n";
        assert_eq!(first, format!("{HEAD}{rows}"));
        let second = page(&first, steps(), &[("one", true, 2.0), ("gone", true, 9.0)], "2026-02-02");
        let rows = "| one | passed | 2 | 2026-02-02 |\n| three | passed | 3 | 2026-01-01 |\n";
        assert_eq!(second, format!("{HEAD}{rows}"));
    }
}
