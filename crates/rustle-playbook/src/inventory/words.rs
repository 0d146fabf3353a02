//! Words of a line, as Python's `shlex` splits it.

use std::ops::Range;

/// A word and the bytes of the line that it was written as.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub span: Range<usize>,
}

/// The words of a line: quotes and backslashes are resolved, and a `#` that is not quoted begins a comment, wherever it
/// stands.
///
/// # Errors
/// If a quote is not closed.
pub(super) fn split(line: &str) -> Result<Vec<Word>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        if c.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        if c == '#' {
            break;
        }
        let current = word.get_or_insert_with(|| Word { text: String::new(), span: at..at });
        match c {
            '\'' => quoted(&mut chars, '\'', &mut current.text)?,
            '"' => quoted(&mut chars, '"', &mut current.text)?,
            '\\' => current.text.push(chars.next().ok_or("no escaped character")?.1),
            other => current.text.push(other),
        }
        current.span.end = chars.offset();
    }
    words.extend(word);
    Ok(words)
}

/// Takes what stands up to `quote`. Within double quotes a backslash escapes a quote or a backslash.
fn quoted(chars: &mut std::str::CharIndices<'_>, quote: char, text: &mut String) -> Result<(), &'static str> {
    while let Some((_, c)) = chars.next() {
        match c {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => {
                let (_, escaped) = chars.next().ok_or("no closing quotation")?;
                if !matches!(escaped, '"' | '\\') {
                    text.push('\\');
                }
                text.push(escaped);
            }
            other => text.push(other),
        }
    }
    Err("no closing quotation")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        split(line).unwrap().into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_those_of_shlex() {
        assert_eq!(texts("a  b='c d' e=\"f \\\" g\" # h"), ["a", "b=c d", "e=f \" g"]);
        assert_eq!(texts("a=b#c d"), ["a=b"]);
        assert_eq!(texts("x='a\\b' y=\\ z"), ["x=a\\b", "y= z"]);
        assert_eq!(texts("\"\\n\""), ["\\n"]);
        assert!(split("a='b").is_err());
    }

    #[test]
    fn spans_cover_what_was_written() {
        let words = split("ab 'c d'=e").unwrap();
        assert_eq!(words[1], Word { text: "c d=e".into(), span: 3..10 });
    }
}
