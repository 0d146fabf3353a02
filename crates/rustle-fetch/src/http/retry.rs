//! Which failures are worth another attempt.

use std::io::ErrorKind;
use std::time::Duration;

use ureq::Timeout;
use url::Url;

use super::Times;
use super::connect::NotThere;
use super::redirect::shown;
use crate::{FetchError, Waiting};

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: FetchError,
    /// Whether the same request may well succeed a moment later.
    pub(crate) passing: bool,
    /// How long the server wants to be left alone.
    pub(crate) after: Option<Duration>,
}

impl From<FetchError> for Failure {
    /// Final, unless something says otherwise.
    fn from(error: FetchError) -> Self {
        Self { error, passing: false, after: None }
    }
}

/// The longest that a server's `Retry-After` is obeyed.
const MOST_PATIENCE: Duration = Duration::from_secs(10);

/// An answer that is no success.
pub(super) fn status(url: &Url, status: u16, retry_after: Option<&str>) -> Failure {
    let passing = status == 429 || (500..600).contains(&status);
    let after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    Failure {
        error: FetchError::Status { url: shown(url), status },
        passing,
        after: after.map(|after| after.min(MOST_PATIENCE)),
    }
}

/// What ureq says, in our words.
pub(super) fn explain(error: ureq::Error, url: &Url, times: &Times) -> Failure {
    let url = shown(url);
    let network = |reason: String| FetchError::Network { url: url.clone(), reason };
    let mut passing = false;
    let error = match error {
        ureq::Error::Timeout(which) => {
            let (waiting_for, limit) = match which {
                Timeout::Resolve | Timeout::Connect => (Waiting::Connection, times.connect),
                Timeout::PerRead | Timeout::PerWrite => (Waiting::NextBytes, times.idle),
                Timeout::Global | Timeout::PerCall => (Waiting::Everything, times.total),
                _ => (Waiting::Header, times.header),
            };
            FetchError::Time { url, waiting_for, limit }
        }
        ureq::Error::Io(error) if is_about_certificate(&error.to_string()) => {
            FetchError::Certificate { url, reason: error.to_string() }
        }
        ureq::Error::Io(error) => {
            passing = matches!(
                error.kind(),
                ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe
                    | ErrorKind::UnexpectedEof
            );
            network(match error.kind() {
                ErrorKind::UnexpectedEof => "the server closed the connection too early".to_owned(),
                _ => error.to_string(),
            })
        }
        ureq::Error::Rustls(error) if is_about_certificate(&error.to_string()) => {
            FetchError::Certificate { url, reason: error.to_string() }
        }
        ureq::Error::HostNotFound => network("nobody knows that host".to_owned()),
        ureq::Error::Other(other) => match other.downcast::<NotThere>() {
            Ok(refusal) => FetchError::Refused { url, reason: refusal.0 },
            Err(other) => network(other.to_string()),
        },
        ureq::Error::ConnectProxyFailed(reason) => network(format!("the proxy refuses: {reason}")),
        ureq::Error::LargeResponseHeader(_, limit) => {
            FetchError::Body { url, reason: format!("the header of the answer is longer than {limit} bytes") }
        }
        other => network(other.to_string()),
    };
    Failure { error, passing, after: None }
}

/// rustls is not among our dependencies, its words are: "invalid peer certificate: …".
fn is_about_certificate(words: &str) -> bool {
    words.contains("certificate")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        Url::parse("https://h/x").expect("a URL")
    }

    #[test]
    fn what_passes_and_what_stays() {
        for (code, passing) in
            [(500, true), (503, true), (429, true), (404, false), (403, false), (401, false)]
        {
            assert_eq!(status(&url(), code, None).passing, passing, "{code}");
        }
        let reset = std::io::Error::from(ErrorKind::ConnectionReset);
        assert!(explain(ureq::Error::Io(reset), &url(), &Times::default()).passing);
        let refused = std::io::Error::from(ErrorKind::ConnectionRefused);
        assert!(!explain(ureq::Error::Io(refused), &url(), &Times::default()).passing);
        let rule = ureq::Error::Other(Box::new(NotThere("no".into())));
        let failure = explain(rule, &url(), &Times::default());
        assert!(!failure.passing);
        assert_eq!(failure.error.code(), "E-FETCH-REFUSED");
    }

    #[test]
    fn patience_has_an_end() {
        assert_eq!(status(&url(), 429, Some("3600")).after, Some(MOST_PATIENCE));
        assert_eq!(status(&url(), 429, Some("1")).after, Some(Duration::from_secs(1)));
        assert_eq!(status(&url(), 429, Some("tomorrow")).after, None);
    }
}
