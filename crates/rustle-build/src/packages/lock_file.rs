//! `rustle.lock` as text.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use rustle_package::tree::check_path;
use rustle_package::{Digest, Limits};
use rustle_playbook::{Location, Problem, SourceFile};
use rustle_schema::package::Source;
use rustle_schema::package::lock::{Form, Lock, Locked, VERSION};

use super::place;

/// The lock's name.
pub const FILE_NAME: &str = "rustle.lock";

/// What stands above it.
const HEAD: &str = "# Written by `cargo rustle lock`: which packages of modules are linked, to the byte. It belongs into the repository.\n";

/// The text of a lock: sorted, so that the same packages give the same bytes.
pub fn write(lock: &Lock) -> Result<String, String> {
    let mut lock = Lock { version: VERSION, ..lock.clone() };
    lock.modules.sort_by(|a, b| a.id.cmp(&b.id));
    for locked in &mut lock.modules {
        locked.check = check(locked)?;
    }
    let text = toml::to_string(&lock).map_err(|error| error.to_string())?;
    Ok(format!("{HEAD}{text}"))
}

/// Reads the text of a lock.
///
/// # Errors
/// If it is none, or of a newer format.
pub fn parse(text: &str) -> Result<Lock, Box<Problem>> {
    let file = || Arc::new(SourceFile { path: FILE_NAME.into(), text: text.to_owned() });
    let refuse = |message: String, span: Option<std::ops::Range<usize>>| {
        let problem = Problem::error("lock", message)
            .with_help("take it from the repository again, or write it anew with `cargo rustle lock`");
        Box::new(match span {
            Some(span) => problem.at(Location::new(&file(), span)),
            None => problem,
        })
    };
    // The version first: a newer lock may have keys that mean something.
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| refuse(one_line(error.message()), error.span()))?;
    match table.get("version").and_then(toml::Value::as_integer) {
        Some(version) if version == i64::from(VERSION) => {}
        Some(version) => {
            return Err(refuse(
                format!("{FILE_NAME} has version {version}, and this Rustle reads version {VERSION}"),
                None,
            ));
        }
        None => return Err(refuse(format!("{FILE_NAME} has no version"), None)),
    }
    let lock: Lock = toml::from_str(text).map_err(|error| {
        let message = one_line(error.message());
        refuse(
            match error.span().and_then(|span| entry_at(text, span.start)) {
                Some(id) => format!("the entry of `{id}` cannot be read: {message}"),
                None => message,
            },
            error.span(),
        )
    })?;
    let sorted = lock.modules.windows(2).all(|pair| matches!(pair, [a, b] if a.id < b.id));
    if !sorted {
        return Err(refuse(format!("{FILE_NAME} is not sorted, or names a package twice"), None));
    }
    for locked in &lock.modules {
        let hex =
            |text: &str, length: usize| text.len() == length && text.chars().all(|c| c.is_ascii_hexdigit());
        let bad_commit = locked.commit.as_ref().is_some_and(|commit| !hex(commit, 40) && !hex(commit, 64));
        if !hex(&locked.sha256, 64) || locked.archive.as_ref().is_some_and(|sum| !hex(sum, 64)) || bad_commit
        {
            return Err(refuse(format!("`{}` has a digest that is none", locked.id), None));
        }
        if let Some(why) = impossible(locked) {
            return Err(refuse(format!("the entry of `{}` cannot be: {why}", locked.id), None));
        }
        if check(locked).as_ref() != Ok(&locked.check) {
            return Err(refuse(format!("the entry of `{}` was changed by hand", locked.id), None));
        }
    }
    Ok(lock)
}

/// The id of the entry that the byte `at` stands in.
fn entry_at(text: &str, at: usize) -> Option<&str> {
    let start = text.get(..at)?.rfind("[[module]]")?;
    let mut lines = text.get(start..)?.lines().skip(1).take_while(|line| !line.starts_with('['));
    lines.find_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'))
}

/// Why no package can be as the entry says, if none can: what is compared must be what is compiled.
fn impossible(locked: &Locked) -> Option<String> {
    let is_file = locked.form == Form::File;
    let inside =
        |path: &str| check_path(path, &Limits::default()).err().map(|why| format!("`{path}`: {why}"));
    match &locked.source {
        Source::Registry { .. } if is_file => Some("a registry has crates".to_owned()),
        Source::Inline { .. } if !is_file => Some("text in another file is no crate".to_owned()),
        Source::File { path } if place::is_file(path) != is_file => {
            Some(format!("`{path}` is the other form"))
        }
        Source::Git { path: Some(path), .. } if place::is_file(path) != is_file => {
            Some(format!("`{path}` is the other form"))
        }
        Source::Git { path: Some(path), .. } => inside(path),
        Source::Http { .. } if is_file => locked.krate.as_deref().and_then(inside),
        _ => None,
    }
}

/// The check sum of an entry: over its text without the sum. It tells slips of an editor or of a merge, not malice.
fn check(locked: &Locked) -> Result<String, String> {
    let bare = Locked { check: String::new(), ..locked.clone() };
    let text = toml::to_string(&bare).map_err(|error| error.to_string())?;
    let mut sum = Digest::of(text.as_bytes()).hex();
    sum.truncate(16);
    Ok(sum)
}

fn one_line(message: &str) -> String {
    message.trim().replace('\n', ", ")
}

/// Reads the lock in `folder`; `None` if there is none.
///
/// # Errors
/// If it cannot be read.
pub fn load(folder: &Path) -> Result<Option<Lock>, Box<Problem>> {
    match std::fs::read_to_string(folder.join(FILE_NAME)) {
        Ok(text) => parse(&text).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Box::new(Problem::error("lock", format!("{FILE_NAME} cannot be read: {error}")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::one_line as shown;

    fn locked(id: &str) -> Locked {
        Locked {
            id: id.parse().unwrap(),
            version: "1.2.0-rc.1+x".parse().unwrap(),
            form: Form::Crate,
            krate: Some("odd".into()),
            source: "git+https://example.org/m.git?tag=v1".parse().unwrap(),
            commit: Some("a".repeat(40)),
            archive: None,
            sha256: "0".repeat(64),
            signers: ["ops".to_owned()].into(),
            permissions: ["fs:write:/etc/**".parse().unwrap()].into(),
            features: ["tls".to_owned()].into(),
            dependencies: ["acme.base".parse().unwrap()].into(),
            check: String::new(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let lock = Lock { version: VERSION, modules: vec![locked("acme.b"), locked("acme.a")] };
        let text = write(&lock).unwrap();
        let read = parse(&text).unwrap();
        let bare = |locked: &Locked| Locked { check: String::new(), ..locked.clone() };
        assert_eq!(read.modules.iter().map(bare).collect::<Vec<_>>(), [locked("acme.a"), locked("acme.b")]);
        assert_eq!(write(&read).unwrap(), text);
        assert_eq!(parse(&write(&Lock::default()).unwrap()).unwrap().modules, []);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |form, source: &str, krate: Option<&str>| {
            let locked = Locked {
                form,
                source: source.parse().unwrap(),
                krate: krate.map(str::to_owned),
                commit: None,
                ..locked("acme.a")
            };
            let text = write(&Lock { version: VERSION, modules: vec![locked] }).unwrap();
            parse(&text).map_or_else(|problem| problem.message, |_| String::new())
        };
        for (form, source, krate) in [
            (Form::File, "registry+https://example.org/", None),
            (Form::Crate, "inline:rustle.toml", None),
            (Form::File, "file:modules/x", None),
            (Form::Crate, "file:modules/x.rs", None),
            (Form::Crate, "git+https://example.org/x?path=a.rs", None),
            (Form::File, "git+https://example.org/x?path=../a.rs", None),
            (Form::File, "https://example.org/x.zip", Some("../../../src/evil.rs")),
        ] {
            assert!(refused(form, source, krate).contains("cannot be"), "{source}");
        }
        assert_eq!(refused(Form::File, "https://example.org/x.zip", Some("src/a.rs")), "");
        assert_eq!(refused(Form::Crate, "git+https://example.org/x?path=a/b", None), "");
    }

    #[test]
    fn a_damaged_lock_is_refused_where_it_is_damaged() {
        let text =
            write(&Lock { version: VERSION, modules: vec![locked("acme.a"), locked("acme.b")] }).unwrap();
        let refused = |text: &str| shown(&parse(text).unwrap_err());
        assert!(refused(&text.replace("version = 1\n", "version = 2\n")).contains("has version 2"));
        assert!(refused(&text.replace("acme.b", "acme.a")).contains("twice"));
        assert!(
            refused(&text.replacen(&"0".repeat(64), &"0".repeat(63), 1)).contains("`acme.a` has a digest")
        );
        assert!(refused(&text.replace("form = \"crate\"", "form = \"crete\"")).starts_with("rustle.lock:7:"));
        assert!(refused(&text.replace("krate", "x").replace("signers", "singers")).contains("singers"));
        assert!(refused("[[module").starts_with("rustle.lock:1:"));
        assert!(
            refused(&text.replacen("1.2.0-rc", "one-rc", 1))
                .contains("the entry of `acme.a` cannot be read: unexpected character")
        );
        assert!(refused("").contains("no version"));
        // No byte of an entry can be changed or cut off without being noticed.
        let first = text.find("[[module]]").unwrap();
        for at in first..text.trim_end().len() {
            if !text.is_char_boundary(at) || !text.is_char_boundary(at + 1) || text[at..=at].trim().is_empty()
            {
                continue;
            }
            let other = if &text[at..=at] == "b" { "c" } else { "b" };
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert!(parse(&changed).is_err(), "{changed}");
            let cut = parse(&text[..at]);
            assert!(cut.is_err() || cut.unwrap().modules.len() < 2, "{at}");
        }
    }
}
