//! Why a request was not acknowledged, and what follows from it.

use std::time::Duration;

use ureq::Timeout;

/// The longest time that a controller may ask to be left alone.
const MOST_PATIENCE: Duration = Duration::from_secs(60 * 60);

/// A request that was not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// What went wrong, in words.
    pub(crate) message: String,
    /// How long the controller wants to be left alone.
    pub(crate) after: Option<Duration>,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The same request may well be acknowledged a moment later.
    Passing,
    /// Somebody has to mend something first.
    Lasting,
    /// This run is refused, and others may not be.
    Refused,
    /// The request is too large.
    TooLarge,
}

impl Failure {
    pub(crate) fn lasting(message: impl Into<String>) -> Failure {
        Failure { kind: FailureKind::Lasting, message: message.into(), after: None }
    }

    fn passing(message: impl Into<String>) -> Failure {
        Failure { kind: FailureKind::Passing, message: message.into(), after: None }
    }

    /// An answer whose status does not acknowledge.
    pub(crate) fn status(status: u16, retry_after: Option<&str>) -> Failure {
        let kind = match status {
            408 | 425 | 429 | 500..=599 => FailureKind::Passing,
            413 => FailureKind::TooLarge,
            400 | 409 | 410 | 415 | 422 => FailureKind::Refused,
            _ => FailureKind::Lasting,
        };
        let message = match status {
            300..=399 => format!(
                "it answers with a redirect ({status}), which is not followed; `[controller] url` has to be its own address"
            ),
            401 | 403 => format!("it answers {status}: the token is not one that it knows"),
            _ => format!("it answers {status}"),
        };
        Failure { kind, message, after: retry_after.and_then(patience) }
    }

    /// What the HTTP client says.
    pub(crate) fn of(error: ureq::Error, request: Duration) -> Failure {
        match error {
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
                Failure::passing("there was no connection in time")
            }
            ureq::Error::Timeout(_) => {
                Failure::passing(format!("there was no whole answer within {} s", request.as_secs()))
            }
            ureq::Error::Io(error) => Failure::io(&error),
            ureq::Error::Rustls(error) => Failure::tls(&error.to_string()),
            ureq::Error::HostNotFound => Failure::passing("nobody knows that host"),
            ureq::Error::ConnectProxyFailed(reason) => {
                Failure::passing(format!("the proxy refuses: {reason}"))
            }
            ureq::Error::Other(other) => Failure::lasting(other.to_string()),
            other => Failure::passing(other.to_string()),
        }
    }

    fn io(error: &std::io::Error) -> Failure {
        let words = error.to_string();
        if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) || words.contains("certificate") {
            return Failure::tls(&words);
        }
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Failure::passing("it closed the connection too early"),
            _ => Failure::passing(words),
        }
    }

    /// What is wrong with the encryption. A wrong certificate does not pass by itself; a broken connection does.
    fn tls(words: &str) -> Failure {
        if words.contains("certificate") {
            return Failure::lasting(format!("its certificate is not believed: {words}"));
        }
        Failure::passing(words)
    }
}

/// `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
fn patience(text: &str) -> Option<Duration> {
    let text = text.trim();
    let after = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            Duration::try_from(at.duration_since(jiff::Timestamp::now())).unwrap_or_default()
        }
    };
    Some(after.min(MOST_PATIENCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_and_what_does_not() {
        use FailureKind::{Lasting, Passing, Refused, TooLarge};
        for (status, kind) in [
            (500, Passing),
            (503, Passing),
            (429, Passing),
            (408, Passing),
            (400, Refused),
            (422, Refused),
            (401, Lasting),
            (404, Lasting),
            (302, Lasting),
            (413, TooLarge),
        ] {
            assert_eq!(Failure::status(status, None).kind, kind, "{status}");
        }
        let wrong = std::io::Error::other("invalid peer certificate: Expired");
        assert_eq!(Failure::of(ureq::Error::Io(wrong), Duration::from_secs(1)).kind, Lasting);
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        assert_eq!(Failure::of(ureq::Error::Io(refused), Duration::from_secs(1)).kind, Passing);
    }

    #[test]
    fn the_controller_may_ask_for_patience_up_to_an_hour() {
        assert_eq!(patience("7"), Some(Duration::from_secs(7)));
        assert_eq!(patience("86400"), Some(MOST_PATIENCE));
        assert_eq!(patience("Fri, 20 Nov 2015 22:45:29 GMT"), Some(Duration::ZERO));
        assert_eq!(patience("Fri, 20 Nov 2099 22:45:29 GMT"), Some(MOST_PATIENCE));
        assert_eq!(patience("later"), None);
    }
}
