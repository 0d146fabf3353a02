//! Versions, as the four kinds that Ansible's `version` test knows.

mod pep440;
mod semantic;

use std::cmp::Ordering;

use rustle_value::{Value, ops};

use crate::error::Error;

/// How a text is read as a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Numbers and words in a row, whatever stands between.
    Loose,
    /// `1.2`, `1.2.3`, `1.2a3`
    Strict,
    /// <https://semver.org>
    Semantic,
    /// Versions of Python packages.
    Pep440,
}

impl Kind {
    /// The kind that a playbook calls `name`.
    pub(crate) fn named(name: &str) -> Option<Kind> {
        Some(match name {
            "loose" => Kind::Loose,
            "strict" => Kind::Strict,
            "semver" | "semantic" => Kind::Semantic,
            "pep440" => Kind::Pep440,
            _ => return None,
        })
    }

    /// How `left` compares with `right`.
    ///
    /// # Errors
    /// If one of them is no version of this kind, or if they cannot be compared.
    pub(crate) fn compare(self, left: &str, right: &str) -> Result<Ordering, Error> {
        match self {
            Kind::Loose => compare_loose(&loose(left), &loose(right)),
            Kind::Strict => Ok(strict(left)?.cmp(&strict(right)?)),
            Kind::Semantic => Ok(semantic::Version::parse(left)?.cmp(&semantic::Version::parse(right)?)),
            Kind::Pep440 => Ok(pep440::Version::parse(left)?.cmp(&pep440::Version::parse(right)?)),
        }
    }
}

/// The parts of a loose version: numbers, words of lower-case letters, and whatever else stands between; dots separate.
fn loose(text: &str) -> Value {
    let class = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if c.is_ascii_lowercase() {
            1
        } else if c == '.' {
            2
        } else {
            3
        }
    };
    let mut parts: Vec<Value> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end =
            if class(first) == 2 { 1 } else { rest.find(|c| class(c) != class(first)).unwrap_or(rest.len()) };
        let (part, behind) = rest.split_at(end);
        rest = behind;
        match class(first) {
            0 => parts.push(part.parse().map_or_else(|_| Value::str(part), Value::big)),
            2 => {}
            _ => parts.push(Value::str(part)),
        }
    }
    Value::from(parts)
}

fn compare_loose(left: &Value, right: &Value) -> Result<Ordering, Error> {
    if left == right {
        return Ok(Ordering::Equal);
    }
    Ok(if ops::less(left, right)? { Ordering::Less } else { Ordering::Greater })
}

/// The numbers of a strict version and what comes before its release: a letter and a number.
type Strict = ([u64; 3], (bool, Option<(char, u64)>));

fn strict(text: &str) -> Result<Strict, Error> {
    read_strict(text).ok_or_else(|| Error::value_error(format!("invalid version number '{text}'")))
}

fn read_strict(text: &str) -> Option<Strict> {
    let number =
        |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?;
    let (numbers, before) = match text.split_once(['a', 'b']) {
        Some((numbers, count)) => {
            let letter = text.chars().nth(numbers.chars().count())?;
            (numbers, Some((letter, number(count)?)))
        }
        None => (text, None),
    };
    let mut parts = numbers.split('.');
    let (major, minor) = (number(parts.next()?)?, number(parts.next()?)?);
    let patch = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() {
        return None;
    }
    // A release comes after everything before it.
    Some(([major, minor, patch], (before.is_none(), before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(kind: Kind, left: &str, right: &str) -> Ordering {
        kind.compare(left, right).unwrap_or_else(|error| panic!("{left} {right}: {error}"))
    }

    #[test]
    fn loose_versions() {
        assert_eq!(order(Kind::Loose, "1.2", "1.10"), Ordering::Less);
        assert_eq!(order(Kind::Loose, "1.2a", "1.2"), Ordering::Greater);
        assert_eq!(order(Kind::Loose, "1.2-3", "1.2-4"), Ordering::Less);
        assert_eq!(order(Kind::Loose, "1.2", "1.2"), Ordering::Equal);
        let error = Kind::Loose.compare("1.2", "x").unwrap_err();
        assert_eq!(error.message(), "'<' not supported between instances of 'int' and 'str'");
    }

    #[test]
    fn strict_versions() {
        assert_eq!(order(Kind::Strict, "1.2", "1.2.0"), Ordering::Equal);
        assert_eq!(order(Kind::Strict, "1.2a1", "1.2b1"), Ordering::Less);
        assert_eq!(order(Kind::Strict, "1.2b9", "1.2"), Ordering::Less);
        assert_eq!(Kind::Strict.compare("1", "2.0").unwrap_err().message(), "invalid version number '1'");
    }
}
