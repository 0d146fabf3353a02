//! `[modules]` and `[keys]`: which packages of modules are wanted, and who signs.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustle_playbook::{Location, Problem, SourceFile};
use rustle_schema::package::ModuleId;
use rustle_schema::package::source::Reference;

use super::reader::Table;

/// A package of modules that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// Where it comes from.
    pub source: Wanted,
    /// Its features that are wanted.
    pub features: Vec<String>,
    /// Whether its default features are wanted.
    pub default_features: bool,
    /// Where that stands.
    pub at: Option<Location>,
}

/// Where a package that is wanted comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A registry.
    Registry {
        /// The versions that do.
        version: String,
        /// The registry's name, where it is not the one that the id is bound to.
        registry: Option<String>,
    },
    /// A file or a crate's folder, relative to the folder of `rustle.toml`.
    File {
        /// The path.
        path: String,
    },
    /// A git repository.
    Git {
        /// Its address.
        repository: String,
        /// What is taken of it.
        reference: Reference,
        /// The folder or file in it.
        path: Option<String>,
        /// Whether its submodules are taken as well.
        submodules: bool,
        /// The environment variable that holds a token for it.
        token_env: Option<String>,
    },
    /// A file that is downloaded.
    Http {
        /// Its address.
        url: String,
        /// Its sha256, in hexadecimal.
        sha256: String,
        /// Headers to send: name, and the environment variable that holds the value.
        headers: BTreeMap<String, String>,
        /// The folder or file in it, where it is an archive.
        path: Option<String>,
    },
    /// Rust text.
    Inline {
        /// The text.
        text: String,
        /// The file that it stands in.
        file: String,
    },
}

/// A key that packages are signed with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Key {
    /// The public key, in minisign's base64.
    pub key: String,
    /// The prefixes of ids that it may sign for.
    pub prefixes: Vec<String>,
    /// The day after which it does not count any more, `2027-12-31`.
    pub expires: Option<String>,
    /// Whether it does not count any more at all.
    pub revoked: bool,
    /// Whether what it signs is official, and may call itself so.
    pub official: bool,
    /// Where it stands.
    pub at: Option<Location>,
}

pub(super) fn declared(mut table: Table<'_>, problems: &mut Vec<Problem>) -> BTreeMap<ModuleId, Declared> {
    let mut all = BTreeMap::new();
    for key in table.keys() {
        let at = table.key_at(&key);
        let Some(value) = table.table_or_text(&key, problems) else { continue };
        let id = match key.parse::<ModuleId>() {
            Ok(id) => id,
            Err(why) => {
                let problem = Problem::error("config", why);
                problems.push(match &at {
                    Some(at) => problem.at(at.clone()),
                    None => problem,
                });
                continue;
            }
        };
        let declared = match value {
            Err((version, _)) => {
                let source = Wanted::Registry { version, registry: None };
                Some(Declared { source, features: Vec::new(), default_features: true, at })
            }
            Ok(table) => one(table, at, problems),
        };
        all.extend(declared.map(|declared| (id, declared)));
    }
    all
}

/// The keys that say which kind of source a table is, each with those that go with it.
const KINDS: &[(&str, &[&str])] = &[
    ("file", &[]),
    ("git", &["branch", "tag", "rev", "path", "submodules", "token_env"]),
    ("url", &["sha256", "headers", "path"]),
    ("inline", &[]),
    ("version", &["registry"]),
];

fn one(mut table: Table<'_>, at: Option<Location>, problems: &mut Vec<Problem>) -> Option<Declared> {
    let kind = kind(&table, at.as_ref(), problems)?;
    let source = match kind {
        "file" => Wanted::File { path: table.text("file", problems)? },
        "git" => Wanted::Git {
            repository: table.text("git", problems)?,
            reference: reference(&mut table, problems),
            path: table.text("path", problems),
            submodules: table.boolean("submodules", problems).unwrap_or_default(),
            token_env: table.text("token_env", problems),
        },
        "url" if table.key_at("path").is_some() && !names_a_file(&mut table, problems) => return None,
        "url" => Wanted::Http {
            url: table.text("url", problems)?,
            sha256: sha256(&mut table, at.as_ref(), problems)?,
            headers: headers(&mut table, problems),
            path: table.text("path", problems),
        },
        "inline" => {
            let file = table.file_name();
            Wanted::Inline { text: table.text("inline", problems)?, file }
        }
        _ => Wanted::Registry {
            version: table.text("version", problems)?,
            registry: table.text("registry", problems),
        },
    };
    let features = table.texts("features", problems).into_iter().map(|(text, _)| text).collect();
    let default_features = table.boolean("default_features", problems).unwrap_or(true);
    table.finish(problems);
    Some(Declared { source, features, default_features, at })
}

/// Whether `path` names a Rust file: in an archive, a crate lies at its root.
fn names_a_file(table: &mut Table<'_>, problems: &mut Vec<Problem>) -> bool {
    let Some((path, at)) = table.text_at("path", problems) else { return false };
    let is_file = path.ends_with(".rs");
    if !is_file {
        let message = "`path` names a .rs file of the archive: a crate lies at its root";
        problems.push(Problem::error("config", message).at(at));
    }
    is_file
}

/// Which kind of source the table is: exactly one.
fn kind(table: &Table<'_>, at: Option<&Location>, problems: &mut Vec<Problem>) -> Option<&'static str> {
    let keys = table.keys();
    let there: Vec<&str> =
        KINDS.iter().map(|(kind, _)| *kind).filter(|kind| keys.iter().any(|key| key == kind)).collect();
    let message = match there.as_slice() {
        [kind] => {
            for key in &keys {
                let goes = KINDS.iter().filter(|(_, keys)| keys.contains(&key.as_str()));
                let of: Vec<&str> = goes.map(|(kind, _)| *kind).collect();
                if !of.is_empty() && !of.contains(kind) {
                    let message = format!("`{key}` goes with `{}`, not with `{kind}`", of.join("` and `"));
                    problems.extend(table.key_at(key).map(|at| Problem::error("config", message).at(at)));
                    return None;
                }
            }
            return Some(kind);
        }
        [] => "a module needs a source: `file`, `git`, `url`, `inline` or `version`".to_owned(),
        [first, second, ..] => {
            format!("`{first}` and `{second}` are both given, and a module has one source")
        }
    };
    let problem = Problem::error("config", message);
    problems.push(at.map(|at| problem.clone().at(at.clone())).unwrap_or(problem));
    None
}

fn reference(table: &mut Table<'_>, problems: &mut Vec<Problem>) -> Reference {
    let branch = table.text_at("branch", problems).map(|(name, at)| (Reference::Branch(name), at));
    let tag = table.text_at("tag", problems).map(|(name, at)| (Reference::Tag(name), at));
    let rev = table.text_at("rev", problems).map(|(name, at)| (Reference::Rev(name), at));
    let mut given = [branch, tag, rev].into_iter().flatten();
    let first = given.next();
    if let Some((_, at)) = given.next() {
        let message = "only one of `branch`, `tag` and `rev` can be given";
        problems.push(Problem::error("config", message).at(at));
    }
    first.map(|(reference, _)| reference).unwrap_or_default()
}

fn sha256(table: &mut Table<'_>, at: Option<&Location>, problems: &mut Vec<Problem>) -> Option<String> {
    let Some((text, place)) = table.text_at("sha256", problems) else {
        if !table.keys().iter().any(|key| key == "sha256") {
            let problem =
                Problem::error("config", "a module that is downloaded needs the `sha256` of the file")
                    .with_help("`cargo rustle add ID --url URL` downloads it once and writes the sum down");
            problems.push(at.map(|at| problem.clone().at(at.clone())).unwrap_or(problem));
        }
        return None;
    };
    let hex = text.strip_prefix("sha256:").unwrap_or(&text).to_ascii_lowercase();
    if hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit()) {
        return Some(hex);
    }
    problems.push(Problem::error("config", "`sha256` should be 64 hexadecimal digits").at(place));
    None
}

fn headers(table: &mut Table<'_>, problems: &mut Vec<Problem>) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    let Some(mut inner) = table.table("headers", problems) else { return headers };
    for name in inner.keys() {
        let Some(value) = inner.table_or_text(&name, problems) else { continue };
        match value {
            Ok(mut value) => {
                headers.extend(value.text("env", problems).map(|variable| (name, variable)));
                value.finish(problems);
            }
            Err((_, at)) => problems.push(
                Problem::error("config", format!("the header `{name}` should come from the environment"))
                    .at(at)
                    .with_help(format!(
                        "write `{name} = {{ env = \"VARIABLE\" }}`: what is secret stays out of files"
                    )),
            ),
        }
    }
    headers
}

pub(super) fn keys(mut table: Table<'_>, problems: &mut Vec<Problem>) -> BTreeMap<String, Key> {
    let mut all = BTreeMap::new();
    for name in table.keys() {
        let at = table.key_at(&name);
        let Some(mut inner) = table.table(&name, problems) else { continue };
        let key = Key {
            key: inner.text("key", problems).unwrap_or_default(),
            prefixes: inner.texts("prefixes", problems).into_iter().map(|(text, _)| text).collect(),
            expires: inner.text("expires", problems),
            revoked: inner.boolean("revoked", problems).unwrap_or_default(),
            official: inner.boolean("official", problems).unwrap_or_default(),
            at,
        };
        inner.finish(problems);
        all.insert(name, key);
    }
    all
}

/// The file that a package's text would stand in, for messages.
pub fn inline_file(id: &ModuleId, file: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile { path: inline_name(id, file), text: text.to_owned() })
}

/// What messages call a package's text that stands in `file`.
pub fn inline_name(id: &ModuleId, file: &str) -> String {
    format!("{file} (the inline module `{id}`)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::diagnostics::{Problems, one_line};

    fn parse(text: &str) -> (Config, Vec<String>) {
        let mut problems = Vec::new();
        let config = Config::of_text(text.to_owned(), &mut problems);
        (config, Problems::new(problems).iter().map(one_line).collect())
    }

    #[test]
    fn every_source_can_be_declared() {
        let (config, problems) = parse(
            r#"
            [modules]
            "acme.a" = "^1.2"
            "acme.b" = { version = "1..2", registry = "acme", features = ["x"], default_features = false }
            "acme.c" = { file = "modules/c.rs" }
            "acme.d" = { git = "https://example.org/d.git", tag = "v1", path = "d" }
            "acme.e" = { url = "https://example.org/e.tar.gz", sha256 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", headers = { Authorization = { env = "TOKEN" } } }
            "acme.f" = { inline = "//! Nothing." }
            [registries.acme]
            index = "sparse+https://example.org/index"
            prefixes = ["acme"]
            token_env = "ACME_TOKEN"
            [keys.ops]
            key = "RWQ"
            prefixes = ["acme"]
            expires = "2027-12-31"
            "#,
        );
        assert_eq!(problems, [""; 0]);
        let source = |id: &str| &config.modules[id].source;
        assert_eq!(*source("acme.a"), Wanted::Registry { version: "^1.2".into(), registry: None });
        assert!(!config.modules["acme.b"].default_features);
        assert!(
            matches!(source("acme.d"), Wanted::Git { reference: Reference::Tag(tag), .. } if tag == "v1")
        );
        assert!(matches!(source("acme.e"), Wanted::Http { sha256, headers, .. }
            if *sha256 == "a".repeat(64) && headers["Authorization"] == "TOKEN"));
        assert!(matches!(source("acme.f"), Wanted::Inline { file, .. } if file == "rustle.toml"));
        assert_eq!(config.registries["acme"].index, "https://example.org/index/");
        assert_eq!(config.keys["ops"].prefixes, ["acme"]);
    }

    #[test]
    fn what_is_wrong_is_told_where_it_stands() {
        let (_, problems) = parse(
            "[modules]\ngreet = \"1\"\n\"a.b\" = { }\n\"a.c\" = { file = \"x\", git = \"y\" }\n\"a.d\" = { file = \"x\", tag = \"v\" }\n\
             \"a.e\" = { url = \"https://x\" }\n\"a.f\" = { url = \"https://x\", sha256 = \"12\" }\n\
             \"a.g\" = { git = \"x\", tag = \"1\", rev = \"2\" }\n\"a.h\" = { url = \"https://x\", sha256 = \"12\", headers = { A = \"secret\" } }\n\
             [registries.x]\nindex = \"https://x/\"\nprefixes = \"a\"\ndefault = true\n[registries.y]\nprefixes = [\"a\"]\ndefault = true\n",
        );
        let starts = [
            "rustle.toml:2:1: `greet` is not a package's id",
            "rustle.toml:3:1: a module needs a source",
            "rustle.toml:4:1: `file` and `git` are both given",
            "rustle.toml:5:23: `tag` goes with `git`, not with `file`",
            "rustle.toml:6:1: a module that is downloaded needs the `sha256`",
            "rustle.toml:7:39: `sha256` should be 64",
            "rustle.toml:8:39: only one of",
            "rustle.toml:9:39: `sha256` should be 64",
            "rustle.toml:14:13: `a` is bound to `x` and to `y`",
            "rustle.toml:14:13: `x` and `y` are both the default",
            "rustle.toml:14:13: the registry `y` needs",
        ];
        assert_eq!(problems.len(), starts.len(), "{problems:#?}");
        for (problem, start) in problems.iter().zip(starts) {
            assert!(problem.starts_with(start), "{problem} / {start}");
        }
    }
}
