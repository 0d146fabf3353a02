//! Git's smart protocol over our HTTP client.

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use git2::transport::{Service, SmartSubtransport, SmartSubtransportStream};
use url::Url;

use super::bounds::Bounds;
use crate::FetchError;
use crate::http::{Call, Client, Failure, Incoming, Method, Reach, same_origin, shown};

/// The most that is said to a server in one request: what we have, and what we want.
const MAX_REQUEST: usize = 16 << 20;

/// One fetch over HTTP.
pub(super) struct OverHttp {
    client: Client,
    /// What the caller named.
    origin: Url,
    headers: Vec<(String, String)>,
    from: Option<Reach>,
    bounds: Arc<Bounds>,
    /// Where the server sent us with the first request; the others go there at once.
    base: Mutex<Option<(Url, Reach)>>,
    left: AtomicU64,
}

impl OverHttp {
    /// `from`: from where what points to `origin` can be reached; `None` if the user named it.
    pub(super) fn new(
        client: Client,
        origin: Url,
        token: Option<&str>,
        from: Option<Reach>,
        bounds: Arc<Bounds>,
    ) -> Self {
        let headers = token.map(|token| ("Authorization".to_owned(), basic(token))).into_iter().collect();
        let left = AtomicU64::new(bounds.transfer);
        Self { client, origin, headers, from, bounds, base: Mutex::new(None), left }
    }

    /// From where the server that answered can be reached.
    pub(super) fn reach(&self) -> Option<Reach> {
        self.base.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(_, reach)| *reach)
    }

    fn call<'a>(&'a self, method: Method<'a>, url: &'a Url) -> Call<'a> {
        Call {
            method,
            url,
            headers: if same_origin(&self.origin, url) { &self.headers } else { &[] },
            etag: None,
            max: self.left.load(Ordering::Relaxed),
            self_delimiting: true,
            from: self.from,
            deadline: self.bounds.deadline,
        }
    }

    /// Which references there are.
    fn list(&self) -> Result<Incoming, FetchError> {
        let mut url = below(&self.origin, "info/refs");
        url.set_query(Some("service=git-upload-pack"));
        let call = self.call(Method::Get, &url);
        let answer = self.client.patiently(self.bounds.deadline, || {
            let answer = self.client.exchange(&call)?;
            answer.expect_ok()?;
            Ok(answer)
        })?;
        check_type(&answer, "application/x-git-upload-pack-advertisement")?;
        let Some(path) = answer.url.path().strip_suffix("info/refs") else {
            return Err(FetchError::Redirect {
                from: shown(&url),
                to: shown(&answer.url),
                reason: "that is not the same request at another place".to_owned(),
            });
        };
        let mut base = answer.url.clone();
        base.set_path(path);
        base.set_query(None);
        *self.base.lock().unwrap_or_else(PoisonError::into_inner) = Some((base, answer.reach));
        Ok(answer)
    }

    /// Asks for objects.
    fn ask(&self, request: &[u8]) -> Result<Incoming, FetchError> {
        let base = self.base.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (base, reach) = base.ok_or_else(|| FetchError::Network {
            url: shown(&self.origin),
            reason: "objects are asked for before references".to_owned(),
        })?;
        let url = below(&base, "git-upload-pack");
        let mut call = self.call(Method::Post(request, "application/x-git-upload-pack-request"), &url);
        if !same_origin(&self.origin, &url) {
            // A redirect brought us here; the name must not lead elsewhere by now.
            call.from = Some(self.from.map_or(reach, |from| from.min(reach)));
        }
        let answer = self.client.exchange(&call).and_then(|answer| answer.expect_ok().map(|()| answer));
        let answer = answer.map_err(|failure: Failure| failure.error)?;
        check_type(&answer, "application/x-git-upload-pack-result")?;
        Ok(answer)
    }

    fn read(&self, answer: &mut Incoming, buffer: &mut [u8]) -> io::Result<usize> {
        let count = answer.next(buffer).map_err(|failure| self.bounds.failed(failure.error))?;
        // `Incoming` keeps each answer within what is left; this keeps their sum there.
        let came = count as u64;
        let _ = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(came)));
        Ok(count)
    }
}

/// What libgit2 holds on to. Orphan rules keep it from being `OverHttp` itself.
pub(super) struct Subtransport(pub(super) Arc<OverHttp>);

impl SmartSubtransport for Subtransport {
    fn action(&self, _url: &str, action: Service) -> Result<Box<dyn SmartSubtransportStream>, git2::Error> {
        let wire = self.0.clone();
        match action {
            Service::UploadPackLs => {
                let answer = wire.list().map_err(|error| wire.bounds.git_error(error))?;
                Ok(Box::new(Exchange { wire, request: Vec::new(), answer: Some(answer) }))
            }
            Service::UploadPack => Ok(Box::new(Exchange { wire, request: Vec::new(), answer: None })),
            Service::ReceivePackLs | Service::ReceivePack => {
                Err(git2::Error::from_str("nothing is ever pushed from here"))
            }
        }
    }

    fn close(&self) -> Result<(), git2::Error> {
        Ok(())
    }
}

/// One request, which is sent when the first byte of its answer is wanted.
struct Exchange {
    wire: Arc<OverHttp>,
    request: Vec<u8>,
    answer: Option<Incoming>,
}

impl Read for Exchange {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let answer = match &mut self.answer {
            Some(answer) => answer,
            none => {
                let answer = self.wire.ask(&self.request).map_err(|error| self.wire.bounds.failed(error))?;
                none.insert(answer)
            }
        };
        self.wire.read(answer, buffer)
    }
}

impl Write for Exchange {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.answer.is_some() || self.request.len() + bytes.len() > MAX_REQUEST {
            return Err(io::Error::other("too much to say in one request"));
        }
        self.request.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A URL below another one.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

fn check_type(answer: &Incoming, wanted: &str) -> Result<(), FetchError> {
    match &answer.content_type {
        Some(is) if is.eq_ignore_ascii_case(wanted) => Ok(()),
        _ => Err(FetchError::Body {
            url: shown(&answer.url),
            reason: "no git repository answers there (or one without git's smart protocol)".to_owned(),
        }),
    }
}

/// The value of `Authorization` for a token, or for `user:password`.
fn basic(token: &str) -> String {
    // The forges look at the password alone, if it is a token.
    let pair = if token.contains(':') { token.to_owned() } else { format!("x-access-token:{token}") };
    format!("Basic {}", base64(pair.as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut block = [0; 3];
        for (to, from) in block.iter_mut().zip(three) {
            *to = *from;
        }
        let bits = u32::from_be_bytes([0, block[0], block[1], block[2]]);
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = DIGITS[(bits >> shift & 63) as usize];
            text.push(if index <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_rfc_4648() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
        assert_eq!(basic("u:p"), "Basic dTpw");
    }
}
