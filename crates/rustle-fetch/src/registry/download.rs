//! Packages, one or many at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use semver::Version;
use url::Url;

use super::{Registry, is_crate_name};
use crate::http::{Client, same_origin, shown};
use crate::progress::{BytesOnly, Underway};
use crate::{FetchError, Progress, sha256_hex};

/// How many downloads run side by side.
const SIDE_BY_SIDE: usize = 8;

/// A package that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Download<'a> {
    /// Where from.
    pub registry: &'a Registry,
    /// Which crate.
    pub name: &'a str,
    /// Which version.
    pub version: &'a Version,
    /// Its SHA-256: from the lock file, or else from the index.
    pub cksum: &'a str,
}

impl Registry {
    /// Gets a package, and checks its SHA-256 against `cksum`.
    ///
    /// The token goes along only if the registry asks for one and the package is at the same origin as the index.
    ///
    /// # Errors
    ///
    /// [`FetchError::Checksum`] if other bytes came than the index or the lock file says; what the way brings.
    pub fn download(
        &self,
        client: &Client,
        name: &str,
        version: &Version,
        cksum: &str,
        progress: &dyn Progress,
    ) -> Result<Vec<u8>, FetchError> {
        if !is_crate_name(name) {
            return Err(self.wrong(format!("{name:?} is no name that a crate can have")));
        }
        let opened = self.open(client)?;
        let url = opened.config.download_url(name, &version.to_string(), cksum);
        let url = Url::parse(&url).map_err(|error| self.wrong(format!("its `dl` is no URL: {error}")))?;
        if !matches!((self.index.scheme(), url.scheme()), (_, "https") | ("http", "http")) {
            return Err(self.wrong(format!(
                "its `dl` leads to {}: only https, and http from an index that is http itself",
                shown(&url)
            )));
        }
        let token = self.takes_token(&opened.config, &url)?;
        // The registry points somewhere else: as far as a redirect might.
        let from = (!same_origin(&self.index, &url)).then_some(opened.reach);
        let (answer, _) = self.ask(client, &url, token, None, self.max_package, from, progress)?;
        let actual = sha256_hex(&answer.body);
        if !actual.eq_ignore_ascii_case(cksum) {
            return Err(FetchError::Checksum {
                what: format!("{name} {version} from registry `{}`", self.name),
                expected: cksum.to_owned(),
                actual,
            });
        }
        Ok(answer.body)
    }
}

/// Gets many packages, eight at a time.
///
/// What comes back is in the order of what was asked for, and for each on its own: one failure does not stop the others.
pub fn fetch_all(
    client: &Client,
    wanted: &[Download<'_>],
    progress: &dyn Progress,
) -> Vec<Result<Vec<u8>, FetchError>> {
    let _underway = Underway::begin(progress, &format!("{} packages", wanted.len()), None);
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(wanted.len()));
    let work = || {
        while let Some((index, one)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            wanted.get(index).map(|one| (index, one))
        } {
            let result =
                one.registry.download(client, one.name, one.version, one.cksum, &BytesOnly(progress));
            results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    std::thread::scope(|scope| {
        // This thread is one of them, so that there is at least one.
        for _ in 1..SIDE_BY_SIDE.min(wanted.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
