//! Repositories, read without a work tree.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What to bring from a repository.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct GitRequest {
    /// `https://…`, `ssh://…`, `user@host:path` (which is ssh), `file:///…`; `http://…` on loopback only.
    pub repository: String,
    /// What to look for.
    pub reference: Reference,
    /// The commit that is locked. A reference that no longer leads there is an error.
    pub commit: Option<String>,
    /// Only this folder of the repository is read and judged; the paths of what comes back are below it.
    pub path: Option<String>,
    /// Whether submodules are fetched too. If not, a submodule is an error.
    pub submodules: bool,
    /// For https: a token, or `user:password`. Sent to the origin of `repository` alone.
    pub token: Option<String>,
}

/// Where in a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Reference {
    /// What the repository calls `HEAD`.
    #[default]
    Default,
    /// A branch.
    Branch(String),
    /// A tag. It leads to one commit, for ever.
    Tag(String),
    /// A commit: 40 hexadecimal digits, not fewer.
    Rev(String),
}

/// How much and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitLimits {
    /// From the beginning to the end, submodules included. 300 s.
    pub time: Duration,
    /// Bytes that are received for one repository. 256 MiB.
    pub transfer: u64,
    /// Objects that are received for one repository. 1,000,000.
    pub objects: u64,
    /// Bytes of all files of the commit together. 64 MiB.
    pub size: u64,
    /// Files of the commit. 10,000.
    pub files: usize,
    /// How deep folders, and submodules in submodules, may lie. 32 and 5 at most.
    pub depth: usize,
    /// The program that speaks ssh. `ssh`.
    pub ssh: PathBuf,
}

impl Default for GitLimits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(300),
            transfer: 256 << 20,
            objects: 1_000_000,
            size: 64 << 20,
            files: 10_000,
            depth: 32,
            ssh: PathBuf::from("ssh"),
        }
    }
}

/// What a commit holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The commit: 40 hexadecimal digits.
    pub commit: String,
    /// Path (with `/`, relative) to content and whether it is executable.
    pub files: BTreeMap<String, (Vec<u8>, bool)>,
}

impl fmt::Debug for GitRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitRequest")
            .field("repository", &self.repository.split(['?', '#']).next())
            .field("reference", &self.reference)
            .field("commit", &self.commit)
            .field("path", &self.path)
            .field("submodules", &self.submodules)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .finish()
    }
}
