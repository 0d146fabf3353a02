//! [`ModuleId`]: the name of a package of modules.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of a package of modules: a reverse domain name, `com.acme.vhost`.
///
/// Two to eight segments of `[a-z][a-z0-9]*`, 64 characters in all. There are no hyphens and underscores in it, so that
/// the crate's name, which has hyphens for dots, tells the id.
///
/// ```
/// use rustle_schema::package::ModuleId;
///
/// let id: ModuleId = "com.acme.vhost".parse()?;
/// assert_eq!(id.crate_name(), "com-acme-vhost");
/// assert_eq!(ModuleId::of_crate("com-acme-vhost"), Some(id));
/// assert!("vhost".parse::<ModuleId>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModuleId(String);

/// The longest id.
const LONGEST: usize = 64;

impl ModuleId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the crate that holds its modules.
    pub fn crate_name(&self) -> String {
        self.0.replace('.', "-")
    }

    /// What that crate says it `links`, so that runners know it has modules, and that Cargo refuses two versions of it.
    pub fn links(&self) -> String {
        format!("rustle_{}", self.0.replace('.', "_"))
    }

    /// The name of a Rust module for it.
    pub fn rust_name(&self) -> String {
        self.0.replace('.', "_")
    }

    /// The id whose crate is called `name`, if one can be.
    pub fn of_crate(name: &str) -> Option<ModuleId> {
        name.replace('-', ".").parse().ok()
    }

    /// Whether it is `prefix` or lies below it: `com.acme` covers `com.acme.vhost` and not `com.acmecorp.x`.
    pub fn is_under(&self, prefix: &str) -> bool {
        match self.0.strip_prefix(prefix) {
            Some(rest) => prefix.is_empty() || rest.is_empty() || rest.starts_with('.'),
            None => false,
        }
    }
}

impl FromStr for ModuleId {
    type Err = String;

    fn from_str(text: &str) -> Result<ModuleId, String> {
        let segment = |segment: &str| {
            segment.starts_with(|c: char| c.is_ascii_lowercase())
                && segment.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        let count = text.split('.').count();
        if (2..=8).contains(&count) && text.len() <= LONGEST && text.split('.').all(segment) {
            return Ok(ModuleId(text.to_owned()));
        }
        Err(format!(
            "`{text}` is not a package's id: two to eight words of a-z and 0-9, each beginning with a letter, joined by \
             dots, {LONGEST} characters in all, like `com.acme.vhost`"
        ))
    }
}

impl TryFrom<String> for ModuleId {
    type Error = String;

    fn try_from(text: String) -> Result<ModuleId, String> {
        text.parse()
    }
}

impl From<ModuleId> for String {
    fn from(id: ModuleId) -> String {
        id.0
    }
}

impl fmt::Display for ModuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for ModuleId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_id() {
        for good in ["acme.greet", "com.acme.vhost2", "a.b.c.d.e.f.g.h"] {
            let id: ModuleId = good.parse().unwrap();
            assert_eq!(ModuleId::of_crate(&id.crate_name()), Some(id), "{good}");
        }
        let long = format!("com.{}", "a".repeat(61));
        // `rn` for `m` cannot be told apart here; other alphabets, hyphens and underscores can.
        for bad in [
            "",
            "greet",
            "Com.acme",
            "com..acme",
            "com.acme-x",
            "com.acme_x",
            "com.1x",
            "com.\u{430}cme",
            &long,
            "a.b.c.d.e.f.g.h.i",
        ] {
            assert!(bad.parse::<ModuleId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn prefixes_end_at_dots() {
        let id: ModuleId = "com.acme.vhost".parse().unwrap();
        assert!(id.is_under("com.acme") && id.is_under("com.acme.vhost") && id.is_under(""));
        assert!(!id.is_under("com.acme.v") && !id.is_under("com.acmecorp"));
    }
}
