//! Lines of bounded width.

use rustle_value::{Value, strings};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;
use crate::typed_arguments::length;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[Filter::new("wordwrap", wordwrap)];

/// `value | wordwrap(width=79, break_long_words=true, wrapstring='\n', break_on_hyphens=true)`
fn wordwrap(call: &mut Call<'_>) -> Result<Value, Error> {
    let width = call.int_arg(0, "width", 79)?;
    let break_long_words = call.arg(1, "break_long_words").is_none_or(|it| it.is_true());
    let between = call.text_given(2, "wrapstring")?.unwrap_or_else(|| "\n".into());
    let break_on_hyphens = call.arg(3, "break_on_hyphens").is_none_or(|it| it.is_true());
    call.finish()?;
    if width <= 0 {
        return Err(Error::value_error(format!("invalid width {width} (must be > 0)")));
    }
    let text = call.value_text()?;
    let paragraphs = strings::split_lines(&text, false);
    let wrapped = paragraphs
        .into_iter()
        .map(|line| wrap(line, length(width), break_long_words, break_on_hyphens).join(&between));
    Ok(Value::from(wrapped.collect::<Vec<_>>().join(&between)))
}

/// The lines of one paragraph, as Python's `textwrap.wrap` finds them.
fn wrap(paragraph: &str, width: usize, break_long_words: bool, break_on_hyphens: bool) -> Vec<String> {
    let mut chunks = chunks(paragraph, break_on_hyphens);
    chunks.reverse();
    let mut lines = Vec::new();
    while !chunks.is_empty() {
        let mut line: Vec<String> = Vec::new();
        let mut used = 0;
        if !lines.is_empty() && chunks.last().is_some_and(|chunk| chunk.trim().is_empty()) {
            chunks.pop();
        }
        while let Some(chunk) = chunks.last() {
            let size = chunk.chars().count();
            if used + size > width {
                break;
            }
            used += size;
            line.extend(chunks.pop());
        }
        if let Some(chunk) = chunks.last_mut().filter(|chunk| chunk.chars().count() > width) {
            if break_long_words {
                let room = width - used;
                line.push(chunk.chars().take(room).collect());
                *chunk = chunk.chars().skip(room).collect();
            } else if line.is_empty() {
                line.extend(chunks.pop());
            }
        }
        if line.last().is_some_and(|last| last.trim().is_empty()) {
            line.pop();
        }
        if !line.is_empty() {
            lines.push(line.concat());
        }
    }
    lines
}

/// Words and the white space between them; words are split behind hyphens between letters.
fn chunks(text: &str, break_on_hyphens: bool) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let letter = |index: Option<usize>| {
        index.and_then(|index| chars.get(index)).is_some_and(|c| c.is_alphabetic() || *c == '_')
    };
    for (index, c) in chars.iter().copied().enumerate() {
        let is_space = c.is_whitespace();
        let previous = index.checked_sub(1).and_then(|index| chars.get(index)).copied();
        let same_kind = previous.is_some_and(|previous| previous.is_whitespace() == is_space);
        // A word is split at a hyphen if at least two letters stand before it and one behind.
        let behind_hyphen = break_on_hyphens
            && previous == Some('-')
            && letter(Some(index))
            && letter(index.checked_sub(2))
            && (letter(index.checked_sub(3)) || letter(Some(index + 1)));
        match chunks.last_mut() {
            Some(chunk) if same_kind && !behind_hyphen => chunk.push(c),
            _ => chunks.push(c.to_string()),
        }
    }
    chunks
}
