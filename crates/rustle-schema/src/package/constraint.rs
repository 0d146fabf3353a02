//! Which versions a dependency accepts: the text as it was written, and what it means.

use std::fmt;
use std::str::FromStr;

use semver::{Comparator, Op, Prerelease, Version, VersionReq};

/// Which versions are accepted.
///
/// The grammar is Cargo's (`=1.2.3`, `^1.2`, `~1.2`, `>`, `>=`, `<`, `<=`, `1.*`, `*`, lists with commas) plus ranges
/// `a..b`, which include both ends. A bare `1.2.3` means `^1.2.3`, as in Cargo; since other tools take it for `=1.2.3`,
/// [`Constraint::bare`] tells that a caret was added. Pre-releases match only if the constraint names one of the same
/// three numbers. Build metadata says nothing.
///
/// Two constraints are equal if they mean the same comparators, however they were written.
///
/// ```
/// # use rustle_schema::package::Constraint;
/// let range: Constraint = "1.2..2.4.0".parse()?;
/// assert_eq!(range.to_string(), ">=1.2, <=2.4.0");
/// assert!(range.matches(&"2.4.0".parse().unwrap()));
/// let bare: Constraint = "1.2.3".parse()?;
/// assert!(bare.bare() && bare.to_string() == "^1.2.3");
/// # Ok::<(), rustle_schema::package::ConstraintError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Constraint {
    text: Box<str>,
    meaning: VersionReq,
    bare: bool,
}

impl Constraint {
    /// Accepts every version that is not a pre-release: `*`.
    pub fn any() -> Constraint {
        Constraint { text: "*".into(), meaning: VersionReq::STAR, bare: false }
    }

    /// Accepts this version only: `=1.2.3`. Its build metadata is left out.
    pub fn exact(version: &Version) -> Constraint {
        let meaning = VersionReq {
            comparators: vec![Comparator {
                op: Op::Exact,
                major: version.major,
                minor: Some(version.minor),
                patch: Some(version.patch),
                pre: version.pre.clone(),
            }],
        };
        Constraint { text: meaning.to_string().into(), meaning, bare: false }
    }

    /// The text as it was written, without spaces around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the text means, for a Cargo.toml or an index. Its `Display` is the canonical text.
    pub fn meaning(&self) -> &VersionReq {
        &self.meaning
    }

    /// Whether a version was written without an operator, so that the caret of [`Constraint`]'s canonical text was not
    /// the writer's own. Whoever prints the constraint for the first time should say which meaning was taken.
    pub fn bare(&self) -> bool {
        self.bare
    }

    /// Whether `version` is accepted, by Cargo's rules: a pre-release only if some part of the constraint names a
    /// pre-release of the same three numbers.
    pub fn matches(&self, version: &Version) -> bool {
        self.meaning.matches(version)
    }

    /// Whether no version at all can be accepted, as with `>2, <1`. Constraints that name pre-releases are given the
    /// benefit of the doubt.
    pub fn impossible(&self) -> bool {
        let mut from = (0, 0, 0);
        let mut until = None;
        for part in &self.meaning.comparators {
            if part.pre != Prerelease::EMPTY {
                return false;
            }
            let (low, high) = bounds(part);
            from = from.max(low);
            until = match (until, high) {
                (Some(a), Some(b)) => Some(std::cmp::min::<Triple>(a, b)),
                (a, b) => a.or(b),
            };
        }
        until.is_some_and(|until| until <= from)
    }
}

/// The numbers of a version.
type Triple = (u64, u64, u64);

/// The releases that a comparator accepts: from the first, up to and without the second.
fn bounds(part: &Comparator) -> (Triple, Option<Triple>) {
    let here = (part.major, part.minor.unwrap_or(0), part.patch.unwrap_or(0));
    // The first version behind all those that begin with the numbers that were written.
    let behind = match (part.minor, part.patch) {
        (None, _) => (part.major.saturating_add(1), 0, 0),
        (Some(minor), None) => (part.major, minor.saturating_add(1), 0),
        (Some(minor), Some(patch)) => (part.major, minor, patch.saturating_add(1)),
    };
    match part.op {
        Op::Greater => (behind, None),
        Op::GreaterEq => (here, None),
        Op::Less => ((0, 0, 0), Some(here)),
        Op::LessEq => ((0, 0, 0), Some(behind)),
        Op::Tilde => match part.minor {
            Some(minor) => (here, Some((part.major, minor.saturating_add(1), 0))),
            None => (here, Some(behind)),
        },
        Op::Caret => match (part.major, part.minor, part.patch) {
            (0, Some(0), _) | (0, None, _) => (here, Some(behind)),
            (0, Some(minor), _) => (here, Some((0, minor.saturating_add(1), 0))),
            (major, ..) => (here, Some((major.saturating_add(1), 0, 0))),
        },
        // `Exact`, `Wildcard`; and what a later version of the grammar adds is not judged.
        Op::Exact | Op::Wildcard => (here, Some(behind)),
        _ => ((0, 0, 0), None),
    }
}

impl PartialEq for Constraint {
    fn eq(&self, other: &Constraint) -> bool {
        self.meaning == other.meaning
    }
}

impl Eq for Constraint {}

impl fmt::Display for Constraint {
    /// The canonical text: every operator is written out, ranges are two comparators.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.meaning.fmt(f)
    }
}

impl FromStr for Constraint {
    type Err = ConstraintError;

    fn from_str(text: &str) -> Result<Constraint, ConstraintError> {
        let text = text.trim();
        let fail = |why: String| ConstraintError { text: text.to_owned(), why };
        if text.is_empty() {
            return Err(fail("nothing is written; `*` accepts every version".into()));
        }
        if let Some(other) = foreign(text) {
            return Err(fail(other.into()));
        }
        let mut canonical = String::with_capacity(text.len() + 4);
        let mut bare = false;
        for part in text.split(',').map(str::trim) {
            if !canonical.is_empty() {
                canonical.push_str(", ");
            }
            if let Some((low, high)) = part.split_once("..") {
                let (low, high) = (low.trim(), high.trim());
                if !number(low) || !number(high) {
                    return Err(fail(format!(
                        "a range is written `1.2..2.0`, with a version at both ends, which are included, but here is `{part}`"
                    )));
                }
                canonical.push_str(&format!(">={low}, <={high}"));
            } else {
                bare |= number(part) && !part.split(['-', '+']).next().is_some_and(wild);
                canonical.push_str(part);
            }
        }
        let meaning = VersionReq::parse(&canonical).map_err(|error| fail(error.to_string()))?;
        Ok(Constraint { text: text.into(), meaning, bare })
    }
}

/// Whether a text begins as a version does.
fn number(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

/// Whether one of the numbers of a version is a wildcard.
fn wild(numbers: &str) -> bool {
    numbers.split('.').any(|part| matches!(part, "*" | "x" | "X"))
}

/// What to write instead of the operators of other package managers.
fn foreign(text: &str) -> Option<&'static str> {
    if text.contains("||") {
        Some("alternatives (`||`) do not exist; write one range that covers them")
    } else if text.contains("==") {
        Some("equality is written with one `=`")
    } else if text.contains("!=") {
        Some("`!=` does not exist; write the range below or above that version")
    } else if text.contains("~=") || text.contains("~>") {
        Some("`~=` and `~>` do not exist; write `~1.2`")
    } else {
        None
    }
}

impl From<&Version> for Constraint {
    /// See [`Constraint::exact`].
    fn from(version: &Version) -> Constraint {
        Constraint::exact(version)
    }
}

/// A text that is no constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstraintError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for ConstraintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ConstraintError { text, why } = self;
        write!(
            f,
            "`{text}` is no version constraint: {why} (constraints look like `1.2.3`, `=1.2.3`, `^1.2`, `~1.2`, `>=1.2, <2`, `1.*`, `1.2..2.0` or `*`)"
        )
    }
}

impl std::error::Error for ConstraintError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Constraint {
        text.parse().unwrap()
    }

    fn matches(constraint: &str, version: &str) -> bool {
        parse(constraint).matches(&version.parse().unwrap())
    }

    #[test]
    fn canonical_text() {
        for (written, canonical, bare) in [
            ("1.2.3", "^1.2.3", true),
            ("1", "^1", true),
            ("1.2.3-rc.1", "^1.2.3-rc.1", true),
            ("=1.2.3", "=1.2.3", false),
            (" ^ 1.2 ", "^1.2", false),
            ("~1.2", "~1.2", false),
            (">=1.2,<2", ">=1.2, <2", false),
            ("> 1 , 1.9", ">1, ^1.9", true),
            ("*", "*", false),
            ("1.*", "1.*", false),
            ("1.2.x", "1.2.*", false),
            ("1.2.3..2.0.0", ">=1.2.3, <=2.0.0", false),
            ("1 .. 2, <1.9", ">=1, <=2, <1.9", false),
            ("=1.2.3+build.7", "=1.2.3", false),
        ] {
            let constraint = parse(written);
            assert_eq!(constraint.to_string(), canonical, "{written}");
            assert_eq!(constraint.bare(), bare, "{written}");
            assert_eq!(constraint.text(), written.trim());
            assert_eq!(parse(canonical), constraint, "{written}");
        }
    }

    #[test]
    fn ranges_include_both_ends() {
        assert!(matches("1.2.0..2.0.0", "1.2.0"));
        assert!(matches("1.2.0..2.0.0", "2.0.0"));
        assert!(!matches("1.2.0..2.0.0", "2.0.1"));
        assert!(!matches("1.2.0..2.0.0", "1.1.9"));
        // An end with fewer numbers means all that begins so, as `<=2` does in Cargo.
        assert!(matches("1..2", "2.7.1"));
        assert!(!matches("1..2", "3.0.0"));
    }

    #[test]
    fn caret_below_one_is_cargos() {
        assert!(matches("0.2", "0.2.9"));
        assert!(!matches("0.2", "0.3.0"));
        assert!(!matches("0.0.3", "0.0.4"));
    }

    #[test]
    fn pre_releases_only_if_named() {
        assert!(!matches("^1.0.0", "1.1.0-alpha"));
        assert!(!matches("*", "1.0.0-alpha"));
        assert!(matches("^1.1.0-alpha", "1.1.0-beta"));
        assert!(!matches("^1.0.0-alpha", "1.1.0-beta"));
        assert!(matches(">=1.0.0-rc.1, <2", "1.0.0"));
    }

    #[test]
    fn build_metadata_says_nothing() {
        assert!(matches("=1.2.3+a", "1.2.3+b"));
        let exact = Constraint::exact(&"1.2.3-rc.1+b7".parse().unwrap());
        assert_eq!(exact.to_string(), "=1.2.3-rc.1");
        assert!(exact.matches(&"1.2.3-rc.1+other".parse().unwrap()));
    }

    #[test]
    fn what_is_no_constraint_says_why() {
        for (text, part) in [
            ("", "`*` accepts every version"),
            ("latest", "unexpected character"),
            ("1 || 2", "alternatives"),
            ("==1.2", "one `=`"),
            ("!=1.2", "below or above"),
            ("~> 1.2", "write `~1.2`"),
            ("..2", "both ends"),
            ("1..", "both ends"),
            ("1..=2", "both ends"),
            (">=1 <2", "comma"),
            ("1,*", "only comparator"),
            ("1.2.3.4", "after patch version number"),
            (",", "unexpected"),
            ("^99999999999999999999", "value of major version number exceeds"),
        ] {
            let error = text.parse::<Constraint>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
            assert!(error.starts_with(&format!("`{text}` is no version constraint")), "{error}");
        }
    }

    #[test]
    fn impossible_constraints() {
        for text in [
            ">2, <1",
            "=1.2.3, =1.2.4",
            "^1, ^2",
            ">=2, <2",
            "2..1",
            "~1.2, >=1.3",
            ">1, <2",
            "<0.0.0",
            "0.1, 0.2",
        ] {
            assert!(parse(text).impossible(), "{text}");
        }
        for text in
            ["*", "1", ">=1, <2", "1..1", "=1.2.3, ^1", ">1.2.3, <1.2.5", "^0.0.3, <=0.0.3", ">=1.0.0-rc, <1"]
        {
            assert!(!parse(text).impossible(), "{text}");
        }
    }
}
