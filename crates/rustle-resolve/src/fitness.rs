//! Whether a version may be chosen at all, whoever depends on it.

use std::fmt;

use semver::Version;

use crate::feature::Features;
use crate::index::Candidate;
use crate::metadata::same;
use crate::request::Request;

/// Why a version may not be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It was withdrawn and is not locked.
    Yanked,
    /// It needs a newer Rust than is here.
    Rust { needs: Version, here: Version },
    /// It cannot be built for the target.
    Target { target: String, globs: Vec<String> },
    /// What it says of itself cannot be.
    Broken(String),
}

impl fmt::Display for Unfit {
    /// The end of a sentence that begins with the version.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Yanked => f.write_str("was yanked, and is not locked"),
            Unfit::Rust { needs, here } => write!(f, "needs Rust {needs}, and here is Rust {here}"),
            Unfit::Target { target, globs } => {
                write!(f, "is not for {target}, but for {}", globs.join(", "))
            }
            Unfit::Broken(why) => f.write_str(why),
        }
    }
}

/// Reads the features of a version that may be chosen.
///
/// # Errors
///
/// Why it may not.
pub(crate) fn fit(id: &str, candidate: &Candidate, request: &Request) -> Result<Features, Unfit> {
    let features = Features::read(candidate).map_err(Unfit::Broken)?;
    if let Some(itself) = candidate.dependencies.iter().find(|dependency| {
        dependency.id == id && !dependency.optional && !dependency.req.matches(&candidate.version)
    }) {
        return Err(Unfit::Broken(format!("depends on another version of itself, {}", itself.req)));
    }
    if candidate.yanked && !request.locked.get(id).is_some_and(|locked| same(locked, &candidate.version)) {
        return Err(Unfit::Yanked);
    }
    if let (Some(needs), Some(here)) = (&candidate.rust_version, &request.rust_version) {
        // A nightly 1.97 has what 1.97 has, as far as anybody can tell.
        if (needs.major, needs.minor, needs.patch) > (here.major, here.minor, here.patch) {
            return Err(Unfit::Rust { needs: needs.clone(), here: here.clone() });
        }
    }
    if let Some(target) = &request.target
        && !candidate.targets.is_empty()
        && !candidate.targets.iter().any(|glob| covers(glob, target))
    {
        return Err(Unfit::Target { target: target.clone(), globs: candidate.targets.clone() });
    }
    Ok(features)
}

/// Whether a glob with `*` (any text) and `?` (one character) covers a whole text. The time is at most the product of
/// both lengths, whatever the glob.
fn covers(glob: &str, text: &str) -> bool {
    let (glob, text) = (glob.as_bytes(), text.as_bytes());
    let (mut at_glob, mut at_text) = (0, 0);
    // Behind the last `*`, and where its text ends for now.
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(at_text) {
        match glob.get(at_glob) {
            Some(b'*') => {
                at_glob += 1;
                star = Some((at_glob, at_text));
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                at_glob += 1;
                at_text += 1;
            }
            _ => match star {
                Some((behind, end)) => {
                    at_glob = behind;
                    at_text = end + 1;
                    star = Some((behind, end + 1));
                }
                None => return false,
            },
        }
    }
    glob.get(at_glob..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, text, expected) in [
            ("*", "x86_64-unknown-linux-gnu", true),
            ("x86_64-*", "x86_64-unknown-linux-gnu", true),
            ("*-linux-*", "aarch64-unknown-linux-musl", true),
            ("*-linux-gnu", "aarch64-unknown-linux-musl", false),
            ("aarch64-unknown-linux-musl", "aarch64-unknown-linux-musl", true),
            ("aarch64-unknown-linux", "aarch64-unknown-linux-musl", false),
            ("i?86-*", "i686-pc-windows-msvc", true),
            ("i?86-*", "i86-pc-windows-msvc", false),
            ("", "", true),
            ("", "a", false),
            ("**a*b", "xxaaxb", true),
        ] {
            assert_eq!(covers(glob, text), expected, "{glob} {text}");
        }
    }

    #[test]
    fn stars_cannot_be_made_slow() {
        let glob = format!("{}b", "*a".repeat(500));
        assert!(!covers(&glob, &"a".repeat(2_000)));
    }

    #[test]
    fn a_nightly_counts_as_its_release() {
        let request = Request { rust_version: Some("1.97.0-nightly".parse().unwrap()), ..Request::default() };
        let candidate =
            Candidate { rust_version: Some(Version::new(1, 97, 0)), ..Candidate::new(Version::new(1, 0, 0)) };
        assert!(fit("com.acme.a", &candidate, &request).is_ok());
        let newer = Candidate { rust_version: Some(Version::new(1, 97, 1)), ..candidate };
        assert!(matches!(fit("com.acme.a", &newer, &request), Err(Unfit::Rust { .. })));
    }

    #[test]
    fn yanked_unless_locked() {
        let candidate = Candidate { yanked: true, ..Candidate::new("1.0.0+7".parse().unwrap()) };
        let mut request = Request::default();
        assert_eq!(fit("com.acme.a", &candidate, &request), Err(Unfit::Yanked));
        request.locked.insert("com.acme.a".into(), Version::new(1, 0, 0));
        assert!(fit("com.acme.a", &candidate, &request).is_ok());
    }
}
