//! The client, and its plain request for bytes.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ureq::{Proxy, ProxyProtocol};
use url::Url;

use super::exchange::{Call, Deadline, Method};
use super::incoming::Incoming;
use super::redirect::{self, shown};
use super::retry::Failure;
use super::trust::Authorities;
use super::{Request, Response, Times};
use crate::progress::Underway;
use crate::{FetchError, Progress};

/// Asks servers for bytes. Cheap to clone; one serves all threads.
///
/// ```no_run
/// use rustle_fetch::NoProgress;
/// use rustle_fetch::http::{Client, Request, Times};
///
/// let client = Client::new(Times::default());
/// let answer = client.get(&Request::new("https://example.org/module.rs"), &NoProgress)?;
/// println!("{} bytes", answer.body.len());
/// # Ok::<(), rustle_fetch::FetchError>(())
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    times: Times,
    authorities: Vec<Authorities>,
    /// Which of them an origin's certificate came from last time.
    remembered: Mutex<BTreeMap<String, usize>>,
    proxy: Option<Proxy>,
    name: String,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy's address may hold a password.
        f.debug_struct("Client")
            .field("times", &self.inner.times)
            .field("authorities", &self.inner.authorities.len())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client that believes the authorities that browsers believe, and takes its proxy from the environment.
    pub fn new(times: Times) -> Self {
        Self::with(times, vec![Authorities::public()])
    }

    /// A client that also believes the authorities in a PEM file: a company's own.
    ///
    /// # Errors
    ///
    /// [`FetchError::Disk`] if the file cannot be read or holds no certificates.
    pub fn with_authorities(times: Times, pem: &Path) -> Result<Self, FetchError> {
        let wrong = |reason: String| FetchError::Disk { path: pem.to_owned(), reason };
        let text = std::fs::read(pem).map_err(|error| wrong(error.to_string()))?;
        let own = Authorities::from_pem(&text).map_err(wrong)?;
        Ok(Self::with(times, vec![own, Authorities::public()]))
    }

    fn with(times: Times, authorities: Vec<Authorities>) -> Self {
        let name = concat!("rustle/", env!("CARGO_PKG_VERSION")).to_owned();
        let remembered = Mutex::default();
        let proxy = Proxy::try_from_env();
        Self { inner: Arc::new(Inner { times, authorities, remembered, proxy, name }) }
    }

    /// The times that it keeps to.
    pub fn times(&self) -> &Times {
        &self.inner.times
    }

    /// The same client with other times.
    #[must_use]
    pub fn with_times(&self, times: Times) -> Self {
        let Inner { authorities, proxy, name, .. } = &*self.inner;
        let (authorities, proxy, name) = (authorities.clone(), proxy.clone(), name.clone());
        Self { inner: Arc::new(Inner { times, authorities, remembered: Mutex::default(), proxy, name }) }
    }

    /// Gets all of a body.
    ///
    /// A connection that breaks before the answer and an answer of 5xx or 429 are tried again, as
    /// [`Times::retries`] says; what is refused is not.
    ///
    /// # Errors
    ///
    /// Every [`FetchError`] that is not about git or registries. A status other than 200 (and 304, where
    /// [`Request::etag`] is given) is [`FetchError::Status`].
    pub fn get(&self, request: &Request, progress: &dyn Progress) -> Result<Response, FetchError> {
        let url = redirect::parse(&request.url)?;
        let call = Call {
            method: Method::Get,
            url: &url,
            headers: &request.headers,
            etag: request.etag.as_deref(),
            max: request.max,
            self_delimiting: false,
            from: None,
            deadline: Deadline::after(self.times().total),
        };
        self.get_all(&call, progress).map(|(response, _)| response)
    }

    /// [`Client::get`] for calls of our own; also says from where the host that answered can be reached.
    pub(crate) fn get_all(
        &self,
        call: &Call<'_>,
        progress: &dyn Progress,
    ) -> Result<(Response, super::Reach), FetchError> {
        self.patiently(call.deadline, || {
            let mut answer = self.exchange(call)?;
            let body = if answer.status == 304 && call.etag.is_some() {
                Vec::new()
            } else {
                answer.expect_ok()?;
                let _underway = Underway::begin(progress, &shown(&answer.url), answer.length);
                answer.all(|bytes| progress.advance(bytes))?
            };
            let Incoming { status, etag, url, reach, .. } = answer;
            Ok((Response { status, body, etag, url: url.into() }, reach))
        })
    }

    /// Tries again what may pass.
    pub(crate) fn patiently<T>(
        &self,
        deadline: Deadline,
        mut attempt: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, FetchError> {
        let mut pause = self.times().pause;
        let mut left = self.times().retries;
        loop {
            let failure = match attempt() {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            let wait = failure.after.map_or(pause, |after| after.max(pause));
            if !failure.passing || left == 0 || wait >= deadline.left() {
                return Err(failure.error);
            }
            std::thread::sleep(wait);
            left -= 1;
            pause = pause.saturating_mul(2);
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.inner.name
    }

    /// The proxy for a URL, if there is one for it.
    pub(super) fn proxy_for(&self, url: &Url) -> Result<Option<Proxy>, FetchError> {
        let Some(proxy) = &self.inner.proxy else { return Ok(None) };
        let excepted = url.as_str().parse().is_ok_and(|uri| proxy.is_no_proxy(&uri));
        match proxy.protocol() {
            _ if excepted => Ok(None),
            ProxyProtocol::Http | ProxyProtocol::Https => Ok(Some(proxy.clone())),
            _ => Err(FetchError::Refused {
                url: shown(url),
                reason: "the environment names a SOCKS proxy; only HTTP proxies are spoken to".to_owned(),
            }),
        }
    }

    pub(super) fn authorities(&self, index: usize) -> Result<&Authorities, FetchError> {
        self.inner
            .authorities
            .get(index)
            .ok_or_else(|| FetchError::Network { url: String::new(), reason: "no authorities".to_owned() })
    }

    /// Which authorities to try for a URL, in order. Without encryption any one does.
    pub(super) fn authorities_for(&self, url: &Url) -> Vec<usize> {
        let count = if url.scheme() == "https" { self.inner.authorities.len() } else { 1 };
        let mut order: Vec<usize> = (0..count).collect();
        let remembered = self.inner.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = remembered.get(&url.origin().ascii_serialization()) {
            order.sort_by_key(|candidate| candidate != index);
        }
        order
    }

    pub(super) fn remember_authorities(&self, url: &Url, index: usize) {
        if url.scheme() == "https" && self.inner.authorities.len() > 1 {
            let mut remembered = self.inner.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            remembered.insert(url.origin().ascii_serialization(), index);
        }
    }
}
