//! Python's regular expressions, over bytes and over text.
//!
//! `lineinfile` and `blockinfile` match bytes, `replace` and `find` match text, as Ansible does: classes and `.` mean
//! different things to them. A pattern is rewritten for the engine, which decides as Python's does: leftmost, first
//! alternative first.

mod classes;
mod expand;
mod repeat;
mod translate;

use std::cell::OnceCell;

use fancy_regex::{BytesMode, Regex, RegexBuilder, RegexInput};

pub use expand::Template;

/// How often the engine may go back before a match counts as hopeless.
const BACKTRACK_LIMIT: usize = 20_000_000;

/// What a pattern is matched with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Bytes: `.` is one byte, classes are those of ASCII.
    Bytes,
    /// Text: `.` is one character, classes are those of Unicode.
    Text,
}

/// Flags that a module sets, over those in the pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `^` and `$` match at every line.
    pub multiline: bool,
    /// `.` matches a newline too.
    pub dot_all: bool,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    /// The pattern for the engine.
    translated: String,
    /// The same pattern, for matches that are not empty; none if there are no such. Made when it is first needed.
    not_empty: OnceCell<Option<Regex>>,
    over: Over,
    /// Whether the pattern itself asks for multi-line matching (`(?m)`), or the module did.
    multiline: bool,
}

/// Where a pattern matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Begin and end of the whole match.
    pub whole: (usize, usize),
    /// Begin and end of each group, the whole first; none for those that took no part.
    pub groups: Vec<Option<(usize, usize)>>,
}

impl Pattern {
    /// Compiles `pattern`.
    ///
    /// # Errors
    /// If it is no pattern of Python's, or needs what the engine lacks; the message is Python's where it is common.
    pub fn new(pattern: &str, over: Over, flags: Flags) -> Result<Pattern, String> {
        let translated = translate::translate(pattern, over, flags)?;
        let mut builder = RegexBuilder::new(&translated.pattern);
        builder.backtrack_limit(BACKTRACK_LIMIT).bytes_mode(match over {
            Over::Bytes => BytesMode::Ascii,
            Over::Text => BytesMode::Unicode,
        });
        let regex = builder.build().map_err(|error| error.to_string())?;
        let (translated, multiline) = (translated.pattern, translated.multiline);
        Ok(Pattern { regex, translated, not_empty: OnceCell::new(), over, multiline })
    }

    /// Whether `^` and `$` match at every line.
    pub fn is_multiline(&self) -> bool {
        self.multiline
    }

    /// The first match at or after `from`.
    ///
    /// # Errors
    /// If the engine gives up.
    pub fn search(&self, bytes: &[u8], from: usize) -> Result<Option<Found>, String> {
        self.find(&self.regex, bytes, from, false)
    }

    fn find(
        &self,
        regex: &Regex,
        bytes: &[u8],
        from: usize,
        anchored: bool,
    ) -> Result<Option<Found>, String> {
        let failed = |error: fancy_regex::Error| error.to_string();
        let found = match self.over {
            Over::Bytes => {
                let input = RegexInput::new(bytes).from_pos(from).anchored(anchored);
                regex.captures_input(input).map_err(failed)?.map(|captures| {
                    let span = |at| captures.get(at).map(|group| (group.start(), group.end()));
                    (0..captures.len()).map(span).collect::<Vec<_>>()
                })
            }
            Over::Text => {
                let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
                let input = RegexInput::new(text).from_pos(from).anchored(anchored);
                regex.captures_input(input).map_err(failed)?.map(|captures| {
                    let span = |at| captures.get(at).map(|group| (group.start(), group.end()));
                    (0..captures.len()).map(span).collect::<Vec<_>>()
                })
            }
        };
        Ok(found.and_then(|groups| Some(Found { whole: groups.first().copied().flatten()?, groups })))
    }

    /// A match at `at` that is not empty.
    fn not_empty_at(&self, bytes: &[u8], at: usize) -> Result<Option<Found>, String> {
        let regex = self.not_empty.get_or_init(|| {
            let mut builder = RegexBuilder::new(&self.translated);
            // It compiles, as the pattern itself does, unless it can only match what is empty.
            builder.backtrack_limit(BACKTRACK_LIMIT).find_not_empty(true).build().ok()
        });
        match regex {
            Some(regex) => self.find(regex, bytes, at, true),
            None => Ok(None),
        }
    }

    /// Whether it matches anywhere.
    ///
    /// # Errors
    /// If the engine gives up.
    pub fn is_found(&self, bytes: &[u8]) -> Result<bool, String> {
        match self.over {
            Over::Bytes => self.regex.is_match(bytes),
            Over::Text => self.regex.is_match(std::str::from_utf8(bytes).map_err(|error| error.to_string())?),
        }
        .map_err(|error| error.to_string())
    }

    /// Whether it matches at the beginning (`re.match`).
    ///
    /// # Errors
    /// If the engine gives up.
    pub fn matches_start(&self, text: &str) -> Result<bool, String> {
        Ok(self.search(text.as_bytes(), 0)?.is_some_and(|found| found.whole.0 == 0))
    }

    /// The number of the group called `name`, the last of that name.
    pub fn group(&self, name: &str) -> Option<usize> {
        self.regex.capture_names().enumerate().filter(|(_, it)| *it == Some(name)).map(|(at, _)| at).last()
    }

    /// How many groups there are, the whole match included.
    pub fn groups(&self) -> usize {
        self.regex.captures_len()
    }

    /// `text` with every match replaced by what `template` makes of it, and how many there were (`re.subn`).
    ///
    /// # Errors
    /// If the engine gives up.
    pub fn replace_all(&self, text: &str, template: &Template) -> Result<(String, usize), String> {
        let bytes = text.as_bytes();
        let mut out = Vec::with_capacity(bytes.len());
        let (mut copied, mut count) = (0, 0);
        // Where the next match may begin, and whether an empty one was found right there.
        let (mut from, mut was_empty) = (0, false);
        while from <= bytes.len() {
            let found = match was_empty {
                true => match self.not_empty_at(bytes, from)? {
                    Some(found) => Some(found),
                    None => self.search(bytes, next_char(text, from))?,
                },
                false => self.search(bytes, from)?,
            };
            let Some(found) = found else { break };
            let (start, end) = found.whole;
            out.extend_from_slice(bytes.get(copied..start).unwrap_or_default());
            template.expand(bytes, &found, &mut out);
            (copied, count) = (end, count + 1);
            (from, was_empty) = (end, start == end);
        }
        out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
        Ok((String::from_utf8_lossy(&out).into_owned(), count))
    }
}

/// Where the character after the one at `at` begins; past the end at the end.
fn next_char(text: &str, at: usize) -> usize {
    at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spans of the first match as Python's `re.search` gives them.
    fn spans(pattern: &str, text: &str) -> Option<Vec<Option<(usize, usize)>>> {
        let pattern = Pattern::new(pattern, Over::Bytes, Flags::default()).unwrap();
        pattern.search(text.as_bytes(), 0).unwrap().map(|found| found.groups)
    }

    #[test]
    fn the_dollar_matches_before_a_last_newline() {
        assert_eq!(spans("^a$", "a\n"), Some(vec![Some((0, 1))]));
        assert_eq!(spans("^a$", "a"), Some(vec![Some((0, 1))]));
        assert_eq!(spans("^a$", "a\n\n"), None);
        assert_eq!(spans(r"^a\Z", "a\n"), None);
        assert_eq!(spans("a(?m:$)", "a\nb"), Some(vec![Some((0, 1))]));
    }

    #[test]
    fn bytes_are_bytes() {
        assert_eq!(spans(r"\w+", "é"), None);
        assert_eq!(spans("[é]", "é"), Some(vec![Some((0, 1))]));
        assert_eq!(spans("é+", "éé"), Some(vec![Some((0, 2))]));
        let pattern = Pattern::new(r".\xff", Over::Bytes, Flags::default()).unwrap();
        assert_eq!(pattern.search(b"a\xfe\xff", 0).unwrap().unwrap().whole, (1, 3));
    }

    #[test]
    fn text_is_text() {
        let pattern = Pattern::new(r"^\w$", Over::Text, Flags::default()).unwrap();
        assert_eq!(pattern.search("é".as_bytes(), 0).unwrap().unwrap().whole, (0, 2));
        assert!(pattern.matches_start("é\n").unwrap());
        let pattern = Pattern::new("b", Over::Text, Flags::default()).unwrap();
        assert!(!pattern.matches_start("ab").unwrap());
    }

    #[test]
    fn replacement_goes_on_as_in_python() {
        // Recorded from Python's re.subn.
        for (pattern, template, text, result, count) in [
            ("x*", "-", "abxd", "-a-b--d-", 5),
            ("a|$", "X", "ba", "bXX", 2),
            (r"|\d", "x", "a2", "xaxxx", 4),
            ("(a)(b)?", r"[\2|\1]", "aab", "[|a][b|a]", 2),
            (r"(?P<n>\d+)", r"<\g<n>>", "a12b3", "a<12>b<3>", 2),
            ("é", "e", "héé", "hee", 2),
            ("^", "# ", "a\nb\n", "# a\n# b\n# ", 3),
        ] {
            let flags = Flags { multiline: true, dot_all: false };
            let pattern = Pattern::new(pattern, Over::Text, flags).unwrap();
            let template = Template::parse(template, &pattern).unwrap();
            assert_eq!(pattern.replace_all(text, &template).unwrap(), (result.to_owned(), count));
        }
    }
}
