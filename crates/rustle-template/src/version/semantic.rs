//! Semantic versions: <https://semver.org>.

use std::cmp::Ordering;

use crate::error::Error;

/// A version without its build metadata, which never counts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Version {
    core: [u64; 3],
    before_release: Vec<Identifier>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    /// Numbers come before words.
    Number(u64),
    Word(String),
}

impl Version {
    pub(super) fn parse(text: &str) -> Result<Version, Error> {
        Version::read(text).ok_or_else(|| Error::value_error(format!("invalid semantic version '{text}'")))
    }

    fn read(text: &str) -> Option<Version> {
        let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
        let (core, before) = text.split_once('-').map_or((text, None), |(core, before)| (core, Some(before)));
        let is_identifier = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !build.is_none_or(|build| build.split('.').all(is_identifier)) {
            return None;
        }
        let mut parts = core.split('.').map(number);
        let core = [parts.next()??, parts.next()??, parts.next()??];
        if parts.next().is_some() {
            return None;
        }
        let identifier = |part: &str| {
            if !is_identifier(part) {
                None
            } else if part.bytes().all(|byte| byte.is_ascii_digit()) {
                number(part).map(Identifier::Number)
            } else {
                Some(Identifier::Word(part.to_owned()))
            }
        };
        let before_release = before.into_iter().flat_map(|before| before.split('.')).map(identifier);
        Some(Version { core, before_release: before_release.collect::<Option<_>>()? })
    }
}

/// A number without zeros before it.
fn number(digits: &str) -> Option<u64> {
    let right =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if right { digits.parse().ok() } else { None }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        // A release comes after everything before it.
        let released = |version: &Version| version.before_release.is_empty();
        self.core
            .cmp(&other.core)
            .then(released(self).cmp(&released(other)))
            .then_with(|| self.before_release.cmp(&other.before_release))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_specification() {
        let sorted = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "2.0.0",
            "2.1.0",
            "2.1.1",
        ];
        for pair in sorted.windows(2) {
            assert!(Version::parse(pair[0]).unwrap() < Version::parse(pair[1]).unwrap(), "{pair:?}");
        }
        assert_eq!(Version::parse("1.0.0+a").unwrap(), Version::parse("1.0.0+b").unwrap());
        for wrong in ["1.0", "01.0.0", "1.0.0-", "1.0.0-01", "a.b.c", "1.0.0.0"] {
            assert!(Version::parse(wrong).is_err(), "{wrong}");
        }
    }
}
