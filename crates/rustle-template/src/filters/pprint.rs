//! Values for reading, as Python's `pprint` lays them out.

use rustle_value::{Value, python, strings};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[Filter::new("pprint", pprint)];

/// How wide a line may be.
const WIDTH: usize = 80;

/// `value | pprint`: long text over several lines. Lists and dictionaries stay on one, since Ansible's are not those that
/// Python's `pprint` knows.
fn pprint(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::from(match &call.value {
        Value::Str(text) => laid_out(text),
        other => {
            call.check_whole(other)?;
            python::repr(other)
        }
    }))
}

/// Text that does not fit becomes several texts in parentheses, split behind white space and line ends.
fn laid_out(text: &str) -> String {
    let whole = python::repr(&Value::str(text));
    if whole.chars().count() <= WIDTH {
        return whole;
    }
    // The parentheses take one column at each side.
    let room = WIDTH - 1;
    let width = |text: &str| python::repr(&Value::str(text)).chars().count();
    let lines = strings::split_lines(text, true);
    let last_line = lines.len().saturating_sub(1);
    let mut chunks: Vec<String> = Vec::new();
    for (number, line) in lines.into_iter().enumerate() {
        let words = words(line);
        let count = words.len();
        let mut current = String::new();
        for (index, word) in words.into_iter().enumerate() {
            let is_last = number == last_line && index + 1 == count;
            let candidate = format!("{current}{word}");
            if current.is_empty() || width(&candidate) <= room - usize::from(is_last) {
                current = candidate;
            } else {
                chunks.push(python::repr(&Value::str(&current)));
                current = word.to_owned();
            }
        }
        if !current.is_empty() {
            chunks.push(python::repr(&Value::str(&current)));
        }
    }
    match chunks.as_slice() {
        [only] => only.clone(),
        chunks => format!("({})", chunks.join("\n ")),
    }
}

/// The words of a line, each with the white space behind it.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let behind = rest[word..].trim_start();
        let (taken, tail) = rest.split_at(rest.len() - behind.len());
        words.push(taken);
        rest = tail;
    }
    words
}
