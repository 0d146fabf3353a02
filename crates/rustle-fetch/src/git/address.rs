//! Where a repository is, and whether one goes there.

use std::path::PathBuf;

use url::{Host, Url};

use crate::FetchError;
use crate::http::{is_loopback_host, shown};

/// The address of a repository that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// `https`, or `http` on loopback.
    Http(Url),
    /// By the user's own ssh.
    Ssh(SshAddress),
    /// On this machine.
    File(PathBuf),
}

/// What ssh is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SshAddress {
    pub(super) user: Option<String>,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// As it goes to the other side: absolute, or relative to the home folder there.
    pub(super) path: String,
}

impl Address {
    /// Reads what a user wrote.
    pub(super) fn parse(text: &str) -> Result<Self, FetchError> {
        let wrong = |reason: &str| FetchError::Address { url: printable(text), reason: reason.to_owned() };
        if text.starts_with('-') {
            return Err(wrong("an address does not begin with `-`"));
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(wrong("an address has no spaces and no control characters"));
        }
        if !text.contains("://") {
            return scp_like(text).map_err(wrong);
        }
        let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        let wrong = |reason: &str| FetchError::Address { url: shown(&url), reason: reason.to_owned() };
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("a repository's address has no query and no fragment"));
        }
        match url.scheme() {
            "https" | "http" => {
                if !url.username().is_empty() || url.password().is_some() {
                    return Err(wrong(
                        "a user or password in an address ends up in logs; use a token from the environment",
                    ));
                }
                if url.scheme() == "http" && !is_loopback_host(&url) {
                    return Err(wrong("http is for loopback only; use https"));
                }
                Ok(Self::Http(url))
            }
            "ssh" => ssh(&url).map(Self::Ssh).map_err(wrong),
            "file" => {
                if url
                    .host()
                    .is_some_and(|host| host != Host::Domain("localhost") && host != Host::Domain(""))
                {
                    return Err(wrong("a file address has no host: file:///path"));
                }
                url.to_file_path().map(Self::File).map_err(|()| wrong("this is no path"))
            }
            "git" => Err(wrong("git:// is neither encrypted nor signed; use https or ssh")),
            _ => Err(wrong("only https, ssh and file addresses are repositories")),
        }
    }

    /// Where a submodule is, whose address `text` stands in this repository.
    pub(super) fn submodule(&self, text: &str) -> Result<Self, FetchError> {
        let address = if text.starts_with("./") || text.starts_with("../") {
            self.relative(text)?
        } else {
            Self::parse(text)?
        };
        let wrong = |reason: &str| FetchError::Address { url: address.shown(), reason: reason.to_owned() };
        match (self, &address) {
            (Self::File(_), _) | (_, Self::Ssh(_)) => {}
            (_, Self::File(_)) => {
                return Err(wrong("a repository elsewhere does not name files of this machine"));
            }
            (Self::Http(from), Self::Http(to)) if is_loopback_host(to) && !is_loopback_host(from) => {
                return Err(wrong("a repository elsewhere does not name servers of this machine"));
            }
            (Self::Ssh(_), Self::Http(to)) if is_loopback_host(to) => {
                return Err(wrong("a repository elsewhere does not name servers of this machine"));
            }
            (_, Self::Http(_)) => {}
        }
        Ok(address)
    }

    /// `../x` seen from this repository.
    fn relative(&self, text: &str) -> Result<Self, FetchError> {
        let join = |path: &str| -> Result<String, FetchError> {
            let mut parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
            for part in text.split('/') {
                match part {
                    "." | "" => {}
                    ".." if parts.len() > 1 => {
                        parts.pop();
                    }
                    ".." => {
                        return Err(FetchError::Address {
                            url: printable(text),
                            reason: "it leads out of the server".to_owned(),
                        });
                    }
                    part => parts.push(part),
                }
            }
            Ok(parts.join("/"))
        };
        let text = match self {
            Self::Http(url) => {
                let mut url = url.clone();
                url.set_path(&join(url.path())?);
                url.to_string()
            }
            Self::Ssh(ssh) => {
                let path = join(&ssh.path)?;
                let user = ssh.user.as_deref().map(|user| format!("{user}@")).unwrap_or_default();
                match ssh.port {
                    None if !path.starts_with('/') => format!("{user}{}:{path}", ssh.host),
                    port => {
                        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                        format!("ssh://{user}{}{port}/{}", ssh.host, path.trim_start_matches('/'))
                    }
                }
            }
            Self::File(path) => {
                let path = join(&path.to_string_lossy())?;
                Url::from_file_path(&path).map(String::from).unwrap_or(path)
            }
        };
        Self::parse(&text)
    }

    /// For messages, and to tell caches apart.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Http(url) => shown(url),
            Self::Ssh(SshAddress { user, host, port, path }) => {
                let user = user.as_deref().map(|user| format!("{user}@")).unwrap_or_default();
                let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                let path = path.strip_prefix('/').map_or_else(|| format!("./{path}"), str::to_owned);
                format!("ssh://{user}{host}{port}/{path}")
            }
            Self::File(path) => {
                Url::from_file_path(path).map_or_else(|()| path.display().to_string(), String::from)
            }
        }
    }
}

/// `ssh://user@host:port/path`.
fn ssh(url: &Url) -> Result<SshAddress, &'static str> {
    if url.password().is_some() {
        return Err("a password in an address ends up in logs; ssh has keys");
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let user = Some(url.username().to_owned()).filter(|user| !user.is_empty());
    let path = url.path().to_owned();
    // `/~user/x` is the other side's home folder.
    let path = match path.strip_prefix("/~") {
        Some(rest) => format!("~{rest}"),
        None => path,
    };
    checked(SshAddress { user, host, port: url.port(), path })
}

/// `user@host:path`.
fn scp_like(text: &str) -> Result<Address, &'static str> {
    const HINT: &str = "not an address: https://…, ssh://…, user@host:path or file:///…";
    let (place, path) = text.split_once(':').ok_or(HINT)?;
    // `ext::sh -c …` and its like.
    if path.starts_with(':') || place.contains('/') || place.contains('\\') {
        return Err(HINT);
    }
    let (user, host) = match place.rsplit_once('@') {
        Some((user, host)) => (Some(user.to_owned()), host.to_owned()),
        None => (None, place.to_owned()),
    };
    // A single letter is a drive.
    if host.len() < 2 && user.is_none() {
        return Err(HINT);
    }
    checked(SshAddress { user, host, port: None, path: path.to_owned() }).map(Address::Ssh)
}

/// Nothing in it that ssh, or the shell on the other side, would read as something else.
fn checked(address: SshAddress) -> Result<SshAddress, &'static str> {
    let plain = |text: &str, more: &str| {
        !text.is_empty()
            && !text.starts_with('-')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || more.contains(c))
    };
    if !plain(&address.host, "._:") {
        return Err("this is no name of a host");
    }
    if address.user.as_deref().is_some_and(|user| !plain(user, "._+")) {
        return Err("this is no name of a user");
    }
    let path = address.path.trim_start_matches('/');
    if path.is_empty() || path.starts_with('-') {
        return Err("the path of a repository is missing, or begins with `-`");
    }
    if address.path.chars().any(|c| c.is_control() || "'\"\\`$!;|&<>*?(){}".contains(c)) {
        return Err("the path has characters that a shell would read");
    }
    Ok(address)
}

/// What is no address, as far as it can be shown.
fn printable(text: &str) -> String {
    let start = text.rfind('@').map_or(0, |at| at + 1);
    let text = text.get(start..).unwrap_or_default();
    text.chars().take(80).filter(|c| !c.is_control()).take_while(|c| !"?#".contains(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_address() {
        for (text, shown) in [
            ("https://h/a/b.git", "https://h/a/b.git"),
            ("http://127.0.0.1:80/x", "http://127.0.0.1/x"),
            ("http://localhost/x", "http://localhost/x"),
            ("ssh://git@h:2222/a/b", "ssh://git@h:2222/a/b"),
            ("git@h.example:a/b.git", "ssh://git@h.example/./a/b.git"),
            ("h.example:/a/b.git", "ssh://h.example/a/b.git"),
            ("file:///srv/x.git", "file:///srv/x.git"),
            ("file://localhost/srv/x.git", "file:///srv/x.git"),
        ] {
            assert_eq!(Address::parse(text).expect(text).shown(), shown);
        }
    }

    #[test]
    fn what_is_none() {
        for text in [
            "git://h/x",
            "http://h/x",
            "ext::sh -c 'touch /tmp/x'",
            "ext::sh",
            "fd::17",
            "--upload-pack=touch x",
            "-oProxyCommand=x",
            "ssh://-oProxyCommand=touch/x",
            "ssh://h/-x",
            "ssh://user@-h/x",
            "-u@h:x",
            "u@-h:x",
            "h:-x",
            "h:'$(touch x)'",
            "ssh://h/a'b",
            "ssh://h/$(x)",
            "ssh://u:p@h/x",
            "https://u:p@h/x",
            "https://u@h/x",
            "https://h/x?y",
            "ftp://h/x",
            "file://elsewhere/x",
            "/srv/x.git",
            "./x",
            "C:\\x",
            "x",
            "",
            "https://h/a b",
            "h:a\nb",
        ] {
            let error = Address::parse(text).expect_err(text);
            assert_eq!(error.code(), "E-FETCH-ADDRESS", "{text}");
            assert!(!error.to_string().contains("u:p"), "{error}");
        }
    }

    #[test]
    fn submodules() {
        let of = |parent: &str, text: &str| {
            Address::parse(parent).expect(parent).submodule(text).map(|address| address.shown())
        };
        for (parent, text, expected) in [
            ("https://h/a/b.git", "../c.git", "https://h/a/c.git"),
            ("https://h/a/b.git/", "../../c.git", "https://h/c.git"),
            ("https://h/a/b", "./c", "https://h/a/b/c"),
            ("git@h:a/b.git", "../c.git", "ssh://git@h/./a/c.git"),
            ("ssh://git@h:22/a/b.git", "../c.git", "ssh://git@h:22/a/c.git"),
            ("file:///srv/a", "../b", "file:///srv/b"),
            ("file:///srv/a", "https://h/b", "https://h/b"),
            ("https://h/a", "https://elsewhere/b", "https://elsewhere/b"),
            ("https://h/a", "git@h:b", "ssh://git@h/./b"),
        ] {
            assert_eq!(of(parent, text).expect(text), expected);
        }
        for (parent, text) in [
            ("https://h/a", "file:///etc"),
            ("ssh://h/a", "file:///etc"),
            ("https://h/a", "http://127.0.0.1/b"),
            ("https://h/a", "https://127.0.0.1/b"),
            ("https://h/a", "../../../b"),
            ("https://h/a", "ext::sh"),
            ("https://h/a", "git://h/b"),
            ("https://h/a", "-u"),
            ("https://h/a", "/etc"),
        ] {
            of(parent, text).expect_err(text);
        }
    }
}
