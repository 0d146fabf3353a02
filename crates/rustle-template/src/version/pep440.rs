//! Versions of Python packages: PEP 440.

use std::cmp::Ordering;

use crate::error::Error;

/// `[epoch!]release[pre][post][dev][+local]`
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Version {
    epoch: u64,
    /// Without zeros at its end.
    release: Vec<u64>,
    /// `a`, `b` or `rc`, and a number.
    pre: Option<(String, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
    local: Option<Vec<Segment>>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Word(String),
    /// Numbers come after words.
    Number(u64),
}

impl Version {
    pub(super) fn parse(text: &str) -> Result<Version, Error> {
        Version::read(text).ok_or_else(|| Error::value_error(format!("Invalid version: '{text}'")))
    }

    fn read(text: &str) -> Option<Version> {
        let text = text.trim().to_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text);
        let (text, local) = match text.split_once('+') {
            Some((text, local)) => (text, Some(local_segments(local)?)),
            None => (text, None),
        };
        let (epoch, text) = match text.split_once('!') {
            Some((epoch, text)) => (number(epoch)?, text),
            None => (0, text),
        };
        let mut rest = Rest(text);
        let mut release = vec![rest.number()?];
        while let Some(next) = rest.0.strip_prefix('.').and_then(|rest| rest.chars().next())
            && next.is_ascii_digit()
        {
            rest.0 = &rest.0[1..];
            release.push(rest.number()?);
        }
        while release.len() > 1 && release.last() == Some(&0) {
            release.pop();
        }
        let names = [
            ("alpha", "a"),
            ("beta", "b"),
            ("preview", "rc"),
            ("pre", "rc"),
            ("rc", "rc"),
            ("c", "rc"),
            ("a", "a"),
            ("b", "b"),
        ];
        let pre = names.into_iter().find_map(|(name, kind)| Some((kind.to_owned(), rest.labelled(name)?)));
        let post =
            match rest.0.strip_prefix('-').filter(|tail| tail.starts_with(|c: char| c.is_ascii_digit())) {
                Some(tail) => {
                    rest.0 = tail;
                    rest.number()
                }
                None => ["post", "rev", "r"].into_iter().find_map(|name| rest.labelled(name)),
            };
        let dev = rest.labelled("dev");
        rest.0.is_empty().then_some(Version { epoch, release, pre, post, dev, local })
    }

    /// What decides behind epoch and release. A development version alone comes before all others, then come those before
    /// the release, the release, and those after it.
    fn key(&self) -> impl Ord + '_ {
        let stage = match (&self.pre, self.post, self.dev) {
            (None, None, Some(_)) => 0,
            (Some(_), ..) => 1,
            (None, ..) => 2,
        };
        let dev = self.dev.map_or((true, 0), |dev| (false, dev));
        (stage, self.pre.as_ref(), self.post, dev)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| self.release.cmp(&other.release))
            .then_with(|| self.key().cmp(&other.key()))
            .then_with(|| self.local.cmp(&other.local))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn number(digits: &str) -> Option<u64> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn local_segments(local: &str) -> Option<Vec<Segment>> {
    let segment = |part: &str| {
        let right = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        right.then(|| number(part).map_or_else(|| Segment::Word(part.to_owned()), Segment::Number))
    };
    local.split(['.', '-', '_']).map(segment).collect()
}

/// What is not read yet.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn number(&mut self) -> Option<u64> {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        let number = digits.parse().ok()?;
        self.0 = rest;
        Some(number)
    }

    /// The number behind a label such as `rc`, which may have separators around it; without a number, 0.
    fn labelled(&mut self, name: &str) -> Option<u64> {
        let separators = ['.', '-', '_'];
        let tail = self.0.strip_prefix(separators).unwrap_or(self.0).strip_prefix(name)?;
        let digits = tail.strip_prefix(separators).unwrap_or(tail);
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            self.0 = digits;
            return self.number();
        }
        if tail.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        self.0 = tail;
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_specification() {
        let sorted = [
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0a2",
            "1.0b1",
            "1.0rc1",
            "1.0",
            "1.0+abc",
            "1.0+5",
            "1.0.post1.dev1",
            "1.0.post1",
            "1.1",
            "1!0.1",
        ];
        for pair in sorted.windows(2) {
            assert!(Version::parse(pair[0]).unwrap() < Version::parse(pair[1]).unwrap(), "{pair:?}");
        }
        for (left, right) in [
            ("1.0", "1"),
            ("v1.0-alpha.1", "1.0a1"),
            ("1.0-1", "1.0.post1"),
            ("1.0c1", "1.0rc1"),
            ("1.0pre", "1.0rc0"),
        ] {
            assert_eq!(
                Version::parse(left).unwrap().cmp(&Version::parse(right).unwrap()),
                Ordering::Equal,
                "{left}"
            );
        }
        for wrong in ["", "a", "1.0x", "1..0", "1.0+"] {
            assert!(Version::parse(wrong).is_err(), "{wrong}");
        }
    }
}
