//! What an index says about one crate.

use std::collections::BTreeSet;

use super::{IndexEntry, Registry, entry, is_crate_name, prefix};
use crate::http::Client;
use crate::{FetchError, NoProgress};

/// The largest file about one crate.
const MAX_FILE: u64 = 50_000_000;

/// The longest line in it.
const MAX_LINE: usize = 1_000_000;

/// The most warnings that are told one by one.
const MAX_WARNINGS: usize = 50;

/// What an index says about one crate.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexAnswer {
    /// The versions, in the order of the index.
    pub entries: Vec<IndexEntry>,
    /// Lines that were skipped, and why.
    pub warnings: Vec<String>,
    /// What to give to the next [`Registry::entries`] together with `body`.
    pub etag: Option<String>,
    /// The file itself.
    pub body: Vec<u8>,
    /// Whether the file is the one that the caller had.
    pub not_modified: bool,
}

impl Registry {
    /// What the index says about a crate.
    ///
    /// `cached` is the entity tag and the body of a former answer; if they still hold, nothing is sent again. A line that
    /// is of no use (too long, no JSON, of a later format, about another crate, a version for the second time) is skipped
    /// with a warning; keys that are unknown are ignored.
    ///
    /// # Errors
    ///
    /// [`FetchError::UnknownCrate`] if the registry does not have it; a file of more than 50 MB is refused.
    pub fn entries(
        &self,
        client: &Client,
        crate_name: &str,
        cached: Option<(&str, &[u8])>,
    ) -> Result<IndexAnswer, FetchError> {
        let unknown =
            || FetchError::UnknownCrate { registry: self.name.clone(), name: crate_name.to_owned() };
        if !is_crate_name(crate_name) {
            return Err(self.wrong(format!("{crate_name:?} is no name that a crate can have")));
        }
        let opened = self.open(client)?;
        let lower = crate_name.to_ascii_lowercase();
        let url = self
            .index
            .join(&format!("{}/{lower}", prefix(&lower)))
            .map_err(|error| self.wrong(error.to_string()))?;
        let token = self.takes_token(&opened.config, &url)?;
        let etag = cached.map(|(etag, _)| etag);
        let (answer, _) = match self.ask(client, &url, token, etag, MAX_FILE, None, &NoProgress) {
            Err(error) if matches!(error.status(), Some(404 | 410 | 451)) => return Err(unknown()),
            answer => answer?,
        };
        let not_modified = answer.not_modified();
        let (etag, body) = match cached {
            Some((etag, body)) if not_modified => (Some(etag.to_owned()), body.to_vec()),
            _ => (answer.etag, answer.body),
        };
        let (entries, warnings) = self.read(crate_name, &body);
        Ok(IndexAnswer { entries, warnings, etag, body, not_modified })
    }

    /// Reads the file about a crate, as [`Registry::entries`] does, from bytes that are at hand.
    pub fn read(&self, crate_name: &str, body: &[u8]) -> (Vec<IndexEntry>, Vec<String>) {
        let mut entries: Vec<IndexEntry> = Vec::new();
        let mut versions = BTreeSet::new();
        let mut warnings = Vec::new();
        let mut untold = 0_usize;
        for (index, line) in body.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let read = if line.len() > MAX_LINE {
                Err(format!("longer than {MAX_LINE} bytes"))
            } else {
                entry::read(crate_name, line)
            };
            let problem = match read {
                Ok(entry) if versions.insert(entry.vers.clone()) => {
                    entries.push(entry);
                    continue;
                }
                Ok(entry) => format!("version {} is there a second time", entry.vers),
                Err(problem) => problem,
            };
            if warnings.len() < MAX_WARNINGS {
                let registry = &self.name;
                warnings
                    .push(format!("registry `{registry}`: `{crate_name}`, line {}: {problem}", index + 1));
            } else {
                untold += 1;
            }
        }
        if untold > 0 {
            warnings.push(format!("registry `{}`: `{crate_name}`: {untold} more such lines", self.name));
        }
        (entries, warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lines_are_skipped_and_counted() {
        let registry = Registry::new("acme", "sparse+https://h/", None).expect("valid");
        let good = |version: &str| {
            format!(r#"{{"name":"foo","vers":"{version}","cksum":"{}","deps":[]}}"#, "0".repeat(64))
        };
        let long = format!(r#"{{"name":"foo","x":"{}"}}"#, "x".repeat(MAX_LINE));
        let body = [
            good("1.0.0").as_str(),
            "nonsense",
            &long,
            "",
            &good("1.0.0"),
            &good("2.0.0\u{20}"),
            &good("2.0.0"),
        ]
        .join("\r\n");
        let (entries, warnings) = registry.read("foo", body.as_bytes());
        let versions: Vec<String> = entries.iter().map(|entry| entry.vers.to_string()).collect();
        assert_eq!(versions, ["1.0.0", "2.0.0"]);
        assert_eq!(warnings.len(), 4, "{warnings:?}");
        assert!(warnings[1].contains("line 3: longer"), "{warnings:?}");
        assert!(warnings[2].contains("second time"), "{warnings:?}");

        let (_, warnings) = registry.read("foo", "x\n".repeat(1000).as_bytes());
        assert_eq!(warnings.len(), MAX_WARNINGS + 1);
        assert!(warnings[MAX_WARNINGS].contains("950 more"), "{warnings:?}");
    }
}
