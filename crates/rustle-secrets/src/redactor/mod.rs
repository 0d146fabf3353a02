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

/// Finds secrets in bytes: as they are, and as programs write them. One walk over the bytes finds them all, and one over
/// what is left of them without white space those that were broken into lines.
pub struct Redactor {
    automaton: AhoCorasick,
    /// Finds what [`squeezed`] makes of the forms that programs break into lines.
    broken: AhoCorasick,
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
        let mut broken = HashSet::new();
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
                forms::add_squeezed(secret, &mut broken);
            }
        }
        let mut builder = AhoCorasick::builder();
        // All matches are wanted, those that overlap too: half a secret is one as well.
        builder.match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::ContiguousNFA));
        Ok(Redactor { automaton: builder.build(patterns)?, broken: builder.build(broken)?, whole })
    }

    /// Where there are secrets, in order; what overlaps is one.
    fn found(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> =
            self.automaton.find_overlapping_iter(bytes).map(|it| it.range()).collect();
        // Without any of these nothing was broken, and the first walk has found it.
        let is_broken = || bytes.iter().any(|byte| *byte == b'\\' || byte.is_ascii_whitespace());
        if self.broken.patterns_len() > 0 && is_broken() {
            let (squeezed, places) = squeezed(bytes);
            let place = |at: usize| places.get(at).copied().unwrap_or_default();
            let broken = self.broken.find_overlapping_iter(&squeezed);
            found.extend(broken.map(|it| place(it.start())..place(it.end() - 1) + 1));
        }
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

/// `bytes` without white space, written as such or as `\n`, `\r` and `\t`, and without the backslashes that YAML puts
/// where it folds a line; and where in `bytes` each of those that are left stands.
fn squeezed(bytes: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let (mut left, mut places) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len()));
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = if byte == b'\\' { bytes.get(at + 1) } else { None };
        at += match escaped {
            Some(b'n' | b'r' | b't') => 2,
            Some(next) if next.is_ascii_whitespace() => 2,
            _ if byte.is_ascii_whitespace() => 1,
            _ => {
                left.push(byte);
                places.push(at);
                1
            }
        };
    }
    (left, places)
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
    fn what_a_program_has_broken_into_lines_is_found() {
        let secret = "Sup3r-S3cret!x";
        // printf '%s' "a-service-with-a-rather-long-account-name-01x:$P" | base64
        let text = "YS1zZXJ2aWNlLXdpdGgtYS1yYXRoZXItbG9uZy1hY2NvdW50LW5hbWUtMDF4OlN1cDNyLVMzY3Jl\ndCF4\n";
        let shown = redacted(&[secret], text);
        assert!(shown.ends_with("UtMDF4Ol********\n"), "{shown}");
        // printf '%s' "$P" | od -An -tx1 -w8; xxd -p -c 6; the latter in JSON
        for text in [
            " 53 75 70 33 72 2d 53 33\n 63 72 65 74 21 78\n",
            "53757033722d\n533363726574\n2178\n",
            r#"{"out": "53757033722d\n533363726574\n2178\n"}"#,
        ] {
            let shown = redacted(&[secret], text);
            assert!(!shown.contains("75") && !shown.contains("72"), "{shown}");
        }
        assert_eq!(redacted(&["hunter2"], "hunt er2"), "hunt er2", "a short one stands there by chance");
    }

    #[test]
    fn what_yaml_has_folded_is_found() {
        let secret = "correct horse battery staple and many more words";
        let folded = "p: correct horse battery\n    staple and many\n    more words\n";
        assert_eq!(redacted(&[secret], folded), "p: ********\n");
        let quoted = "p: \"a \\\"b correct\\\n  \\ horse \\\\ end\"\n";
        assert_eq!(redacted(&["a \"b correct horse \\ end"], quoted), "p: \"********\"\n");
    }

    #[test]
    fn debug_tells_nothing() {
        let redactor = Redactor::new([b"hunter2".as_slice()]).unwrap();
        assert_eq!(format!("{redactor:?}"), "Redactor { .. }");
    }
}
