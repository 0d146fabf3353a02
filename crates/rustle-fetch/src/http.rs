//! The one HTTP client that everything goes through.
//!
//! What it promises:
//!
//! - every wait has an end ([`Times`]), and every body a size;
//! - redirects are followed by hand: at most five, never to a less safe scheme, never to another kind of scheme, never
//!   from a public host to an address inside (loopback, private, link-local), whatever a name resolves to;
//! - headers that the caller gave are sent to the origin that the caller named and to no other, and never in the clear to
//!   anything but loopback; they are in no message and in no `Debug` output;
//! - the body is exactly what the server announced, byte for byte as it came: nothing is decompressed.
//!
//! Proxies are taken from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`); loopback is never asked
//! for through a proxy. Behind a proxy, names are resolved by the proxy: the rule about inside addresses is then the
//! proxy's to keep, except for addresses that are written as numbers.

mod client;
mod connect;
mod exchange;
mod incoming;
mod reach;
mod redirect;
mod retry;
mod trust;

use std::fmt;
use std::time::Duration;

pub use client::Client;
#[cfg(any(feature = "git", feature = "registry"))]
pub(crate) use exchange::{Call, Deadline, Method};
#[cfg(feature = "git")]
pub(crate) use incoming::Incoming;
pub(crate) use reach::Reach;
#[cfg(feature = "git")]
pub(crate) use reach::is_loopback_host;
#[cfg(any(feature = "git", feature = "registry"))]
pub(crate) use redirect::same_origin;
pub(crate) use redirect::shown;
#[cfg(feature = "git")]
pub(crate) use retry::Failure;

/// How long the parts of a request may take.
///
/// ```
/// use rustle_fetch::http::Times;
/// use std::time::Duration;
///
/// let patient = Times { total: Duration::from_secs(600), ..Times::default() };
/// assert_eq!(patient.connect, Duration::from_secs(10));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// To resolve the name; then, once more, to connect and to agree on encryption. 10 s.
    pub connect: Duration,
    /// From the request to the end of the answer's header, however its bytes drip. 10 s.
    pub header: Duration,
    /// Between two pieces of the body. 10 s.
    pub idle: Duration,
    /// From the first attempt to the last byte, redirects and retries included. 60 s.
    pub total: Duration,
    /// Bytes per second that must come on average over each [`window`](Self::window). 100; 0 switches it off.
    pub min_rate: u64,
    /// How long the rate is measured before it counts. 10 s.
    pub window: Duration,
    /// Further attempts after a broken connection or an answer of 5xx or 429. 2.
    pub retries: u32,
    /// Pause before the first further attempt; it doubles each time. 250 ms.
    pub pause: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            header: Duration::from_secs(10),
            idle: Duration::from_secs(10),
            total: Duration::from_secs(60),
            min_rate: 100,
            window: Duration::from_secs(10),
            retries: 2,
            pause: Duration::from_millis(250),
        }
    }
}

/// What to get.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// An `https://` URL, or an `http://` one.
    pub url: String,
    /// Headers for the origin of `url`, and for it alone: typically `Authorization`.
    pub headers: Vec<(String, String)>,
    /// The most bytes that are taken as a body.
    pub max: u64,
    /// What a former [`Response::etag`] said: the server may then answer that nothing changed.
    pub etag: Option<String>,
}

impl Request {
    /// A request for `url` without headers, that takes 10 MiB at most.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), headers: Vec::new(), max: 10 << 20, etag: None }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let url = url::Url::parse(&self.url).map_or_else(|_| "(no URL)".to_owned(), |url| shown(&url));
        f.debug_struct("Request")
            .field("url", &url)
            .field("headers", &names)
            .field("max", &self.max)
            .field("etag", &self.etag)
            .finish()
    }
}

/// What came.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// 200, or 304 if [`Request::etag`] still holds. Everything else is an error.
    pub status: u16,
    /// The body, as it came.
    pub body: Vec<u8>,
    /// What to send as [`Request::etag`] next time.
    pub etag: Option<String>,
    /// Where it came from in the end, after redirects.
    pub url: String,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("etag", &self.etag)
            .finish_non_exhaustive()
    }
}

impl Response {
    /// Whether the server says that what the caller has is still good. The body is then empty.
    pub fn not_modified(&self) -> bool {
        self.status == 304
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let request = Request {
            headers: vec![("Authorization".into(), "hunter2".into())],
            ..Request::new("https://me:hunter2@example.org/x?sig=hunter2")
        };
        let text = format!("{request:?}");
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("Authorization") && text.contains("example.org/x"), "{text}");
    }

    #[test]
    fn defaults_are_those_of_the_requirements() {
        let times = Times::default();
        assert_eq!(times.total, Duration::from_secs(60));
        assert_eq!(
            (times.connect, times.header, times.idle),
            (Duration::from_secs(10), Duration::from_secs(10), Duration::from_secs(10))
        );
    }
}
