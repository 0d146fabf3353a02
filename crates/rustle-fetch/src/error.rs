//! What can go wrong on the way, in words that say what to do about it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Why something was not fetched.
///
/// Its text never holds a header, a token, a password or the query of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchError {
    /// The address itself is not one that is fetched from.
    Address {
        /// The address, without secrets.
        url: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// A server pointed to a place that is not followed to.
    Redirect {
        /// Where the redirect came from.
        from: String,
        /// Where it pointed.
        to: String,
        /// Why it was not followed.
        reason: String,
    },
    /// Something that is refused whatever a server says.
    Refused {
        /// The address, without secrets.
        url: String,
        /// Which rule.
        reason: String,
    },
    /// A time ran out.
    Time {
        /// The address, without secrets.
        url: String,
        /// What was waited for.
        waiting_for: Waiting,
        /// How long it may take.
        limit: Duration,
    },
    /// Bytes came, but slower than is waited for.
    Slow {
        /// The address, without secrets.
        url: String,
        /// Bytes per second that came in the last window.
        rate: u64,
        /// Bytes per second that must come.
        min: u64,
    },
    /// More bytes than are taken.
    Size {
        /// The address, without secrets.
        url: String,
        /// The most that is taken, in bytes.
        limit: u64,
        /// What the server announced, where it did.
        announced: Option<u64>,
    },
    /// The body is not what the server announced.
    Body {
        /// The address, without secrets.
        url: String,
        /// What does not fit.
        reason: String,
    },
    /// The server answered with something else than the bytes.
    Status {
        /// The address, without secrets.
        url: String,
        /// HTTP status code.
        status: u16,
    },
    /// No connection, or it broke.
    Network {
        /// The address, without secrets.
        url: String,
        /// What the system or the protocol said.
        reason: String,
    },
    /// The server's certificate is not accepted.
    Certificate {
        /// The address, without secrets.
        url: String,
        /// Why.
        reason: String,
    },
    /// The bytes are not those that were asked for.
    Checksum {
        /// Which thing, and from where.
        what: String,
        /// SHA-256 that was asked for.
        expected: String,
        /// SHA-256 of what came.
        actual: String,
    },
    /// A git reference no longer leads to the commit that is locked.
    Moved {
        /// The repository, without secrets.
        repository: String,
        /// Which reference.
        reference: String,
        /// The commit that is locked.
        locked: String,
        /// The commit that it leads to now.
        now: String,
    },
    /// A reference or commit that the repository does not have.
    NoCommit {
        /// The repository, without secrets.
        repository: String,
        /// Which reference or commit.
        wanted: String,
    },
    /// A repository holds something that a module may not.
    Tree {
        /// The repository, without secrets.
        repository: String,
        /// The path in the tree.
        path: String,
        /// What is wrong there.
        reason: String,
    },
    /// The registry does not know the crate.
    UnknownCrate {
        /// The registry's name.
        registry: String,
        /// The crate.
        name: String,
    },
    /// The registry's own answers make no sense.
    Registry {
        /// The registry's name.
        registry: String,
        /// What, and what to do about it.
        reason: String,
    },
    /// The local disk.
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}

/// What was being waited for when a time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Waiting {
    /// The address of the host, the connection, and its encryption.
    Connection,
    /// The whole header of the answer.
    Header,
    /// The next bytes.
    NextBytes,
    /// The end of it all.
    Everything,
}

impl FetchError {
    /// A stable name for this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "E-FETCH-ADDRESS",
            Self::Redirect { .. } => "E-FETCH-REDIRECT",
            Self::Refused { .. } => "E-FETCH-REFUSED",
            Self::Time { .. } => "E-FETCH-TIME",
            Self::Slow { .. } => "E-FETCH-SLOW",
            Self::Size { .. } => "E-FETCH-SIZE",
            Self::Body { .. } => "E-FETCH-BODY",
            Self::Status { .. } => "E-FETCH-STATUS",
            Self::Network { .. } => "E-FETCH-NETWORK",
            Self::Certificate { .. } => "E-FETCH-CERTIFICATE",
            Self::Checksum { .. } => "E-FETCH-CHECKSUM",
            Self::Moved { .. } => "E-GIT-MOVED",
            Self::NoCommit { .. } => "E-GIT-COMMIT",
            Self::Tree { .. } => "E-GIT-TREE",
            Self::UnknownCrate { .. } => "E-REGISTRY-CRATE",
            Self::Registry { .. } => "E-REGISTRY",
            Self::Disk { .. } => "E-FETCH-DISK",
        }
    }

    /// The HTTP status, where the server answered with one that is no success.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }
}

impl std::error::Error for FetchError {}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.code())?;
        match self {
            Self::Address { url, reason } => write!(f, "{url}: {reason}"),
            Self::Redirect { from, to, reason } => write!(f, "{from} redirects to {to}: {reason}"),
            Self::Refused { url, reason } => write!(f, "{url}: {reason}"),
            Self::Time { url, waiting_for, limit } => {
                write!(f, "{url}: {waiting_for} took longer than {limit:?}")
            }
            Self::Slow { url, rate, min } => {
                write!(f, "{url}: {rate} bytes per second came; less than {min} is not waited for")
            }
            Self::Size { url, limit, announced: None } => {
                write!(f, "{url}: more than {limit} bytes, which is the limit")
            }
            Self::Size { url, limit, announced: Some(size) } => {
                write!(f, "{url}: {size} bytes are announced, the limit is {limit}")
            }
            Self::Body { url, reason } => write!(f, "{url}: {reason}"),
            Self::Status { url, status } => write!(f, "{url}: the server answers {}", Status(*status)),
            Self::Network { url, reason } => write!(f, "{url}: {reason}"),
            Self::Certificate { url, reason } => write!(
                f,
                "{url}: the server's certificate is not accepted: {reason} (a company's own authority can be \
                 named as a file of certificates)"
            ),
            Self::Checksum { what, expected, actual } => {
                write!(f, "{what}: sha256 must be {expected}, but what came has {actual}")
            }
            Self::Moved { repository, reference, locked, now } => write!(
                f,
                "{repository}: {reference} leads to commit {now}, from which the locked commit {locked} cannot be \
                 reached: it was moved or its history rewritten; `cargo rustle update` accepts the new one"
            ),
            Self::NoCommit { repository, wanted } => write!(f, "{repository} has no {wanted}"),
            Self::Tree { repository, path, reason } => write!(f, "{repository}: {path}: {reason}"),
            Self::UnknownCrate { registry, name } => write!(f, "registry `{registry}` has no `{name}`"),
            Self::Registry { registry, reason } => write!(f, "registry `{registry}`: {reason}"),
            Self::Disk { path, reason } => write!(f, "{}: {reason}", path.display()),
        }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "connecting",
            Self::Header => "the header of the answer",
            Self::NextBytes => "the next bytes",
            Self::Everything => "all of it",
        })
    }
}

/// A status code with the words that help.
struct Status(u16);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.0 {
            401 => "(a token is needed, or it is a wrong one)",
            403 => "(forbidden)",
            404 => "(not found)",
            410 => "(gone)",
            429 => "(too many requests)",
            500..=599 => "(the server's own fault)",
            _ => return write!(f, "{}", self.0),
        };
        write!(f, "{} {words}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_tag_names_both_commits() {
        let text = FetchError::Moved {
            repository: "https://example.org/x".into(),
            reference: "tag v1".into(),
            locked: "a".repeat(40),
            now: "b".repeat(40),
        }
        .to_string();
        assert!(text.starts_with("E-GIT-MOVED: "));
        assert!(text.contains(&"a".repeat(40)) && text.contains(&"b".repeat(40)));
    }
}
