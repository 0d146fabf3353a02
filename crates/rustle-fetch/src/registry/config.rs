//! `config.json`: what a registry says of itself.

use std::sync::PoisonError;

use serde::Deserialize;
use url::Url;

use super::{Opened, Registry, prefix};
use crate::http::{Call, Client, Deadline, Method, Reach, Response, same_origin, shown};
use crate::{FetchError, NoProgress, Progress};

/// The largest `config.json`.
const MAX_CONFIG: u64 = 1 << 20;

/// `config.json`, as Cargo defines it. Keys that are unknown here are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Config {
    /// Where packages are: a URL with the markers `{crate}`, `{version}`, `{prefix}`, `{lowerprefix}` and
    /// `{sha256-checksum}`, or without any, and then `/{crate}/{version}/download` follows.
    pub dl: String,
    /// The base URL of the web API, where there is one.
    #[serde(default)]
    pub api: Option<String>,
    /// Whether even reading takes a token.
    #[serde(default, rename = "auth-required")]
    pub auth_required: bool,
}

impl Config {
    /// Where one package is.
    pub(super) fn download_url(&self, name: &str, version: &str, cksum: &str) -> String {
        let markers = [
            ("{crate}", name.to_owned()),
            ("{version}", version.to_owned()),
            ("{prefix}", prefix(name)),
            ("{lowerprefix}", prefix(&name.to_ascii_lowercase())),
            ("{sha256-checksum}", cksum.to_owned()),
        ];
        if !markers.iter().any(|(marker, _)| self.dl.contains(marker)) {
            return format!("{}/{name}/{version}/download", self.dl);
        }
        markers.iter().fold(self.dl.clone(), |url, (marker, value)| url.replace(marker, value))
    }
}

impl Registry {
    /// What the registry says of itself. It is asked once.
    ///
    /// # Errors
    ///
    /// What the way brings, and [`FetchError::Registry`] if the answer is no such file.
    pub fn config(&self, client: &Client) -> Result<Config, FetchError> {
        self.open(client).map(|opened| opened.config)
    }

    pub(super) fn open(&self, client: &Client) -> Result<Opened, FetchError> {
        // Held while asking: of many threads that begin at once, one asks.
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = &*opened {
            return Ok(opened.clone());
        }
        let url = self.index.join("config.json").map_err(|error| self.wrong(error.to_string()))?;
        let ask = |token| self.ask(client, &url, token, None, MAX_CONFIG, None, &NoProgress);
        let (answer, reach) = match ask(false) {
            Err(error) if self.token.is_some() && matches!(error.status(), Some(401 | 403)) => ask(true)?,
            answer => answer?,
        };
        let config: Config = serde_json::from_slice(&answer.body)
            .map_err(|error| self.wrong(format!("{} makes no sense: {error}", shown(&url))))?;
        Ok(opened.insert(Opened { config, reach }).clone())
    }

    /// Whether a request to `url` takes the token, given what the registry says.
    pub(super) fn takes_token(&self, config: &Config, url: &Url) -> Result<bool, FetchError> {
        if !config.auth_required || !same_origin(&self.index, url) {
            return Ok(false);
        }
        if self.token.is_none() {
            return Err(self.wrong("it asks for a token, and none is given"));
        }
        Ok(true)
    }

    #[expect(clippy::too_many_arguments, reason = "each is one line of the request")]
    pub(super) fn ask(
        &self,
        client: &Client,
        url: &Url,
        token: bool,
        etag: Option<&str>,
        max: u64,
        from: Option<Reach>,
        progress: &dyn Progress,
    ) -> Result<(Response, Reach), FetchError> {
        let headers: Vec<_> = if token { self.authorization().into_iter().collect() } else { Vec::new() };
        let call = Call {
            method: Method::Get,
            url,
            headers: &headers,
            etag,
            max,
            self_delimiting: false,
            from,
            deadline: Deadline::after(client.times().total),
        };
        client.get_all(&call, progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(dl: &str) -> Config {
        serde_json::from_value(serde_json::json!({ "dl": dl, "unknown": 1 })).expect("valid")
    }

    #[test]
    fn markers() {
        let url = |dl: &str| config(dl).download_url("MyCrate", "1.2.3+x", "abc");
        assert_eq!(url("https://h/dl"), "https://h/dl/MyCrate/1.2.3+x/download");
        assert_eq!(url("https://h/{crate}-{version}.crate"), "https://h/MyCrate-1.2.3+x.crate");
        assert_eq!(url("https://h/{prefix}/{lowerprefix}/x"), "https://h/My/Cr/my/cr/x");
        assert_eq!(url("https://h/{sha256-checksum}"), "https://h/abc");
    }
}
