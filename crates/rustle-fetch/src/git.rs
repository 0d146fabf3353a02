//! Repositories, read without a work tree.
//!
//! libgit2 receives objects into a bare repository in a cache, and the files of a commit are read from there one by one.
//! So no hook, no filter and no attribute is ever looked at, and no name is written to a disk here. Only https, ssh and
//! file addresses are spoken to (http on loopback, for tests and mirrors).

mod address;
mod bounds;
mod cache;
mod commit;
mod errand;
mod names;
mod over_http;
mod over_ssh;
mod session;
mod submodules;
mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::http::Client;
use crate::progress::Underway;
use crate::{FetchError, Progress};

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
    /// Whether nobody is asked: the locked commit is taken from the cache, or it is not had.
    pub offline: bool,
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
    /// How deep folders may lie. 32.
    pub depth: usize,
    /// How deep submodules may lie in submodules. 5.
    pub submodule_depth: usize,
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
            submodule_depth: 5,
            ssh: PathBuf::from("ssh"),
        }
    }
}

/// What a commit holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The commit: 40 hexadecimal digits.
    pub commit: String,
    /// Path (with `/`, relative) to content and whether it is executable.
    pub files: BTreeMap<String, (Vec<u8>, bool)>,
}

/// Brings the files of a commit.
///
/// `cache` is a folder for bare repositories, one for each address; several processes may share it. What is damaged there
/// is thrown away and fetched anew.
///
/// # Errors
///
/// [`FetchError::Moved`] if a commit is locked and the reference does not lead to it any more: a tag that leads elsewhere,
/// a branch whose history no longer holds it. [`FetchError::NoCommit`] if there is no such reference.
/// [`FetchError::Tree`] if the commit holds a symlink, a submodule that was not asked for, or a name that is none.
///
/// ```no_run
/// use rustle_fetch::NoProgress;
/// use rustle_fetch::git::{self, GitLimits, GitRequest, Reference};
/// use rustle_fetch::http::{Client, Times};
///
/// let request = GitRequest {
///     repository: "https://example.org/acme/modules.git".into(),
///     reference: Reference::Tag("v1.2.0".into()),
///     ..GitRequest::default()
/// };
/// let client = Client::new(Times::default());
/// let checkout = git::fetch(&client, &request, "cache".as_ref(), &GitLimits::default(), &NoProgress)?;
/// println!("{} has {} files", checkout.commit, checkout.files.len());
/// # Ok::<(), rustle_fetch::FetchError>(())
/// ```
pub fn fetch(
    client: &Client,
    request: &GitRequest,
    cache: &Path,
    limits: &GitLimits,
    progress: &dyn Progress,
) -> Result<Checkout, FetchError> {
    session::prepare()?;
    let address = address::Address::parse(&request.repository)?;
    let _underway = Underway::begin(progress, &address.shown(), None);
    errand::checkout(client, request, address, cache, limits, progress)
}

impl fmt::Debug for Checkout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkout").field("commit", &self.commit).field("files", &self.files.keys()).finish()
    }
}

impl fmt::Debug for GitRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repository = address::Address::parse(&self.repository).map(|address| address.shown());
        f.debug_struct("GitRequest")
            .field("repository", &repository.as_deref().unwrap_or("(no address)"))
            .field("reference", &self.reference)
            .field("commit", &self.commit)
            .field("path", &self.path)
            .field("submodules", &self.submodules)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .field("offline", &self.offline)
            .finish()
    }
}
