//! Bases that are kept, each with a record of what is not in its key: what it looks like, and what Cargo and its build
//! scripts said they had read.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustle_package::{Digest, atomic};
use serde::{Deserialize, Serialize};

use crate::base::surroundings;
use crate::base::trees::look;

/// As many bases of a project are kept: debug and release, for two targets.
const MOST: usize = 4;

/// A base that is kept.
#[derive(Debug)]
pub struct Kept {
    /// The executable that a bundle is appended to.
    pub base: PathBuf,
    /// Where Cargo puts the finished one.
    pub output: PathBuf,
}

/// What was read for an executable beside what its key covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// Files, with their digests then.
    files: Vec<(PathBuf, Option<Digest>)>,
    /// Environment variables, with the digests of their values then.
    variables: Vec<(String, Option<Digest>)>,
}

/// What a base is, for whoever wants to know how large another one will be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Cargo's options for profile and features.
    pub options: Vec<String>,
    /// The target, where one was named.
    pub target: Option<String>,
    /// The crates of modules that are linked.
    pub crates: Vec<String>,
    /// Bytes of a bundle that is embedded in it.
    pub embedded: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    key: Digest,
    looks: String,
    output: PathBuf,
    read: Read,
    #[serde(default)]
    about: About,
}

impl Read {
    /// Remembers these files and variables as they are now.
    pub fn now(files: &BTreeSet<PathBuf>, variables: &BTreeSet<String>) -> Read {
        Read {
            files: files.iter().map(|path| (path.clone(), surroundings::digest(path))).collect(),
            variables: variables.iter().map(|name| (name.clone(), value(name))).collect(),
        }
    }

    /// What is not as it was.
    fn changed(&self) -> Option<String> {
        let file = self.files.iter().find(|(path, digest)| surroundings::digest(path) != *digest);
        let variable = self.variables.iter().find(|(name, digest)| value(name) != *digest);
        let file = file.map(|(path, _)| format!("{} has changed", path.display()));
        file.or_else(|| variable.map(|(name, _)| format!("the environment variable {name} has changed")))
    }
}

fn value(name: &str) -> Option<Digest> {
    std::env::var_os(name).map(|value| Digest::of(value.as_encoded_bytes()))
}

fn folder(state: &Path, key: Digest) -> PathBuf {
    state.join("bases").join(key.hex().get(..16).unwrap_or_default())
}

/// The base with this key.
///
/// # Errors
/// Why there is none that may be taken.
pub fn find(state: &Path, key: Digest) -> Result<Kept, String> {
    let folder = folder(state, key);
    let none = || "no base is kept of these sources, features, profile and compiler".to_owned();
    let text = fs::read(folder.join("record.json")).map_err(|_| none())?;
    let record: Record = serde_json::from_slice(&text).map_err(|_| none())?;
    if record.key != key {
        return Err(none());
    }
    let base = folder.join("base");
    if fs::metadata(&base).ok().map(|metadata| look(&metadata)).as_ref() != Some(&record.looks) {
        return Err("the base that is kept was touched".into());
    }
    if let Some(changed) = record.read.changed() {
        return Err(changed);
    }
    Ok(Kept { base, output: record.output })
}

/// Keeps a copy of `executable`, which Cargo wrote, or says that it lies at `output`.
///
/// # Errors
/// If it cannot be written. Nothing is kept then.
pub fn keep(
    state: &Path,
    key: Digest,
    executable: &Path,
    output: &Path,
    (read, about): (Read, About),
) -> io::Result<Kept> {
    let folder = folder(state, key);
    fs::create_dir_all(&folder)?;
    let base = folder.join("base");
    let partial = folder.join(format!("base.{}.partial", std::process::id()));
    let written = fs::copy(executable, &partial).and_then(|_| fs::rename(&partial, &base));
    if let Err(error) = written {
        let _ = fs::remove_file(&partial);
        return Err(error);
    }
    let looks = look(&fs::metadata(&base)?);
    let record = Record { key, looks, output: output.to_owned(), read, about };
    atomic::write_atomic(&folder.join("record.json"), &serde_json::to_vec(&record)?)?;
    remove_old(&state.join("bases"));
    Ok(Kept { base, output: output.to_owned() })
}

/// Every base that is kept, newest first: what it is, and how many bytes it has.
pub fn all(state: &Path) -> Vec<(About, u64)> {
    let entries = fs::read_dir(state.join("bases")).into_iter().flatten().flatten();
    let mut found: Vec<(Option<SystemTime>, About, u64)> = entries
        .filter_map(|entry| {
            let file = entry.path().join("record.json");
            let record: Record = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
            let length = fs::metadata(entry.path().join("base")).ok()?.len();
            Some((fs::metadata(&file).and_then(|metadata| metadata.modified()).ok(), record.about, length))
        })
        .collect();
    found.sort_by_key(|(made, ..)| std::cmp::Reverse(*made));
    found.into_iter().map(|(_, about, length)| (about, length)).collect()
}

/// Removes all bases but the newest.
fn remove_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let made =
        |path: &Path| fs::metadata(path.join("record.json")).and_then(|metadata| metadata.modified()).ok();
    let mut bases: Vec<(Option<SystemTime>, PathBuf)> =
        entries.flatten().map(|entry| (made(&entry.path()), entry.path())).collect();
    bases.sort();
    let surplus = bases.len().saturating_sub(MOST);
    for (_, path) in bases.into_iter().take(surplus) {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_found_until_it_is_touched() {
        let home = tempfile::tempdir().unwrap();
        let executable = home.path().join("web");
        fs::write(&executable, "\x7fELF").unwrap();
        let key = Digest::of(b"key");
        assert!(find(home.path(), key).unwrap_err().contains("no base is kept"));
        keep(home.path(), key, &executable, Path::new("/out/web"), Default::default()).unwrap();
        let found = find(home.path(), key).unwrap();
        assert_eq!(fs::read(&found.base).unwrap(), b"\x7fELF");
        assert_eq!(found.output, Path::new("/out/web"));
        assert!(find(home.path(), Digest::of(b"other")).is_err());
        fs::write(&found.base, "\x7fELG").unwrap();
        assert_eq!(find(home.path(), key).unwrap_err(), "the base that is kept was touched");
    }

    #[test]
    fn what_was_read_must_be_the_same() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("included.txt");
        fs::write(&file, "one").unwrap();
        let files = BTreeSet::from([file.clone(), home.path().join("absent")]);
        let read = Read::now(&files, &BTreeSet::from(["RUSTLE_TEST_UNSET".to_owned(), "PATH".to_owned()]));
        assert_eq!(read.changed(), None);
        fs::write(&file, "two").unwrap();
        assert_eq!(read.changed(), Some(format!("{} has changed", file.display())));
        fs::write(&file, "one").unwrap();
        fs::write(home.path().join("absent"), "").unwrap();
        assert!(read.changed().unwrap().contains("absent"));
        let other = Read { files: Vec::new(), variables: vec![("PATH".into(), Some(Digest::of(b"x")))] };
        assert!(other.changed().unwrap().contains("PATH"));
    }

    #[test]
    fn only_the_newest_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let executable = home.path().join("web");
        fs::write(&executable, "x").unwrap();
        let key = |number: usize| Digest::of(format!("{number}").as_bytes());
        let about = |number: usize| About { crates: vec![number.to_string()], ..About::default() };
        for number in 0..MOST + 2 {
            keep(home.path(), key(number), &executable, &executable, (Read::default(), about(number)))
                .unwrap();
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(fs::read_dir(home.path().join("bases")).unwrap().count(), MOST);
        assert!(find(home.path(), key(1)).is_err() && find(home.path(), key(MOST + 1)).is_ok());
        let all = all(home.path());
        assert_eq!((all.len(), &all[0]), (MOST, &(about(MOST + 1), 1)));
    }
}
