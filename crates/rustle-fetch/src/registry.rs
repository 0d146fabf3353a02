//! Registries that speak Cargo's sparse protocol, so that stock servers and stock cargo work with them.
//!
//! A [`Registry`] is its index URL, to the last letter: `…/index` and `…/index.git` are two registries, and the token of
//! one is nothing to the other. A registry never asks another one: what it does not have, it does not have.

mod config;
mod download;
mod entry;
mod index;

use std::fmt;
use std::sync::Mutex;

use url::Url;

use crate::FetchError;
use crate::http::Reach;

pub use config::Config;
pub use entry::{DependencyKind, IndexDep, IndexEntry};
pub use index::IndexAnswer;

/// The largest package that is taken unless something else is said: 10 MiB.
pub const MAX_PACKAGE: u64 = 10 << 20;

/// One registry.
pub struct Registry {
    name: String,
    /// `https://…/`, with its slash.
    index: Url,
    token: Option<String>,
    max_package: u64,
    opened: Mutex<Option<Opened>>,
}

/// What asking for `config.json` brought.
#[derive(Debug, Clone)]
struct Opened {
    config: Config,
    /// From where the index' host can be reached.
    reach: Reach,
}

impl Registry {
    /// A registry under the name that the user gave it.
    ///
    /// `index` is written as for Cargo: `sparse+https://…/`; the slash at the end may be missing. The token is sent, as it
    /// is, in the header `Authorization`, to the origin of `index` and to no other, and only if the registry asks for it.
    ///
    /// # Errors
    ///
    /// [`FetchError::Registry`] if `index` is not such a URL.
    ///
    /// ```
    /// let registry = rustle_fetch::registry::Registry::new("acme", "sparse+https://acme.example/index", None)?;
    /// assert_eq!(registry.index(), "sparse+https://acme.example/index/");
    /// # Ok::<(), rustle_fetch::FetchError>(())
    /// ```
    pub fn new(name: &str, index: &str, token: Option<String>) -> Result<Self, FetchError> {
        let wrong = |reason: &str| FetchError::Registry {
            registry: name.to_owned(),
            reason: format!("its index must be sparse+https://…/: {reason}"),
        };
        let rest = index.strip_prefix("sparse+").ok_or_else(|| wrong("it does not begin with sparse+"))?;
        let mut index = Url::parse(rest).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(index.scheme(), "https" | "http") {
            return Err(wrong("it is neither https nor http"));
        }
        if index.host_str().is_none_or(str::is_empty) {
            return Err(wrong("it has no host"));
        }
        if !index.username().is_empty() || index.password().is_some() {
            return Err(wrong("a user or password does not belong there"));
        }
        if index.query().is_some() || index.fragment().is_some() {
            return Err(wrong("it has a query or a fragment"));
        }
        if !index.path().ends_with('/') {
            let path = format!("{}/", index.path());
            index.set_path(&path);
        }
        Ok(Self { name: name.to_owned(), index, token, max_package: MAX_PACKAGE, opened: Mutex::new(None) })
    }

    /// Takes packages of so many bytes at most, in place of [`MAX_PACKAGE`].
    #[must_use]
    pub fn with_max_package(mut self, bytes: u64) -> Self {
        self.max_package = bytes;
        self
    }

    /// The name that the user gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is: `sparse+https://…/`. Two registries are the same if this is the same, letter by letter.
    pub fn index(&self) -> String {
        format!("sparse+{}", self.index)
    }

    fn wrong(&self, reason: impl Into<String>) -> FetchError {
        FetchError::Registry { registry: self.name.clone(), reason: reason.into() }
    }

    /// The header that carries the token.
    fn authorization(&self) -> Option<(String, String)> {
        self.token.clone().map(|token| ("Authorization".to_owned(), token))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("name", &self.name)
            .field("index", &self.index())
            .field("token", &self.token.as_ref().map(|_| "…"))
            .finish_non_exhaustive()
    }
}

/// Whether a name can be a crate's.
fn is_crate_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// In which folder of an index a crate is: `1`, `2`, `3/a` or `ab/cd`.
fn prefix(name: &str) -> String {
    match (name.len(), name.get(..1), name.get(..2), name.get(2..4)) {
        (1, ..) => "1".to_owned(),
        (2, ..) => "2".to_owned(),
        (3, Some(first), ..) => format!("3/{first}"),
        (_, _, Some(first), Some(second)) => format!("{first}/{second}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_two() {
        let one = Registry::new("a", "sparse+https://h/index", None).expect("valid");
        let two = Registry::new("a", "sparse+https://h/index.git", None).expect("valid");
        assert_ne!(one.index(), two.index());
    }

    #[test]
    fn what_is_no_index() {
        for text in [
            "https://h/index/",
            "sparse+ftp://h/",
            "sparse+file:///etc/",
            "sparse+https://u:p@h/",
            "sparse+https://h/?x",
            "sparse+nonsense",
            "registry+https://h/",
        ] {
            let error = Registry::new("a", text, None).expect_err(text);
            assert_eq!(error.code(), "E-REGISTRY");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let registry = Registry::new("a", "sparse+https://h/", Some("hunter2".into())).expect("valid");
        assert!(!format!("{registry:?}").contains("hunter2"));
    }

    #[test]
    fn prefixes() {
        for (name, expected) in
            [("a", "1"), ("ab", "2"), ("abc", "3/a"), ("abcd", "ab/cd"), ("serde", "se/rd")]
        {
            assert_eq!(prefix(name), expected);
        }
        assert!(!is_crate_name("") && !is_crate_name("../x") && !is_crate_name("é"));
        assert!(is_crate_name("rustle-module_1"));
    }
}
