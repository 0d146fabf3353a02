//! Packages in registries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustle_fetch::FetchError;
use rustle_fetch::registry::{IndexEntry, Registry};
use rustle_package::archive::{self, Format};
use rustle_package::{Digest, Tree};
use rustle_playbook::Problem;
use rustle_schema::package::lock::Lock;
use rustle_schema::package::{ModuleId, Source};
use semver::Version;

use super::{Bringer, refused};
use crate::config::Config;
use crate::packages::wanted;

/// A registry, and a crate that it was asked about.
type Asked = (String, String);

/// The project's registries, and what they said.
pub struct Registries<'c> {
    config: &'c Config,
    by_name: BTreeMap<&'c str, Registry>,
    /// Whether what is stored of an index is good enough while it is young.
    stored: bool,
    /// The versions that are locked, by crate: a registry that does not know one any more, or never, is not believed.
    locked: BTreeMap<String, Version>,
    /// Whether it is all right that versions are gone.
    accept: bool,
    said: Mutex<BTreeMap<Asked, Arc<[IndexEntry]>>>,
    warnings: Mutex<Vec<Problem>>,
}

impl<'c> Registries<'c> {
    /// The registries of the configuration. With `stored`, what an index said lately is taken for what it says.
    ///
    /// # Errors
    /// If an address is none, or a token is not set.
    pub fn new(config: &'c Config, stored: bool) -> Result<Registries<'c>, Box<Problem>> {
        let mut by_name = BTreeMap::new();
        for (name, written) in &config.registries {
            let token = match &written.token_env {
                Some(variable) => std::env::var(variable).ok(),
                None => None,
            };
            let registry = Registry::new(name, &format!("sparse+{}", written.index), token)
                .map_err(|error| refused("config", &error))?
                .with_max_package(config.limits.archive_mb * 1_000_000);
            by_name.insert(name.as_str(), registry);
        }
        Ok(Registries {
            config,
            by_name,
            stored,
            locked: BTreeMap::new(),
            accept: false,
            said: Mutex::default(),
            warnings: Mutex::default(),
        })
    }

    /// The same, with what is locked: an answer without it is too old. `accept` says that versions may be gone for good.
    #[must_use]
    pub fn with_lock(mut self, lock: &Lock, accept: bool) -> Registries<'c> {
        let ours = lock.modules.iter().filter(|locked| matches!(locked.source, Source::Registry { .. }));
        self.locked = ours.map(|locked| (locked.crate_name(), locked.version.clone())).collect();
        self.accept = accept;
        self
    }

    /// The registry that `id` comes from, by its name.
    ///
    /// # Errors
    /// If none is bound to it.
    pub fn of(&self, id: &ModuleId) -> Result<&Registry, Box<Problem>> {
        let named = match self.config.modules.get(id).map(|declared| &declared.source) {
            Some(crate::config::modules::Wanted::Registry { registry, .. }) => registry.as_deref(),
            _ => None,
        };
        self.named(id, named)
    }

    /// The registry that `id` would come from if it were wanted from the one called `named`.
    ///
    /// # Errors
    /// If none is bound to it, or another one.
    pub fn named(&self, id: &ModuleId, named: Option<&str>) -> Result<&Registry, Box<Problem>> {
        let (name, _) = wanted::bound(id, named, self.config)?;
        self.by_name.get(name).ok_or_else(|| {
            Box::new(Problem::error("module-registry", format!("there is no registry `{name}`")))
        })
    }

    /// What the registry says of the crate `name`; nothing if it does not have it.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub fn entries(
        &self,
        bringer: &Bringer<'_>,
        registry: &Registry,
        name: &str,
    ) -> Result<Arc<[IndexEntry]>, Box<Problem>> {
        let key = (registry.name().to_owned(), name.to_owned());
        if let Some(entries) = self.said.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(entries.clone());
        }
        let entries: Arc<[IndexEntry]> = self.ask(bringer, registry, name)?.into();
        self.said.lock().unwrap_or_else(PoisonError::into_inner).insert(key, entries.clone());
        Ok(entries)
    }

    fn ask(
        &self,
        bringer: &Bringer<'_>,
        registry: &Registry,
        name: &str,
    ) -> Result<Vec<IndexEntry>, Box<Problem>> {
        let store = &bringer.store;
        let key = format!("{} {name}", registry.index());
        let young = Duration::from_secs(self.config.limits.index_ttl_hours * 60 * 60);
        let old = store.index_get(&key, young).map_err(|error| refused("store", &error))?;
        let mut known: BTreeSet<Version> = self.locked.get(name).cloned().into_iter().collect();
        if let Some(old) = &old {
            let (entries, _) = registry.read(name, &old.body);
            // Somebody else may have locked what this machine has not heard of.
            let suffices = self.stored && old.fresh && missing(&known, &entries).is_none();
            if bringer.offline || suffices {
                return Ok(entries);
            }
            known.extend(entries.into_iter().map(|entry| entry.vers));
        }
        if bringer.offline {
            return Err(bringer.absent(&format!("what `{}` says of `{name}`", registry.name())));
        }
        let cached = old.as_ref().and_then(|old| Some((old.etag.as_deref()?, old.body.as_slice())));
        match registry.entries(&bringer.client, name, cached) {
            Ok(answer) => {
                self.only_grows(registry, name, &known, &answer.entries)?;
                store
                    .index_put(&key, answer.etag.as_deref(), &answer.body)
                    .map_err(|error| refused("store", &error))?;
                let told = answer.warnings.into_iter().map(|warning| {
                    let message = format!("the registry `{}` says of `{name}`: {warning}", registry.name());
                    Problem::warning("registry-index", message)
                });
                self.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
                Ok(answer.entries)
            }
            Err(FetchError::UnknownCrate { .. }) => {
                self.only_grows(registry, name, &known, &[])?;
                Ok(Vec::new())
            }
            Err(error) => Err(refused("fetch", &error)),
        }
    }

    /// That the answer still has every version that was there: an index never loses one. An old index in place of the
    /// present one, or one that hides a mended version, would lead back to what was mended.
    fn only_grows(
        &self,
        registry: &Registry,
        name: &str,
        known: &BTreeSet<Version>,
        entries: &[IndexEntry],
    ) -> Result<(), Box<Problem>> {
        let Some(gone) = missing(known, entries).filter(|_| !self.accept) else { return Ok(()) };
        let message = format!(
            "the registry `{}` does not have `{name}` {gone} any more, which it had: an index only grows",
            registry.name()
        );
        Err(Box::new(Problem::error("registry-rollback", message).with_help(
            "ask whoever runs it; if the version was removed on purpose, `cargo rustle update --accept` goes on without it",
        )))
    }

    /// What was odd about the answers so far.
    pub fn warnings(&self) -> Vec<Problem> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The files of a version, whose archive has the digest `cksum`.
    ///
    /// # Errors
    /// If it cannot be had, or is no archive that is taken.
    pub fn package(
        &self,
        bringer: &Bringer<'_>,
        id: &ModuleId,
        version: &Version,
        cksum: &str,
    ) -> Result<Tree, Box<Problem>> {
        let digest = Digest::from_hex(cksum).map_err(|error| refused("lock", &error))?;
        let registry = self.of(id)?;
        let bytes = bringer.obtain(&digest, &format!("`{id}` {version}"), || {
            let client = &bringer.client;
            let name = id.crate_name();
            registry
                .download(client, &name, version, cksum, bringer.progress)
                .map_err(|error| refused("fetch", &error))
        })?;
        archive::unpack(&bytes, Format::TarGz, &bringer.limits)
            .map_err(|error| Box::new(Problem::error("archive", format!("`{id}` {version}: {error}"))))
    }
}

/// A version that is known and that the entries do not have.
fn missing<'v>(known: &'v BTreeSet<Version>, entries: &[IndexEntry]) -> Option<&'v Version> {
    known.iter().find(|version| !entries.iter().any(|entry| entry.vers == **version))
}
