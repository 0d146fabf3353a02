//! The deliberate deviations from ansible-core: the table of docs/DEVIATIONS.md, read and honoured.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use super::compare::Difference;

/// All deviations, and which of them were needed so far.
#[derive(Debug, Default)]
pub struct Deviations {
    entries: Vec<Entry>,
    used: BTreeSet<usize>,
}

/// One place of one case that may differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The deviation's id, such as `D001`.
    pub id: String,
    /// The case's name.
    pub case: String,
    /// The path of a difference; `*` stands for any text.
    pub pattern: String,
}

impl Deviations {
    /// The file of this repository.
    pub fn path() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/DEVIATIONS.md")
    }

    /// Reads the table of this repository.
    pub fn load() -> io::Result<Deviations> {
        Deviations::parse(&std::fs::read_to_string(Deviations::path())?)
    }

    /// Reads the table out of a text. Its fourth column holds `case: path` in backquotes, once for each place.
    pub fn parse(text: &str) -> io::Result<Deviations> {
        let mut entries = Vec::new();
        let mut ids = BTreeSet::new();
        for (number, line) in text.lines().enumerate() {
            let Some(row) = line.trim().strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
                continue;
            };
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let wrong = |what: &str| io::Error::other(format!("DEVIATIONS.md, line {}: {what}", number + 1));
            let [id, what, why, cases] = cells[..] else { return Err(wrong("a row has four columns")) };
            if id == "id" || id.chars().all(|character| matches!(character, '-' | ':')) {
                continue;
            }
            if id.len() != 4
                || !id.starts_with('D')
                || !id[1..].chars().all(|character| character.is_ascii_digit())
            {
                return Err(wrong("an id is D and three digits"));
            }
            if !ids.insert(id.to_owned()) {
                return Err(wrong("this id is taken"));
            }
            if what.is_empty() || why.is_empty() {
                return Err(wrong("a deviation says what differs and why"));
            }
            let places: Vec<Entry> = quoted(cases).filter_map(|place| entry(id, place)).collect();
            if places.is_empty() {
                return Err(wrong("the last column names `case: path`"));
            }
            entries.extend(places);
        }
        Ok(Deviations { entries, used: BTreeSet::new() })
    }

    /// Every place that may differ.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Takes out the differences that are deliberate, and remembers what it needed for that.
    pub fn filter(&mut self, case: &str, differences: Vec<Difference>) -> Vec<Difference> {
        let mut left = Vec::new();
        for difference in differences {
            let allowed: Vec<usize> = (0..self.entries.len())
                .filter(|&index| {
                    let entry = &self.entries[index];
                    entry.case == case && matches(&entry.pattern, &difference.path)
                })
                .collect();
            if allowed.is_empty() {
                left.push(difference);
            }
            self.used.extend(allowed);
        }
        left
    }

    /// The deviations of these cases that no difference needed: they must be taken out of the table.
    pub fn unused<'a>(&'a self, cases: &'a BTreeSet<String>) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(index, entry)| cases.contains(&entry.case) && !self.used.contains(index))
            .map(|(_, entry)| entry)
    }
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn entry(id: &str, place: &str) -> Option<Entry> {
    let (case, pattern) = place.split_once(':')?;
    let (case, pattern) = (case.trim(), pattern.trim());
    (!case.is_empty() && !pattern.is_empty()).then(|| Entry {
        id: id.to_owned(),
        case: case.to_owned(),
        pattern: pattern.to_owned(),
    })
}

/// Whether the path is the pattern, or lies below it.
fn matches(pattern: &str, path: &str) -> bool {
    let ends = std::iter::once(path.len())
        .chain(path.char_indices().filter(|(_, character)| matches!(character, '.' | '[')).map(|(at, _)| at));
    ends.into_iter().any(|end| glob(pattern.as_bytes(), &path.as_bytes()[..end]))
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skip| glob(rest, &text[skip..])),
        Some((first, rest)) => {
            text.split_first().is_some_and(|(head, tail)| head == first && glob(rest, tail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# Title\n\n| id | what differs | why | cases |\n| --- | --- | --- | --- |\n\
        | D001 | the text | clearer | `one: runs[0].results[*].result.msg`, `two: runs[0].exit_code` |\n";

    fn difference(path: &str) -> Difference {
        Difference { path: path.into(), task: None, expected: None, actual: None }
    }

    #[test]
    fn a_deviation_covers_its_place_in_its_case_only() {
        let mut deviations = Deviations::parse(TABLE).expect("a table");
        let found =
            vec![difference("runs[0].results[12].result.msg"), difference("runs[0].results[1].status")];
        let left = deviations.filter("one", found.clone());
        assert_eq!(left, [difference("runs[0].results[1].status")]);
        assert_eq!(deviations.filter("three", found.clone()), found);
        let cases = BTreeSet::from(["one".to_owned(), "two".to_owned()]);
        let unused: Vec<&str> = deviations.unused(&cases).map(|entry| entry.case.as_str()).collect();
        assert_eq!(unused, ["two"]);
    }

    #[test]
    fn a_place_covers_what_lies_below_it() {
        assert!(matches("runs[0].tree[a]", "runs[0].tree[a].mode"));
        assert!(!matches("runs[0].tree[a]", "runs[0].tree[ab].mode"));
        assert!(matches("runs[*].tree", "runs[1].tree[x]"));
    }

    #[test]
    fn a_broken_table_is_refused() {
        assert!(Deviations::parse("| D1 | a | b | `c: d` |").is_err());
        assert!(Deviations::parse("| D001 | a | b | c |").is_err());
        assert!(Deviations::parse("| D001 | a | | `c: d` |").is_err());
        assert!(Deviations::parse("| D001 | a | b | `c: d` |\n| D001 | a | b | `c: e` |").is_err());
    }
}
