//! One request and its answer, redirects included.

use std::time::{Duration, Instant};

use ureq::http::{HeaderValue, Version, header};
use url::Url;

use super::client::Client;
use super::connect::{self, Gate, Wire};
use super::incoming::{Incoming, Rate};
use super::reach::is_loopback_host;
use super::redirect::{follow, same_origin, shown};
use super::retry::{Failure, explain};
use super::{Reach, Times};
use crate::FetchError;

/// When everything must be over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Instant,
}

impl Deadline {
    /// `total` from now.
    pub(crate) fn after(total: Duration) -> Self {
        let now = Instant::now();
        Self { at: now.checked_add(total).unwrap_or(now + Duration::from_secs(86_400)) }
    }

    /// How long is left; zero once it has passed.
    pub(crate) fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Method<'a> {
    /// Redirects are followed.
    Get,
    /// A body with its content type. Redirects are not followed.
    #[cfg_attr(not(feature = "git"), allow(dead_code))]
    Post(&'a [u8], &'static str),
}

/// A request with everything that is to be known about it.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method<'a>,
    pub(crate) url: &'a Url,
    /// For the origin of `url` alone.
    pub(crate) headers: &'a [(String, String)],
    pub(crate) etag: Option<&'a str>,
    /// The most bytes of body.
    pub(crate) max: u64,
    /// The content has its own end and its own checksum: a body that ends when the connection ends will do, and so will
    /// a slow one.
    pub(crate) self_delimiting: bool,
    /// From where what points to `url` can be reached. `None`: the user named it.
    pub(crate) from: Option<Reach>,
    pub(crate) deadline: Deadline,
}

/// What one request may not say for itself, because it says how the message is framed or where it goes.
const OURS: [&str; 9] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "proxy-authorization",
    "te",
    "upgrade",
    "expect",
];

impl Client {
    /// Asks, follows redirects, and returns when a header has come that is no redirect; whatever its status.
    pub(crate) fn exchange(&self, call: &Call<'_>) -> Result<Incoming, Failure> {
        let mut url = call.url.clone();
        let mut seen = vec![url.clone()];
        let mut from = call.from;
        let mut headers = call.headers;
        loop {
            let answer =
                self.hop(call, &url, headers, from).map_err(|failure| match (&seen[..], failure) {
                    // What is refused after a redirect is the redirect's fault.
                    ([.., before, _], Failure { error: FetchError::Refused { url, reason }, .. }) => {
                        FetchError::Redirect { from: shown(before), to: url, reason }.into()
                    }
                    (_, failure) => failure,
                })?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                check_framing(&answer, call)?;
                return Ok(answer);
            }
            if let Method::Post(..) = call.method {
                let reason = "the answer to this request is a redirect, which is not followed".to_owned();
                return Err(FetchError::Body { url: shown(&url), reason }.into());
            }
            let Some(location) = &answer.location else {
                let reason = format!("status {} without a place to go to", answer.status);
                return Err(FetchError::Body { url: shown(&url), reason }.into());
            };
            let next = follow(&url, location, &seen)?;
            if !same_origin(call.url, &next) {
                headers = &[];
            }
            from = Some(from.map_or(answer.reach, |from| from.min(answer.reach)));
            seen.push(next.clone());
            url = next;
        }
    }

    /// One request to one address, believing one set of authorities after the other.
    fn hop(
        &self,
        call: &Call<'_>,
        url: &Url,
        headers: &[(String, String)],
        from: Option<Reach>,
    ) -> Result<Incoming, Failure> {
        let mut first_refusal = None;
        for index in self.authorities_for(url) {
            match self.ask(call, url, headers, from, index) {
                Err(failure) if matches!(failure.error, FetchError::Certificate { .. }) => {
                    // Nothing of the request has been sent.
                    first_refusal.get_or_insert(failure);
                }
                answer => {
                    if answer.is_ok() {
                        self.remember_authorities(url, index);
                    }
                    return answer;
                }
            }
        }
        Err(first_refusal.unwrap_or_else(|| {
            FetchError::Certificate { url: shown(url), reason: "no authority is believed".to_owned() }.into()
        }))
    }

    fn ask(
        &self,
        call: &Call<'_>,
        url: &Url,
        headers: &[(String, String)],
        from: Option<Reach>,
        authorities: usize,
    ) -> Result<Incoming, Failure> {
        let times = self.times();
        let left = call.deadline.left();
        if left.is_zero() {
            return Err(explain(ureq::Error::Timeout(ureq::Timeout::Global), url, times));
        }
        let refused = |reason: &str| FetchError::Refused { url: shown(url), reason: reason.to_owned() };
        let loopback_only = url.scheme() == "http" && !headers.is_empty();
        let proxy = if is_loopback_host(url) { None } else { self.proxy_for(url)? };
        let literal = match url.host() {
            Some(url::Host::Ipv4(v4)) => Some(Reach::of(v4.into())),
            Some(url::Host::Ipv6(v6)) => Some(Reach::of(v6.into())),
            _ => None,
        };
        // Through a proxy the gate would see the proxy's address, not the host's.
        let gate = if proxy.is_some() {
            if loopback_only {
                return Err(refused("headers would travel in the clear over http; use https").into());
            }
            if let (Some(from), Some(to)) = (from, literal)
                && !from.may_point_to(to)
            {
                let reason = format!("{} does not point to {} here", from.words(), to.words());
                return Err(refused(&reason).into());
            }
            Gate::default()
        } else {
            Gate { from, loopback_only, seen: Default::default() }
        };
        let seen = proxy.is_none().then(|| gate.seen.clone());
        let authorities = self.authorities(authorities)?;
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(left))
            .timeout_resolve(Some(times.connect))
            .timeout_connect(Some(times.connect))
            .timeout_send_request(Some(times.idle))
            .timeout_send_body(Some(times.header))
            .timeout_recv_response(Some(times.header))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .user_agent(self.name())
            .accept_encoding("identity")
            .tls_config(authorities.config.clone())
            .proxy(proxy)
            .build();
        let wire = Wire::new(times.idle, seen.is_some());
        let agent = connect::agent(config, authorities.tls.clone(), gate, wire.clone());
        let answer = send(&agent, call, url, headers)?.map_err(|error| explain(error, url, times))?;
        wire.body_begins();
        let reach = seen
            .and_then(|seen| *seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
            .or(literal)
            .unwrap_or(Reach::Public);
        Ok(incoming(answer, call, url, reach, wire, times))
    }
}

/// Puts the request together and sends it. The outer error is about the request, the inner one about the way.
fn send(
    agent: &ureq::Agent,
    call: &Call<'_>,
    url: &Url,
    headers: &[(String, String)],
) -> Result<Result<ureq::http::Response<ureq::Body>, ureq::Error>, FetchError> {
    let mut builder = ureq::http::Request::builder().uri(url.as_str()).header(header::CONNECTION, "close");
    for (name, value) in headers {
        let bad = |reason: &str| FetchError::Refused {
            url: shown(url),
            reason: format!("header {:?} {reason}", name.chars().take(40).collect::<String>()),
        };
        if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
            return Err(bad("is not the caller's to set"));
        }
        let mut value =
            HeaderValue::from_str(value).map_err(|_| bad("has a value that no header can have"))?;
        value.set_sensitive(true);
        let name = header::HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("has no valid name"))?;
        builder = builder.header(name, value);
    }
    if let Some(etag) = call.etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
        builder = builder.header(header::IF_NONE_MATCH, etag);
    }
    let bad = |error: ureq::http::Error| FetchError::Address { url: shown(url), reason: error.to_string() };
    Ok(match call.method {
        Method::Get => agent.run(builder.method("GET").body(()).map_err(bad)?),
        Method::Post(body, content_type) => {
            let request = builder.method("POST").header(header::CONTENT_TYPE, content_type);
            agent.run(request.body(body).map_err(bad)?)
        }
    })
}

fn incoming(
    answer: ureq::http::Response<ureq::Body>,
    call: &Call<'_>,
    url: &Url,
    reach: Reach,
    wire: Wire,
    times: &Times,
) -> Incoming {
    let (parts, body) = answer.into_parts();
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let chunked =
        parts.version != Version::HTTP_10
            && parts.headers.get_all(header::TRANSFER_ENCODING).iter().any(|value| {
                value.to_str().is_ok_and(|value| value.to_ascii_lowercase().contains("chunked"))
            });
    let length = if chunked { None } else { body.content_length() };
    let min_rate = if call.self_delimiting { 0 } else { times.min_rate };
    Incoming {
        status: parts.status.as_u16(),
        etag: text(header::ETAG),
        url: url.clone(),
        reach,
        length,
        #[cfg(feature = "git")]
        content_type: text(header::CONTENT_TYPE),
        location: text(header::LOCATION),
        retry_after: text(header::RETRY_AFTER),
        unsized_body: !chunked && !parts.headers.contains_key(header::CONTENT_LENGTH),
        reader: body.into_reader(),
        wire,
        times: times.clone(),
        max: call.max,
        came: 0,
        rate: Rate::new(min_rate, times.window),
        ended: false,
    }
}

/// What can be said about a body before its first byte.
fn check_framing(answer: &Incoming, call: &Call<'_>) -> Result<(), Failure> {
    if answer.status != 200 {
        return Ok(());
    }
    let url = || shown(&answer.url);
    if let Some(announced) = answer.length.filter(|length| *length > call.max) {
        return Err(FetchError::Size { url: url(), limit: call.max, announced: Some(announced) }.into());
    }
    if answer.unsized_body && !call.self_delimiting {
        let reason = "the server does not say how long it is, so a part would look like the whole".to_owned();
        return Err(FetchError::Body { url: url(), reason }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testserver::{Reply, Server};

    /// What somebody elsewhere points to, by whatever name.
    fn pointed(from: Option<Reach>, server: &Server, host: &str) -> Result<Incoming, FetchError> {
        let url = Url::parse(&server.url("/").replace("127.0.0.1", host)).expect("a URL");
        let call = Call {
            method: Method::Get,
            url: &url,
            headers: &[],
            etag: None,
            max: 100,
            self_delimiting: false,
            from,
            deadline: Deadline::after(Duration::from_secs(5)),
        };
        Client::new(Times::default()).exchange(&call).map_err(|failure| failure.error)
    }

    #[test]
    fn a_name_that_leads_inside_is_no_way_in() {
        let server = Server::start(|_| Reply::ok(b"inside"));
        // By number, by another spelling of it, and by a name that resolves to it: as after rebinding.
        for host in ["127.0.0.1", "2130706433", "0x7f.1", "localhost"] {
            for from in [Reach::Public, Reach::Private, Reach::LinkLocal] {
                let error = pointed(Some(from), &server, host).err().expect("refused");
                assert_eq!(error.code(), "E-FETCH-REFUSED", "{host}: {error}");
            }
        }
        assert!(server.received().is_empty(), "nobody was asked");
        for from in [None, Some(Reach::Loopback)] {
            let answer = pointed(from, &server, "localhost").expect("an answer");
            assert_eq!(answer.reach, Reach::Loopback);
        }
    }
}
