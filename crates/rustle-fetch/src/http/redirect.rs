//! Where a redirect may lead.

use url::Url;

use crate::FetchError;

/// The most redirects that are followed for one request.
pub(super) const MOST: usize = 5;

/// A URL as messages show it: without user, password, query and fragment, any of which may be a secret.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // These fail for URLs that cannot have a user, and then there is none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let query = url.query().is_some();
    url.set_query(None);
    url.set_fragment(None);
    if query { format!("{url}?…") } else { url.to_string() }
}

/// Whether two URLs have the same scheme, host and port.
pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme() && a.host() == b.host() && a.port_or_known_default() == b.port_or_known_default()
}

/// An address that may be asked at all.
pub(super) fn parse(text: &str) -> Result<Url, FetchError> {
    let wrong = |reason: &str| FetchError::Address { url: printable(text), reason: reason.to_owned() };
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    let wrong = |reason: &str| FetchError::Address { url: shown(&url), reason: reason.to_owned() };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("only https and http addresses are fetched"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "a user or password in an address ends up in logs; use a header from the environment",
        ));
    }
    Ok(url)
}

/// What a user typed, where it is no URL: enough to recognise it, nothing that could be a secret.
fn printable(text: &str) -> String {
    let end = text.find(['?', '@', '#']).unwrap_or(text.len());
    text.chars().take(end.min(80)).filter(|c| !c.is_control()).collect()
}

/// Where `location`, received from `from`, leads, if it may be followed.
///
/// `seen` is every address that was asked so far, `from` included.
pub(super) fn follow(from: &Url, location: &str, seen: &[Url]) -> Result<Url, FetchError> {
    let refuse =
        |to: String, reason: &str| FetchError::Redirect { from: shown(from), to, reason: reason.to_owned() };
    let mut to = from.join(location).map_err(|error| refuse(printable(location), &error.to_string()))?;
    // The fragment is for those who show pages.
    to.set_fragment(None);
    match (from.scheme(), to.scheme()) {
        ("http", "http") | (_, "https") => {}
        ("https", "http") => return Err(refuse(shown(&to), "from https to http is not followed")),
        (_, scheme) => {
            // Data URLs may be long, and file URLs say what the attacker looks for.
            return Err(refuse(format!("{scheme}:…"), "only https and http addresses are followed"));
        }
    }
    if !to.username().is_empty() || to.password().is_some() {
        return Err(refuse(shown(&to), "it carries a user or password"));
    }
    if to.host_str().is_none_or(str::is_empty) {
        return Err(refuse(shown(&to), "no host"));
    }
    if seen.contains(&to) {
        return Err(refuse(shown(&to), "that address was asked before: a loop"));
    }
    if seen.len() > MOST {
        return Err(refuse(shown(&to), "more than five redirects"));
    }
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn schemes() {
        let https = url("https://a.example/x");
        let http = url("http://a.example/x");
        assert!(follow(&https, "/y", std::slice::from_ref(&https)).is_ok());
        assert!(follow(&https, "https://b.example/y", &[]).is_ok());
        assert!(follow(&http, "https://b.example/y", &[]).is_ok());
        assert!(follow(&http, "http://b.example/y", &[]).is_ok());
        for to in [
            "http://a.example/x",
            "file:///etc/passwd",
            "ftp://a.example/x",
            "data:text/plain,x",
            "gopher://x/",
        ] {
            let error = follow(&https, to, &[]).expect_err(to);
            assert_eq!(error.code(), "E-FETCH-REDIRECT");
        }
        let error = follow(&http, "file:///etc/passwd", &[]).expect_err("file").to_string();
        assert!(!error.contains("passwd"), "{error}");
    }

    #[test]
    fn loops_and_chains() {
        let a = url("http://h/a");
        let b = url("http://h/b");
        assert!(follow(&b, "/a", &[a.clone(), b.clone()]).is_err());
        assert!(follow(&b, "/a#again", &[a, b.clone()]).is_err());
        let many: Vec<Url> = (0..6).map(|n| url(&format!("http://h/{n}"))).collect();
        assert!(follow(&b, "/new", &many[..5]).is_ok());
        assert!(follow(&b, "/new", &many).is_err());
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(shown(&url("https://u:p@h/x?token=1#f")), "https://h/x?…");
        let error = parse("https://u:hunter2@h/x").expect_err("a password").to_string();
        assert!(!error.contains("hunter2"), "{error}");
        let error = parse("nonsense user:hunter2@h").expect_err("no URL").to_string();
        assert!(error.contains("nonsense"));
        let error = parse("://?token=hunter2").expect_err("no URL").to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn origins() {
        assert!(same_origin(&url("https://h/a"), &url("https://h:443/b")));
        assert!(!same_origin(&url("https://h/a"), &url("http://h/a")));
        assert!(!same_origin(&url("https://h/a"), &url("https://h:444/a")));
        assert!(!same_origin(&url("https://h/a"), &url("https://h.evil/a")));
    }
}
