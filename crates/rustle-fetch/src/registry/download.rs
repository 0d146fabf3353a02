//! Packages.

use semver::Version;
use url::Url;

use super::{Registry, is_crate_name};
use crate::http::{Client, same_origin, shown};
use crate::{FetchError, Progress, sha256_hex};

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
