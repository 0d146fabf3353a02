//! Which files `find` finds.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use rustle_runtime::fs::mode;
use rustle_runtime::hosts::glob;
use rustle_runtime::value::Value;
use rustle_runtime::value::coerce;

use crate::pattern::{Flags, Over, Pattern};

/// Which names are wanted.
#[derive(Debug)]
pub(super) enum Names {
    /// Those that match a glob, and none of others.
    Globs(Vec<String>, Vec<String>),
    /// Those that match a regular expression from their beginning, and none of others.
    Patterns(Vec<Pattern>, Vec<Pattern>),
    /// Nobody knows: something is no regular expression. That is told for each folder in which there is anything.
    Broken(String),
}

impl Names {
    /// Names that match one of `patterns` and none of `excludes`.
    pub(super) fn new(patterns: &[String], excludes: &[String], use_regex: bool) -> Names {
        if !use_regex {
            let all = [String::from("*")];
            let patterns = if patterns.is_empty() { &all } else { patterns };
            return Names::Globs(patterns.to_vec(), excludes.to_vec());
        }
        let compile = |texts: &[String]| -> Result<Vec<Pattern>, String> {
            texts.iter().map(|text| Pattern::new(text, Over::Text, Flags::default())).collect()
        };
        let all = [String::from(".*")];
        let patterns = compile(if patterns.is_empty() { &all } else { patterns });
        match patterns.and_then(|patterns| Ok((patterns, compile(excludes)?))) {
            Ok((patterns, excludes)) => Names::Patterns(patterns, excludes),
            Err(why) => Names::Broken(why),
        }
    }

    /// Whether `name` is wanted.
    pub(super) fn wants(&self, name: &str) -> Result<bool, String> {
        match self {
            Names::Globs(patterns, excludes) => {
                let any = |globs: &[String]| globs.iter().any(|it| glob::matches(it, name));
                Ok(any(patterns) && !any(excludes))
            }
            Names::Patterns(patterns, excludes) => {
                Ok(any_matches(patterns, name)? && !any_matches(excludes, name)?)
            }
            Names::Broken(why) => Err(why.clone()),
        }
    }
}

fn any_matches(patterns: &[Pattern], name: &str) -> Result<bool, String> {
    for pattern in patterns {
        if pattern.matches_start(name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The number that `text` is, times what its unit stands for; without a unit, as it is.
pub(super) fn with_unit(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let text = text.to_lowercase();
    let (digits, factor) = match text.chars().last() {
        Some(last) if !last.is_ascii_digit() => {
            let (_, factor) = units.iter().find(|(unit, _)| *unit == last)?;
            (text.strip_suffix(last)?, *factor)
        }
        _ => (text.as_str(), 1),
    };
    let bare = digits.strip_prefix('-').unwrap_or(digits);
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(factor)
}

/// Units of time, in seconds.
pub(super) const TIME: [(char, i64); 5] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)];

/// Units of size, in bytes.
pub(super) const SIZE: [(char, i64); 5] =
    [('b', 1), ('k', 1 << 10), ('m', 1 << 20), ('g', 1 << 30), ('t', 1 << 40)];

/// Whether a file that is `seconds` old is old enough, or, if the bound is negative, young enough.
pub(super) fn has_age(seconds: f64, bound: i64) -> bool {
    let limit = bound.unsigned_abs() as f64;
    if bound >= 0 { seconds >= limit } else { seconds <= limit }
}

/// Whether a file is large enough, or, if the bound is negative, small enough.
pub(super) fn has_size(metadata: &Metadata, bound: i64) -> bool {
    let limit = bound.unsigned_abs();
    if bound >= 0 { metadata.size() >= limit } else { metadata.size() <= limit }
}

/// The bits that the argument `mode` asks for, with respect to a file that has none.
///
/// # Errors
/// If it is no mode; the message is Ansible's.
pub(super) fn mode_bits(wanted: &Value) -> Result<u32, String> {
    coerce::mode(wanted).map(|wanted| wanted.apply(0, false, mode::umask())).map_err(|error| error.0)
}

/// Whether a file has exactly those bits, or any of them.
pub(super) fn has_mode(metadata: &Metadata, bits: u32, exact: bool) -> bool {
    let mode = metadata.mode() & mode::BITS;
    if exact { mode == bits } else { mode & bits != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_sizes() {
        for (text, units, number) in [
            ("2d", &TIME, Some(172_800)),
            ("-1W", &TIME, Some(-604_800)),
            ("10", &TIME, Some(10)),
            ("10m", &SIZE, Some(10 << 20)),
            ("1.5k", &SIZE, None),
            ("k", &SIZE, None),
            ("", &SIZE, None),
            ("5x", &TIME, None),
        ] {
            assert_eq!(with_unit(text, units), number, "{text}");
        }
        assert!(has_age(10.0, 10) && !has_age(9.0, 10) && has_age(9.0, -10) && !has_age(11.0, -10));
    }

    #[test]
    fn names() {
        let list = |items: &[&str]| items.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let globs = Names::new(&list(&["*.log", "a?"]), &list(&["old*"]), false);
        for (name, wanted) in [("x.log", true), ("ab", true), ("abc", false), ("old.log", false)] {
            assert_eq!(globs.wants(name), Ok(wanted), "{name}");
        }
        let patterns = Names::new(&list(&[r"\w+\.log$"]), &list(&["old"]), true);
        for (name, wanted) in [("x.log", true), ("x.log1", false), ("older.log", false), ("-x.log", false)] {
            assert_eq!(patterns.wants(name), Ok(wanted), "{name}");
        }
        assert!(Names::new(&[], &[], true).wants("anything").unwrap());
        assert!(Names::new(&list(&["("]), &[], true).wants("x").is_err());
    }

    #[test]
    fn modes() {
        assert_eq!(mode_bits(&Value::from("0640")), Ok(0o640));
        assert_eq!(mode_bits(&Value::from("u=rw,o=x")), Ok(0o601));
        assert!(mode_bits(&Value::from("u=zz")).is_err());
    }
}
