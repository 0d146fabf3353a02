//! Taking text apart: `split`, `splitlines`, `partition` …

use super::{Arguments, is_space};
use crate::ops::OpError;
use crate::value::Value;

pub(super) fn call(name: &str, text: &str, call: &mut Arguments<'_>) -> Option<Result<Value, OpError>> {
    Some(match name {
        "split" | "rsplit" => separated(name, text, call),
        "splitlines" => call
            .arg(0, "keepends")
            .map(|keep| split_lines(text, keep.is_some_and(|keep| keep.is_true())).into_iter().collect()),
        "partition" | "rpartition" => partition(name, text, call),
        _ => return None,
    })
}

fn separated(name: &str, text: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let separator = match call.arg(0, "sep")? {
        None | Some(Value::None) => None,
        Some(Value::Str(separator) | Value::Template(separator)) => Some(separator),
        Some(other) => return Err(OpError::Type(format!("must be str or None, not {}", other.type_name()))),
    };
    let most = usize::try_from(call.int(1, "maxsplit", -1)?).ok();
    if separator.as_deref() == Some("") {
        return Err(OpError::Value("empty separator".into()));
    }
    let from_right = name == "rsplit";
    let parts = match separator {
        Some(separator) => split(text, &separator, most, from_right),
        None => split_words(text, most, from_right),
    };
    Ok(parts.into_iter().collect())
}

/// `text` split at `separator`, at most so many times.
pub fn split<'t>(text: &'t str, separator: &str, most: Option<usize>, from_right: bool) -> Vec<&'t str> {
    let most = most.map_or(usize::MAX, |most| most.saturating_add(1));
    if from_right {
        let mut parts: Vec<&str> = text.rsplitn(most, separator).collect();
        parts.reverse();
        parts
    } else {
        text.splitn(most, separator).collect()
    }
}

/// The words of `text`, after at most so many splits the rest.
pub fn split_words(text: &str, most: Option<usize>, from_right: bool) -> Vec<&str> {
    // With a limit, Python trims only the side from which it splits.
    let mut rest = match (most, from_right) {
        (None, _) => text.trim_matches(is_space),
        (Some(_), true) => text.trim_end_matches(is_space),
        (Some(_), false) => text.trim_start_matches(is_space),
    };
    let mut words = Vec::new();
    while !rest.is_empty() {
        let place = if from_right { rest.rfind(is_space) } else { rest.find(is_space) };
        let Some(at) = place.filter(|_| most.is_none_or(|most| words.len() < most)) else {
            words.push(rest);
            break;
        };
        let (left, right) = rest.split_at(at);
        if from_right {
            words.push(right.trim_start_matches(is_space));
            rest = left.trim_end_matches(is_space);
        } else {
            words.push(left);
            rest = right.trim_start_matches(is_space);
        }
    }
    if from_right {
        words.reverse();
    }
    words
}

/// The lines of `text`, at every character that Python takes for the end of one.
pub fn split_lines(text: &str, keep_ends: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| {
            matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
        });
        let Some(at) = end else {
            lines.push(rest);
            break;
        };
        let (line, tail) = rest.split_at(at);
        let length = if tail.starts_with("\r\n") { 2 } else { tail.chars().next().map_or(1, char::len_utf8) };
        let (ended, next) = rest.split_at(at + length);
        lines.push(if keep_ends { ended } else { line });
        rest = next;
    }
    lines
}

fn partition(name: &str, text: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let separator = call.text(0, "sep")?;
    if separator.is_empty() {
        return Err(OpError::Value("empty separator".into()));
    }
    let parts = if name == "partition" {
        text.split_once(&*separator).map_or([text, "", ""], |(before, after)| [before, &separator, after])
    } else {
        text.rsplit_once(&*separator).map_or(["", "", text], |(before, after)| [before, &separator, after])
    };
    Ok(Value::tuple(parts.map(Value::from)))
}
