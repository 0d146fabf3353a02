//! [`Source`]: where a package of modules comes from.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a package of modules comes from, as the lock writes it, in one line.
///
/// ```
/// use rustle_schema::package::Source;
///
/// let text = "git+https://example.org/modules.git?tag=v1.2&path=web/vhost";
/// let source: Source = text.parse()?;
/// assert!(matches!(&source, Source::Git { path: Some(path), .. } if path == "web/vhost"));
/// assert_eq!(source.to_string(), text);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// A file or a crate's folder, relative to the folder of `rustle.toml`: `file:modules/greet.rs`.
    File {
        /// The path, with slashes.
        path: String,
    },
    /// A git repository: `git+https://…?tag=v1&path=…`.
    Git {
        /// Its address.
        repository: String,
        /// What is taken of it.
        reference: Reference,
        /// The folder or file in it, with slashes; the repository's root where it is absent.
        path: Option<String>,
        /// Whether its submodules are taken as well.
        submodules: bool,
    },
    /// A file that is downloaded: `https://…`.
    Http {
        /// Its address.
        url: String,
    },
    /// A registry that speaks Cargo's sparse protocol: `registry+https://…/`.
    Registry {
        /// The address of its index, without Cargo's `sparse+`.
        index: String,
    },
    /// Text in the plan or in `rustle.toml`: `inline:plan.json`.
    Inline {
        /// The file that it stands in.
        file: String,
    },
}

/// What is taken of a git repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// The branch that its HEAD names.
    #[default]
    Default,
    /// A branch.
    Branch(String),
    /// A tag.
    Tag(String),
    /// A commit, in full.
    Rev(String),
    /// A tag or, if there is none of that name, a branch.
    Named(String),
}

impl Source {
    /// The kind in one word: `file`, `git`, `http`, `registry` or `inline`.
    pub fn kind(&self) -> &'static str {
        match self {
            Source::File { .. } => "file",
            Source::Git { .. } => "git",
            Source::Http { .. } => "http",
            Source::Registry { .. } => "registry",
            Source::Inline { .. } => "inline",
        }
    }

    /// Whether it is fetched from elsewhere, and so belongs into the store.
    pub fn is_remote(&self) -> bool {
        self.is_placed() || matches!(self, Source::Registry { .. })
    }

    /// Whether what is fetched is put into the project: Cargo brings it by itself from registries only.
    pub fn is_placed(&self) -> bool {
        matches!(self, Source::Git { .. } | Source::Http { .. })
    }
}

/// Characters that would end a value, and the escape's own.
const ESCAPED: &str = "%&#?= \n\r\t";

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if ESCAPED.contains(c) {
            escaped.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn unescape(text: &str) -> Result<String, String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let code = code.filter(u8::is_ascii).ok_or_else(|| format!("`{text}` has a bad escape"))?;
        result.push_str(before);
        result.push(char::from(code));
        rest = after.get(2..).unwrap_or_default();
    }
    result.push_str(rest);
    Ok(result)
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::File { path } => write!(f, "file:{path}"),
            Source::Http { url } => f.write_str(url),
            Source::Registry { index } => write!(f, "registry+{index}"),
            Source::Inline { file } => write!(f, "inline:{file}"),
            Source::Git { repository, reference, path, submodules } => {
                write!(f, "git+{repository}")?;
                let reference = match reference {
                    Reference::Default => None,
                    Reference::Branch(name) => Some(("branch", name.as_str())),
                    Reference::Tag(name) => Some(("tag", name.as_str())),
                    Reference::Rev(name) => Some(("rev", name.as_str())),
                    Reference::Named(name) => Some(("reference", name.as_str())),
                };
                let path = path.as_deref().map(|path| ("path", path));
                let submodules = submodules.then_some(("submodules", "true"));
                let pairs = reference.into_iter().chain(path).chain(submodules);
                pairs.enumerate().try_for_each(|(number, (key, value))| {
                    write!(f, "{}{key}={}", if number == 0 { '?' } else { '&' }, escape(value))
                })
            }
        }
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Source, String> {
        if let Some(path) = text.strip_prefix("file:").filter(|path| !path.is_empty()) {
            return Ok(Source::File { path: path.to_owned() });
        }
        if let Some(file) = text.strip_prefix("inline:").filter(|file| !file.is_empty()) {
            return Ok(Source::Inline { file: file.to_owned() });
        }
        if let Some(index) = text.strip_prefix("registry+").filter(|index| !index.is_empty()) {
            return Ok(Source::Registry { index: index.to_owned() });
        }
        if let Some(rest) = text.strip_prefix("git+").filter(|rest| !rest.is_empty()) {
            return git(rest);
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return Ok(Source::Http { url: text.to_owned() });
        }
        Err(format!("`{text}` is no source: `file:`, `git+`, `https://`, `registry+` or `inline:`"))
    }
}

fn git(text: &str) -> Result<Source, String> {
    let (repository, query) = text.rsplit_once('?').unwrap_or((text, ""));
    let (mut reference, mut path, mut submodules) = (Reference::Default, None, false);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = unescape(value)?;
        match key {
            "branch" => reference = Reference::Branch(value),
            "tag" => reference = Reference::Tag(value),
            "rev" => reference = Reference::Rev(value),
            "reference" => reference = Reference::Named(value),
            "path" => path = Some(value),
            "submodules" => submodules = value == "true",
            other => return Err(format!("`{text}` has `{other}`, which no source has")),
        }
    }
    Ok(Source::Git { repository: repository.to_owned(), reference, path, submodules })
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Source, String> {
        text.parse()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> String {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_read_as_it_is_written() {
        let git = |reference, path: Option<&str>, submodules| Source::Git {
            repository: "ssh://git@example.org:22/a/b.git".into(),
            reference,
            path: path.map(str::to_owned),
            submodules,
        };
        for source in [
            Source::File { path: "modules/greet.rs".into() },
            git(Reference::Default, None, false),
            git(Reference::Branch("feature/a&b=c #?%".into()), Some("web/v host"), true),
            git(Reference::Rev("0".repeat(40)), None, true),
            git(Reference::Named("v1".into()), None, false),
            Source::Http { url: "https://example.org/a.tar.gz?x=1&y=%20".into() },
            Source::Registry { index: "https://example.org/index/".into() },
            Source::Inline { file: "plan.json".into() },
        ] {
            assert_eq!(source.to_string().parse::<Source>().unwrap(), source);
        }
        for bad in ["", "file:", "ftp://x", "git+", "git+x?y=1", "git+x?path=%zz", "git+x?path=%C3"] {
            assert!(bad.parse::<Source>().is_err(), "{bad}");
        }
    }
}
