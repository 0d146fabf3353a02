//! [`Redactor`]: finds secrets in what a run tells, in the forms that programs give them.

mod encodings;
mod escapes;
mod forms;

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};
use rustle_runtime::secrets::{MASK, Redact};

/// The fewest bytes that a secret must have to be hidden within a text. A shorter one stands in many texts by chance; it
/// is hidden only where it is the whole of a text.
pub const SHORTEST: usize = 4;

/// Finds secrets in bytes: as they are, and as programs write them. One walk over the bytes finds them all.
pub struct Redactor {
    automaton: AhoCorasick,
    /// What is hidden only as a whole: short secrets, and large ones.
    whole: HashSet<Vec<u8>>,
}

impl Redactor {
    /// Finds each of `secrets`. White space around one is no part of it.
    ///
    /// # Errors
    /// If they are too many and too long: together more than about 1 GiB.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s [u8]>) -> Result<Redactor, BuildError> {
        let mut patterns = HashSet::new();
        let mut whole = HashSet::new();
        for secret in secrets {
            let secret = secret.trim_ascii();
            if secret.is_empty() {
                continue;
            }
            if secret.len() < SHORTEST || secret.len() > forms::LONGEST {
                whole.insert(secret.to_vec());
            }
            if secret.len() >= SHORTEST {
                forms::add(secret, &mut patterns);
            }
        }
        let mut builder = AhoCorasick::builder();
        // All matches are wanted, those that overlap too: half a secret is one as well.
        builder.match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::ContiguousNFA));
        Ok(Redactor { automaton: builder.build(patterns)?, whole })
    }

    /// Where there are secrets, in order; what overlaps is one.
    fn found(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> =
            self.automaton.find_overlapping_iter(bytes).map(|it| it.range()).collect();
        found.sort_unstable_by_key(|range| range.start);
        let mut merged: Vec<Range<usize>> = Vec::new();
        for range in found {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        merged
    }
}

impl Redact for Redactor {
    fn redact(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        if !self.whole.is_empty() && self.whole.contains(bytes.trim_ascii()) {
            return Some(MASK.into());
        }
        let found = self.found(bytes);
        if found.is_empty() {
            return None;
        }
        let mut redacted = Vec::with_capacity(bytes.len());
        let mut at = 0;
        for range in found {
            redacted.extend_from_slice(bytes.get(at..range.start).unwrap_or_default());
            redacted.extend_from_slice(MASK.as_bytes());
            at = range.end;
        }
        redacted.extend_from_slice(bytes.get(at..).unwrap_or_default());
        Some(redacted)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(secrets: &[&str], text: &str) -> String {
        let redactor = Redactor::new(secrets.iter().map(|it| it.as_bytes())).unwrap();
        redactor.redact(text.as_bytes()).map_or_else(|| text.to_owned(), |it| String::from_utf8(it).unwrap())
    }

    #[test]
    fn secrets_are_hidden_and_all_else_stays() {
        assert_eq!(
            redacted(&["hunter2", "correct horse"], "a hunter2, correct horse"),
            "a ********, ********"
        );
        assert_eq!(redacted(&["hunter2"], "hunter"), "hunter");
        assert_eq!(redacted(&[], "text"), "text");
    }

    #[test]
    fn of_secrets_that_overlap_no_end_is_left() {
        assert_eq!(redacted(&["abcdef", "defghi"], "xabcdefghix"), "x********x");
        assert_eq!(redacted(&["abcd", "abcdefgh"], "abcdefgh"), "********");
        assert_eq!(redacted(&["aaaa"], "aaaaaaaab"), "********b");
    }

    #[test]
    fn a_short_secret_is_hidden_as_a_whole_text_only() {
        assert_eq!(redacted(&["abc"], "abc"), "********");
        assert_eq!(redacted(&["abc"], "abcd"), "abcd");
        assert_eq!(redacted(&[" \n"], " \n"), " \n");
    }

    #[test]
    fn the_lines_of_a_key_are_hidden_one_by_one() {
        let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcw\n-----END PRIVATE KEY-----\n";
        let text = "key:\n    MIIEvQIBADANBgkqhkiG9w0\r\n    BAQEFAASCBKcw\n-----BEGIN PRIVATE KEY-----";
        let shown = redacted(&[key], text);
        assert_eq!(shown, "key:\n    ********\r\n    ********\n-----BEGIN PRIVATE KEY-----");
    }

    #[test]
    fn a_large_secret_is_hidden_whole_and_by_line() {
        let large: String = (0..20_000).map(|n| format!("line number {n}\n")).collect();
        assert_eq!(redacted(&[&large], &large), "********");
        assert_eq!(redacted(&[&large], "x line number 17 x"), "x ******** x");
    }

    #[test]
    fn debug_tells_nothing() {
        let redactor = Redactor::new([b"hunter2".as_slice()]).unwrap();
        assert_eq!(format!("{redactor:?}"), "Redactor { .. }");
    }
}
