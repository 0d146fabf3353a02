//! Addresses on the web, as Python's `urllib.parse.urlsplit` takes them apart.

use crate::error::Error;

/// The parts of an address; what is not there is empty.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Url {
    /// In lower case.
    pub scheme: String,
    /// User, password, host and port as they are written.
    pub netloc: String,
    pub path: String,
    pub query: String,
    pub fragment: String,
}

impl Url {
    /// Takes `text` apart.
    ///
    /// # Errors
    /// If brackets around a host are not closed.
    pub(crate) fn parse(text: &str) -> Result<Url, Error> {
        let text: String = text
            .trim_start_matches(|c: char| c <= ' ')
            .chars()
            .filter(|c| !matches!(c, '\t' | '\r' | '\n'))
            .collect();
        let is_scheme = |scheme: &str| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        };
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_lowercase(), rest),
            _ => (String::new(), text.as_str()),
        };
        let (netloc, rest) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())),
            None => ("", rest),
        };
        if netloc.contains('[') != netloc.contains(']') {
            return Err(Error::value_error("Invalid IPv6 URL"));
        }
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Ok(Url {
            scheme,
            netloc: netloc.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            fragment: fragment.to_owned(),
        })
    }

    /// What stands before the last `@`: user and password.
    fn user_info(&self) -> (Option<&str>, Option<&str>) {
        match self.netloc.rsplit_once('@') {
            None => (None, None),
            Some((info, _)) => match info.split_once(':') {
                Some((user, password)) => (Some(user), Some(password)),
                None => (Some(info), None),
            },
        }
    }

    /// Host and port as they are written.
    fn host_info(&self) -> (&str, Option<&str>) {
        let host = self.netloc.rsplit_once('@').map_or(self.netloc.as_str(), |(_, host)| host);
        if let Some((inside, behind)) = host.split_once('[').and_then(|(_, rest)| rest.split_once(']')) {
            return (inside, behind.split_once(':').map(|(_, port)| port));
        }
        match host.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (host, None),
        }
    }

    pub(crate) fn username(&self) -> Option<&str> {
        self.user_info().0
    }

    pub(crate) fn password(&self) -> Option<&str> {
        self.user_info().1
    }

    /// In lower case, but for the zone behind a `%`.
    pub(crate) fn hostname(&self) -> Option<String> {
        let (host, _) = self.host_info();
        let (name, zone) = host.split_at(host.find('%').unwrap_or(host.len()));
        Some(format!("{}{zone}", name.to_lowercase())).filter(|host| !host.is_empty())
    }

    /// # Errors
    /// If it is no number from 0 to 65535.
    pub(crate) fn port(&self) -> Result<Option<i64>, Error> {
        let Some(port) = self.host_info().1.filter(|port| !port.is_empty()) else {
            return Ok(None);
        };
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::value_error(format!("Port could not be cast to integer value as '{port}'")));
        }
        match port.parse::<u16>() {
            Ok(port) => Ok(Some(port.into())),
            Err(_) => Err(Error::value_error("Port out of range 0-65535")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let url = Url::parse("HTTP://me:secret@[::1]:8080/a/b?c=d#e").unwrap();
        assert_eq!((url.scheme.as_str(), url.path.as_str(), url.query.as_str()), ("http", "/a/b", "c=d"));
        assert_eq!((url.username(), url.password()), (Some("me"), Some("secret")));
        assert_eq!(url.hostname().as_deref(), Some("::1"));
        assert_eq!(url.port().unwrap(), Some(8080));
        let url = Url::parse("mailto:a@b").unwrap();
        assert_eq!((url.scheme.as_str(), url.path.as_str(), url.hostname()), ("mailto", "a@b", None));
        assert!(Url::parse("http://[::1").is_err());
        assert!(Url::parse("http://a:x/").unwrap().port().is_err());
    }
}
