//! A small sparse registry in memory.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Received, Reply};
use crate::sha256_hex;

/// A sparse registry: index at `/index/`, packages at `/dl/`. Its [`handler`](Self::handler) goes into a
/// [`Server`](super::Server).
#[derive(Debug, Clone, Default)]
pub struct SparseRegistry {
    /// Lines of the index, by crate.
    lines: BTreeMap<String, Vec<String>>,
    packages: BTreeMap<(String, String), Vec<u8>>,
    token: Option<String>,
    config: Option<Value>,
}

impl SparseRegistry {
    /// An empty one that everybody may read.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wants this in the header `Authorization`, for everything.
    pub fn require_token(&mut self, token: &str) -> &mut Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Another `config.json` than the proper one.
    pub fn config(&mut self, config: Value) -> &mut Self {
        self.config = Some(config);
        self
    }

    /// Adds a package. `more` are further keys of its line in the index, such as `deps`. Returns its checksum.
    pub fn publish(&mut self, name: &str, version: &str, package: &[u8], more: Value) -> String {
        let cksum = sha256_hex(package);
        let mut line = json!({
            "name": name, "vers": version, "deps": [], "cksum": cksum, "features": {}, "yanked": false,
        });
        if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
            line.extend(more);
        }
        self.line(name, &line.to_string());
        self.packages.insert((name.to_owned(), version.to_owned()), package.to_owned());
        cksum
    }

    /// Adds a line to the index as it is.
    pub fn line(&mut self, name: &str, line: &str) -> &mut Self {
        self.lines.entry(name.to_owned()).or_default().push(line.to_owned());
        self
    }

    /// Gives other bytes for a package than the index says.
    pub fn swap(&mut self, name: &str, version: &str, package: &[u8]) -> &mut Self {
        self.packages.insert((name.to_owned(), version.to_owned()), package.to_owned());
        self
    }

    /// What a server does with it.
    pub fn handler(self) -> impl Fn(&Received) -> Reply + Send + Sync + 'static {
        move |request| self.answer(request)
    }

    fn answer(&self, request: &Received) -> Reply {
        if self.token.is_some() && request.header("Authorization") != self.token.as_deref() {
            return Reply::status(401, &[], b"");
        }
        if let Some(rest) = request.path.strip_prefix("/index/") {
            return self.index(rest, request);
        }
        let mut parts = request.path.trim_start_matches("/dl/").split('/');
        let key = (parts.next().unwrap_or_default().to_owned(), parts.next().unwrap_or_default().to_owned());
        self.packages.get(&key).map_or_else(|| Reply::status(404, &[], b""), Reply::ok)
    }

    fn index(&self, rest: &str, request: &Received) -> Reply {
        if rest == "config.json" {
            let host = request.header("Host").unwrap_or_default();
            let config = self.config.clone().unwrap_or_else(
                || json!({ "dl": format!("http://{host}/dl"), "auth-required": self.token.is_some() }),
            );
            return Reply::ok(config.to_string());
        }
        let name = rest.rsplit('/').next().unwrap_or_default();
        let Some((_, lines)) = self.lines.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) else {
            return Reply::status(404, &[], b"");
        };
        let body = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let etag = format!("\"{}\"", sha256_hex(body.as_bytes()));
        if request.header("If-None-Match") == Some(&etag) {
            return Reply::status(304, &[("ETag", &etag)], b"");
        }
        Reply::status(200, &[("ETag", &etag)], body)
    }
}
