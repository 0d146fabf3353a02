//! Brings packages from where they come from: over the user's store, checked, within limits.

mod error;
#[cfg(feature = "git")]
mod git;
mod http;
mod place;
mod registry;
mod side_by_side;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustle_fetch::http::{Client, Times};
use rustle_package::store::{ObtainError, Store, StoreError};
use rustle_package::{Digest, Limits, Tree};
use rustle_playbook::Problem;
use rustle_schema::package::Source;
use rustle_schema::package::lock::{Lock, Locked};

use super::{origin, trusted, verify, wanted};
use crate::config::policy::Policy;
use crate::config::{Config, Declared};
use crate::diagnostics::Problems;
pub use rustle_fetch::registry::IndexEntry;
pub use rustle_fetch::{NoProgress, Progress};

pub(crate) use error::refused;
#[cfg(feature = "git")]
pub(crate) use git::Repository;
use place::placed_tree;
pub use place::{place, remove};
pub use registry::Registries;
pub(crate) use side_by_side::side_by_side;

/// What packages are brought with.
pub struct Bringer<'a> {
    /// The project's folder.
    pub folder: &'a Path,
    /// Its configuration.
    pub config: &'a Config,
    /// The user's store.
    pub store: Store,
    /// What speaks HTTP.
    pub client: Client,
    /// Whether only what is stored counts.
    pub offline: bool,
    /// Who is told how far it has come.
    pub progress: &'a dyn Progress,
    limits: Limits,
}

/// The environment variable with a file of certificates of authorities, beside those that browsers believe.
pub const AUTHORITIES: &str = "RUSTLE_CAINFO";

impl<'a> Bringer<'a> {
    /// Opens the user's store, and makes a client with the configuration's limits.
    ///
    /// # Errors
    /// If there is no place for the store, or the authorities that `RUSTLE_CAINFO` names cannot be read.
    pub fn new(
        folder: &'a Path,
        config: &'a Config,
        offline: bool,
        progress: &'a dyn Progress,
    ) -> Result<Bringer<'a>, Box<Problem>> {
        let limits = super::place::limits(&config.limits);
        let root = Store::default_root().map_err(|error| refused("store", &error))?;
        let store = Store::open(root);
        let seconds = Duration::from_secs;
        let times = Times {
            connect: seconds(config.limits.connect_secs),
            header: seconds(config.limits.header_secs),
            idle: seconds(config.limits.idle_secs),
            total: seconds(config.limits.http_secs),
            ..Times::default()
        };
        let client = match std::env::var_os(AUTHORITIES).map(PathBuf::from) {
            Some(pem) => Client::with_authorities(times, &pem).map_err(|error| refused("fetch", &error))?,
            None => Client::new(times),
        };
        Ok(Bringer { folder, config, store, client, offline, progress, limits })
    }

    /// The files of a package that is locked, as they were locked.
    ///
    /// # Errors
    /// If they cannot be had, or are others now.
    pub fn locked(
        &self,
        locked: &Locked,
        declared: Option<&Declared>,
        registries: &Registries<'_>,
    ) -> Result<Tree, Box<Problem>> {
        let tree = match &locked.source {
            #[cfg(feature = "git")]
            Source::Git { repository, reference, path, submodules } => {
                let repository = Repository {
                    address: repository,
                    reference,
                    path: path.as_deref(),
                    submodules: *submodules,
                    commit: locked.commit.as_deref(),
                };
                self.git(repository, declared)?.1
            }
            #[cfg(not(feature = "git"))]
            Source::Git { .. } => {
                let message = format!("`{}` is fetched with git, which this build cannot", locked.id);
                let help = "`cargo rustle fetch` brings it, or the feature `git` of `rustle-build`";
                return Err(Box::new(Problem::error("fetch", message).with_help(help)));
            }
            Source::Http { url } => {
                self.http(&locked.id, url, locked.archive.as_deref().unwrap_or_default(), declared)?
            }
            Source::Registry { .. } => registries.package(
                self,
                &locked.id,
                &locked.version,
                locked.archive.as_deref().unwrap_or_default(),
            )?,
            Source::File { .. } | Source::Inline { .. } => {
                let message = format!("`{}` is part of the project, and is not fetched", locked.id);
                return Err(Box::new(Problem::error("fetch", message)));
            }
        };
        let found = tree.digest();
        if found.hex() == locked.sha256 {
            return Ok(tree);
        }
        let message = format!("`{}` is not what was locked", locked.id);
        Err(Box::new(
            Problem::error("lock-mismatch", message)
                .with_note(format!("locked `sha256:{}`, found `{found}`", locked.sha256))
                .with_help(
                    "whoever published it has changed it: `cargo rustle update` takes another version",
                ),
        ))
    }

    /// The sha256 of what stands at an address now, in hexadecimal. It is stored, so that it is had once.
    ///
    /// # Errors
    /// If it cannot be had.
    pub fn sum_of(&self, url: &str) -> Result<String, Box<Problem>> {
        if self.offline {
            return Err(self.absent(url));
        }
        let bytes = self.download(url, None)?;
        let digest = self.store.put(&bytes).map_err(|error| refused("store", &error))?;
        Ok(digest.hex())
    }

    /// What the store has to tell: entries that were damaged.
    pub fn events(&self) -> Vec<Problem> {
        let events = self.store.take_events().into_iter();
        events.map(|event| Problem::warning("store", event.to_string())).collect()
    }

    /// Shrinks the store to its size, if it has outgrown it; what `lock` names stays. A courtesy: what goes wrong with it is
    /// for `cargo rustle cache gc` to tell.
    pub fn shrink_store(&self, lock: &Lock) {
        let cap = self.config.limits.cache_mb.saturating_mul(1_000_000);
        if self.store.stats().is_ok_and(|stats| stats.bytes > cap) {
            let named =
                lock.modules.iter().filter_map(|locked| Digest::from_hex(locked.archive.as_deref()?).ok());
            let named: BTreeSet<Digest> = named.collect();
            let _ = self.store.gc(cap, |digest| named.contains(digest));
        }
    }

    /// The content with this digest: stored, or had by `fetch`, once for all who ask.
    fn obtain(
        &self,
        digest: &Digest,
        what: &str,
        fetch: impl FnOnce() -> Result<Vec<u8>, Box<Problem>>,
    ) -> Result<Vec<u8>, Box<Problem>> {
        if self.offline {
            let stored = self.store.get(digest).map_err(|error| refused("store", &error))?;
            return stored.ok_or_else(|| self.absent(what));
        }
        self.store.obtain(digest, fetch).map_err(|error| match error {
            ObtainError::Fetch(problem) => problem,
            ObtainError::Store(StoreError::Mismatch { expected, found }) => Box::new(
                Problem::error("checksum", format!("{what} has another content than the one that is wanted"))
                    .with_note(format!("wanted `{expected}`, found `{found}`")),
            ),
            ObtainError::Store(error) => refused("store", &error),
        })
    }

    fn absent(&self, what: &str) -> Box<Problem> {
        Box::new(
            Problem::error("offline", format!("{what} is not in the store, and nothing may be fetched"))
                .with_help("run it again without `--offline`, where there is a network"),
        )
    }
}

/// Brings all packages of a lock that come from elsewhere, several at once, and puts those that Cargo does not bring itself
/// where the build finds them. How many there are. What `policy` refuses is not put there.
///
/// # Errors
/// What could not be brought, or may not be used; the rest is there.
pub fn all(bringer: &Bringer<'_>, lock: &Lock, policy: &Policy) -> Result<usize, Problems> {
    each(bringer, lock, |locked| locked.source.is_remote(), Some(policy))
}

/// The same for what Cargo does not bring: for a build, which Cargo has started.
///
/// # Errors
/// What could not be brought.
pub fn placed(bringer: &Bringer<'_>, lock: &Lock) -> Result<usize, Problems> {
    // The build itself asks whether they may be used.
    each(bringer, lock, |locked| locked.source.is_placed(), None)
}

fn each(
    bringer: &Bringer<'_>,
    lock: &Lock,
    which: impl Fn(&Locked) -> bool,
    policy: Option<&Policy>,
) -> Result<usize, Problems> {
    let mut problems = Vec::new();
    if let Some(policy) = policy {
        // What may not come from there is not even asked for.
        let foreign = |locked: &Locked| origin::refusal(policy, &locked.id, &locked.source);
        problems.extend(lock.modules.iter().filter_map(foreign));
    }
    if !problems.is_empty() {
        return Err(Problems::new(problems));
    }
    let wanted = wanted::packages(bringer.folder, bringer.config, &mut problems);
    let registries = Registries::new(bringer.config, true).map_err(|problem| Problems::one(*problem))?;
    let open: Vec<&Locked> = lock.modules.iter().filter(|locked| which(locked)).collect();
    let brought = side_by_side(&open, |locked| {
        let usable =
            |tree: &Tree| policy.map_or(Ok(()), |policy| refused_by(bringer.config, policy, locked, tree));
        if locked.source.is_placed()
            && placed_tree(bringer.folder, locked, &bringer.limits).is_some_and(|tree| usable(&tree).is_ok())
        {
            return Ok(());
        }
        let tree = bringer.locked(locked, wanted.get(&locked.id), &registries);
        let tree = tree.map_err(|problem| vec![*problem])?;
        usable(&tree)?;
        if !locked.source.is_placed() {
            return Ok(());
        }
        let placed = place(bringer.folder, &locked.id, &tree, &bringer.limits);
        placed.map(drop).map_err(|problem| vec![*problem])
    });
    problems.extend(brought.into_iter().filter_map(Result::err).flatten());
    let problems = Problems::new(problems);
    if problems.errors() == 0 { Ok(open.len()) } else { Err(problems) }
}

/// Whether the files of a package may be used.
fn refused_by(config: &Config, policy: &Policy, locked: &Locked, tree: &Tree) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    if let Some(manifest) = verify::manifest_of(locked, tree, &mut problems) {
        trusted::judge(locked, &manifest, tree, config, policy, &mut problems);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
