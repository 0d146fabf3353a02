//! How libgit2 reaches the transports that are ours.
//!
//! libgit2 chooses a transport by the scheme of the URL, from one table for the whole process. Each fetch therefore gets
//! a number, an URL `rustle://<number>/`, and finds what belongs to it in a table here. The schemes that others in this
//! process may use stay as they are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use git2::transport::{self, Transport};
use git2::{ConfigLevel, Remote};

use super::{over_http, over_ssh};
use crate::FetchError;

/// What a fetch brings along.
#[derive(Clone)]
pub(super) enum Wire {
    Http(Arc<over_http::OverHttp>),
    Ssh(Arc<over_ssh::OverSsh>),
}

/// Our scheme.
const SCHEME: &str = "rustle";

static UNDERWAY: Mutex<BTreeMap<u64, Wire>> = Mutex::new(BTreeMap::new());

/// A place in the table, for as long as a fetch takes.
pub(super) struct Session {
    number: u64,
}

impl Session {
    pub(super) fn begin(wire: Wire) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        UNDERWAY.lock().unwrap_or_else(PoisonError::into_inner).insert(number, wire);
        Self { number }
    }

    /// The URL that leads libgit2 here.
    pub(super) fn url(&self) -> String {
        format!("{SCHEME}://{}/", self.number)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        UNDERWAY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

/// Sets libgit2 up, once in a process.
pub(super) fn prepare() -> Result<(), FetchError> {
    static DONE: OnceLock<Result<(), String>> = OnceLock::new();
    let done = DONE.get_or_init(|| set_up().map_err(|error| error.message().to_owned()));
    done.clone().map_err(|reason| FetchError::Network { url: "libgit2".to_owned(), reason })
}

fn set_up() -> Result<(), git2::Error> {
    for level in [ConfigLevel::ProgramData, ConfigLevel::System, ConfigLevel::XDG, ConfigLevel::Global] {
        // SAFETY: the option is a global of libgit2 that its reading side does not guard. `prepare` runs this once,
        // before anything of ours opens a repository, and holds everybody else of ours off until it is over.
        // Nobody's `insteadOf` may send us elsewhere than the caller said, hence no configuration but a repository's own.
        unsafe { git2::opts::set_search_path(level, "")? };
    }
    // SAFETY: as above. A repository that somebody else owns is only read here, and libgit2 starts nothing that a
    // repository's configuration names.
    unsafe { git2::opts::set_verify_owner_validation(false)? };
    // What comes is checked against its own hashes, also when it is read again from a cache.
    git2::opts::strict_hash_verification(true);
    // SAFETY: registering must not run beside the making of another transport, nor twice for one scheme. `prepare` runs
    // this once, and every fetch of ours passes through `prepare` first.
    unsafe { transport::register(SCHEME, make) }
}

/// What libgit2 calls for an URL of ours.
fn make(remote: &Remote<'_>) -> Result<Transport, git2::Error> {
    let unknown = || git2::Error::from_str("no fetch is under way for this address");
    let url = remote.url()?;
    let number = url
        .strip_prefix("rustle://")
        .and_then(|rest| rest.trim_end_matches('/').parse::<u64>().ok())
        .ok_or_else(unknown)?;
    let wire = UNDERWAY.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
    match wire.ok_or_else(unknown)? {
        Wire::Http(http) => Transport::smart(remote, true, over_http::Subtransport(http)),
        Wire::Ssh(ssh) => Transport::smart(remote, false, over_ssh::Subtransport(ssh)),
    }
}
