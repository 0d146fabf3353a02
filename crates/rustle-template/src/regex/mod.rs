//! Regular expressions as Python's `re` understands them, on fancy-regex.

mod pattern;
mod replacement;

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use fancy_regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

use crate::error::Error;

pub(crate) use replacement::Replacement;

/// A match with its groups.
pub(crate) type Captures<'t> = fancy_regex::Captures<'t, str>;

/// How many compiled patterns are kept.
const KEPT: usize = 256;

/// What a pattern is compiled with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Flags {
    /// Case does not count.
    pub ignore_case: bool,
    /// `^` and `$` stand for the beginning and end of lines.
    pub multi_line: bool,
}

type Kept = FxHashMap<(String, Flags), Arc<Regex>>;

static COMPILED: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// The expression for a Python pattern. It is compiled once.
///
/// # Errors
/// If it is none.
pub(crate) fn compile(pattern: &str, flags: Flags) -> Result<Arc<Regex>, Error> {
    let key = (pattern.to_owned(), flags);
    // A poisoned lock guards whole entries all the same.
    let mut kept = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = kept.get(&key) {
        return Ok(regex.clone());
    }
    let translated = pattern::translate(pattern, flags)?;
    let regex = RegexBuilder::new(&translated)
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .build()
        .map_err(|error| Error::value_error(format!("{error} in the regular expression {pattern:?}")))?;
    let regex = Arc::new(regex);
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(key, regex.clone());
    Ok(regex)
}

/// An expression that took too long to match.
fn failed(error: fancy_regex::Error) -> Error {
    Error::value_error(error.to_string())
}

/// Whether `regex` matches at the beginning of `text`: `re.match`.
pub(crate) fn matches_at_start(regex: &Regex, text: &str) -> Result<bool, Error> {
    Ok(regex.find_from_pos(text, 0).map_err(failed)?.is_some_and(|found| found.start() == 0))
}

/// Whether `regex` matches anywhere: `re.search`.
pub(crate) fn matches(regex: &Regex, text: &str) -> Result<bool, Error> {
    regex.is_match(text).map_err(failed)
}

/// The first match with its groups.
pub(crate) fn search<'t>(regex: &Regex, text: &'t str) -> Result<Option<Captures<'t>>, Error> {
    regex.captures(text).map_err(failed)
}

/// Every match in turn, at most `limit`, as `re.finditer` finds them: an empty match may follow another one directly.
pub(crate) fn all<'t>(regex: &Regex, text: &'t str, limit: usize) -> Result<Vec<Captures<'t>>, Error> {
    let mut found: Vec<Captures<'t>> = Vec::new();
    let mut at = 0;
    while found.len() < limit && at <= text.len() {
        let Some(captures) = regex.captures_from_pos(text, at).map_err(failed)? else { break };
        let Some((start, end)) = captures.get(0).map(|whole| (whole.start(), whole.end())) else { break };
        at = if start == end {
            end + text.get(end..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        } else {
            end
        };
        found.push(captures);
    }
    Ok(found)
}

/// `text` with every match replaced, and how many there were: `re.subn`. A `limit` of 0 means all.
pub(crate) fn replace(
    regex: &Regex,
    text: &str,
    replacement: &Replacement,
    limit: usize,
) -> Result<(String, usize), Error> {
    let found = all(regex, text, if limit == 0 { usize::MAX } else { limit })?;
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for captures in &found {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(text.get(copied..whole.start()).unwrap_or_default());
        replacement.expand(captures, &mut out);
        copied = whole.end();
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Ok((out, found.len()))
}

/// Python's `re.escape`.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '(' | ')'
                | '['
                | ']'
                | '{'
                | '}'
                | '?'
                | '*'
                | '+'
                | '-'
                | '|'
                | '^'
                | '$'
                | '\\'
                | '.'
                | '&'
                | '~'
                | '#'
                | ' '
                | '\t'
                | '\n'
                | '\r'
                | '\x0b'
                | '\x0c'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
