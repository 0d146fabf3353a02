//! The way to the controller: one address, one request at a time.

pub(crate) mod failure;
pub(crate) mod signature;
mod tls;

use std::fmt;
use std::io::{Read, Write};
use std::net::IpAddr;
use std::time::Duration;

use rustle_runtime::schema::settings::ControllerSettings;
use ureq::config::Config;
use ureq::http::{HeaderValue, Uri, header};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, NextTimeout, TcpConnector};
use ureq::{Agent, Proxy};
use zeroize::Zeroizing;

pub(crate) use failure::{Failure, FailureKind};
use signature::Signer;

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// How much of an answer is read. What it says beside its status means nothing yet.
const ANSWER: u64 = 64 << 10;

/// A body that is at least this long is compressed.
const LARGE: usize = 1024;

/// The way to the controller.
pub(crate) struct Link {
    agent: Agent,
    url: String,
    authorization: Option<HeaderValue>,
    signer: Option<Signer>,
    gzip: bool,
    timeout: Duration,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The token is nobody's business.
        f.debug_struct("Link").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Link {
    /// The way that `settings` describe.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn new(
        settings: &ControllerSettings,
        token: Option<Zeroizing<String>>,
        signer: Option<Signer>,
    ) -> Result<Link, String> {
        let uri: Uri = settings.url.parse().map_err(|error| format!("`url` is no address: {error}"))?;
        let plain = match uri.scheme_str() {
            Some("https") => false,
            Some("http") => true,
            _ => return Err("`url` has to begin with https://".into()),
        };
        let authorization = match token {
            None => None,
            Some(token) => {
                let text = Zeroizing::new(format!("Bearer {}", token.trim()));
                let value = HeaderValue::from_str(&text);
                let mut value = value.map_err(|_| "the token has characters that no header can have")?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        let loopback = uri.host().is_some_and(is_loopback);
        if plain && !loopback {
            return Err("`url` has to begin with https://; http is for this machine alone".into());
        }
        let timeout = Duration::from_secs(settings.timeout.max(1));
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .timeout_resolve(Some(CONNECT.min(timeout)))
            .timeout_connect(Some(CONNECT.min(timeout)))
            .http_status_as_error(false)
            // A redirect would take the token, and what is reported, to somebody else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(1)
            .max_idle_age(Duration::from_secs(60))
            .user_agent(concat!("rustle/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .proxy(if loopback { None } else { Proxy::try_from_env() })
            .build();
        let tls = tls::config(&settings.authorities, &settings.certificate_sha256)?;
        let chain =
            ().chain(ConnectProxyConnector::default()).chain(TcpConnector::default()).chain(tls::Tls(tls));
        let agent = Agent::with_parts(config, chain, Names { loopback_only: plain });
        let url = settings.url.clone();
        Ok(Link { agent, url, authorization, signer, gzip: settings.gzip, timeout })
    }

    /// The address without what may be secret in it.
    pub(crate) fn shown(url: &str) -> &str {
        url.split(['?', '#']).next().unwrap_or(url)
    }

    /// Posts `json` of `run`. When this returns, the controller has acknowledged it.
    ///
    /// # Errors
    /// Why it has not.
    pub(crate) fn post(&self, run: &str, json: &[u8]) -> Result<(), Failure> {
        let mut packed = Vec::new();
        let body = if self.gzip && json.len() >= LARGE {
            let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
            let written = encoder.write_all(json).and_then(|()| encoder.finish().map(drop));
            written.map_err(|error| Failure::lasting(error.to_string()))?;
            packed.as_slice()
        } else {
            json
        };
        let mut request = self
            .agent
            .post(&self.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("Rustle-Run", run);
        if !packed.is_empty() {
            request = request.header(header::CONTENT_ENCODING, "gzip");
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some(signer) = &self.signer {
            request = request.header("Rustle-Signature", signer.sign(run, body));
        }
        let answer = request.send(body).map_err(|error| Failure::of(error, self.timeout))?;
        let status = answer.status().as_u16();
        let after =
            answer.headers().get(header::RETRY_AFTER).and_then(|it| it.to_str().ok().map(str::to_owned));
        let mut body = answer.into_body().into_reader().take(ANSWER);
        let read = std::io::copy(&mut body, &mut std::io::sink());
        if !(200..300).contains(&status) {
            return Err(Failure::status(status, after.as_deref()));
        }
        // Half an answer is none: the connection may have been cut by something in between.
        read.map(drop).map_err(|error| Failure::of(error.into(), self.timeout))
    }
}

/// Resolves names. Without encryption only addresses of this machine are let through, whatever the name says.
#[derive(Debug)]
struct Names {
    loopback_only: bool,
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        if !self.loopback_only {
            return Ok(found);
        }
        let mut kept = self.empty();
        found.iter().filter(|address| address.ip().is_loopback()).for_each(|address| kept.push(*address));
        if kept.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(kept) }
    }
}

/// Whether a host is this machine by its name alone.
fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}
