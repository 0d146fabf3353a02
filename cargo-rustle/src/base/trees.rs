//! The content of folders, each as one digest. What has the same lengths and times as when it was read is not read again,
//! as git and Cargo do it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustle_package::Digest;
use serde::{Deserialize, Serialize};
use walkdir::{DirEntry, WalkDir};

/// More files than this are no sources of a package.
const MOST_FILES: usize = 20_000;

/// Within this time two changes of a file may have one time.
const RACY: Duration = Duration::from_secs(2);

/// Folders of a package that no other package's build reads. What a build script reads there all the same, Cargo tells.
const APART: [&str; 5] = [".git", "target", "tests", "benches", "examples"];

/// What is known of folders.
#[derive(Debug)]
pub struct Trees {
    file: PathBuf,
    known: BTreeMap<PathBuf, Known>,
    changed: bool,
}

/// One folder: the digest of its files' names, lengths and times, and that of their content.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Known {
    looks: Digest,
    content: Digest,
}

impl Trees {
    /// What an earlier process has written into `folder`.
    pub fn load(folder: &Path) -> Trees {
        let file = folder.join("trees.json");
        let known = fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Trees { file, known: known.unwrap_or_default(), changed: false }
    }

    /// Keeps what was learnt. That it cannot be kept costs time and nothing else.
    pub fn save(&self) {
        if self.changed
            && let Ok(text) = serde_json::to_vec(&self.known)
        {
            let _ = rustle_package::atomic::write_atomic(&self.file, &text);
        }
    }

    /// The digest of all files below `path`, which may be a file: their names below it, their modes and contents.
    /// Symbolic links are followed.
    ///
    /// # Errors
    /// If something cannot be read, or there is far too much.
    pub fn digest(&mut self, path: &Path) -> io::Result<Digest> {
        self.digest_of(path, files(path, |_| true)?)
    }

    /// The same of a package's folder, without what no other package's build reads: see [`is_apart`].
    ///
    /// # Errors
    /// As for [`Trees::digest`].
    pub fn digest_package(&mut self, path: &Path) -> io::Result<Digest> {
        let files = files(path, |entry| {
            !(entry.depth() == 1 && entry.file_type().is_dir() && is_apart(entry.file_name()))
        })?;
        self.digest_of(path, files)
    }

    fn digest_of(&mut self, path: &Path, files: Vec<(PathBuf, Metadata)>) -> io::Result<Digest> {
        let now = SystemTime::now();
        let mut looks = String::new();
        let mut racy = false;
        for (name, metadata) in &files {
            looks.push_str(&format!("{}\t{}\n", name.display(), look(metadata)));
            racy |= [metadata.mtime(), metadata.ctime()].iter().any(|time| is_recent(*time, now));
        }
        let looks = Digest::of(looks.as_bytes());
        if let Some(known) = self.known.get(path).filter(|known| known.looks == looks) {
            return Ok(known.content);
        }
        let mut content = String::new();
        for (name, metadata) in &files {
            let file = if name.as_os_str().is_empty() { path.to_owned() } else { path.join(name) };
            let digest = Digest::of(&fs::read(file)?);
            content.push_str(&format!("{}\t{:o}\t{digest}\n", name.display(), metadata.mode() & 0o111));
        }
        let content = Digest::of(content.as_bytes());
        // What changes again at once would look the same.
        if !racy {
            self.known.insert(path.to_owned(), Known { looks, content });
            self.changed = true;
        }
        Ok(content)
    }
}

/// What a file looks like from outside: a file that is written or replaced looks otherwise.
pub fn look(metadata: &Metadata) -> String {
    let Ok(kind) = u8::try_from(metadata.mode() >> 12) else { return String::new() };
    format!(
        "{kind} {} {} {}.{} {}.{} {:o}",
        metadata.ino(),
        metadata.len(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        metadata.mode() & 0o7777
    )
}

/// Whether `seconds` is so near to `now`, or behind it, that a further change might not show.
fn is_recent(seconds: i64, now: SystemTime) -> bool {
    let at = u64::try_from(seconds).ok().map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    at.is_none_or(|at| now.duration_since(at).map_or(true, |age| age < RACY))
}

/// The files below `path` that `counts` lets through, by name.
fn files(path: &Path, counts: impl FnMut(&DirEntry) -> bool) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter().filter_entry(counts) {
        let entry = entry.map_err(io::Error::from)?;
        if !entry.file_type().is_dir() {
            let name = entry.path().strip_prefix(path).unwrap_or(entry.path()).to_owned();
            files.push((name, entry.metadata().map_err(io::Error::from)?));
        }
        if files.len() > MOST_FILES {
            return Err(io::Error::other(format!("{} holds more than {MOST_FILES} files", path.display())));
        }
    }
    Ok(files)
}

/// Whether a folder of this name, right in a package's, is not in the digest of the package.
pub fn is_apart(name: &OsStr) -> bool {
    APART.iter().any(|it| name == *it)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a file look as if it had been there for long.
    fn put(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn content_names_and_modes_count_and_tests_do_not() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("krate");
        put(&folder.join("src/lib.rs"), "one");
        let mut trees = Trees::load(home.path());
        let first = trees.digest_package(&folder).unwrap();
        put(&folder.join("tests/it.rs"), "x");
        put(&folder.join("target/debug/x"), "x");
        assert_eq!(trees.digest_package(&folder).unwrap(), first);
        put(&folder.join("src/lib.rs"), "two");
        let second = trees.digest_package(&folder).unwrap();
        assert_ne!(second, first, "the same length, and perhaps the same time");
        fs::rename(folder.join("src/lib.rs"), folder.join("src/main.rs")).unwrap();
        assert_ne!(trees.digest_package(&folder).unwrap(), second);
        put(&folder.join("src/tests/deep.rs"), "x");
        let deep = trees.digest_package(&folder).unwrap();
        put(&folder.join("src/tests/deep.rs"), "y");
        assert_ne!(
            trees.digest_package(&folder).unwrap(),
            deep,
            "only folders of the package itself are apart"
        );
        // `src` is no package: nothing in it is apart.
        let plain = trees.digest(&folder.join("src")).unwrap();
        put(&folder.join("src/tests/deep.rs"), "z");
        assert_ne!(trees.digest(&folder.join("src")).unwrap(), plain);
        assert!(trees.digest(&home.path().join("nope")).is_err());
    }

    #[test]
    fn what_is_settled_is_not_read_again() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("a.rs");
        put(&file, "one");
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        fs::File::options().write(true).open(&file).unwrap().set_modified(long_ago).unwrap();
        let mut trees = Trees::load(home.path());
        trees.digest(&file).unwrap();
        assert!(trees.known.is_empty(), "its status has changed just now");
        std::thread::sleep(RACY + Duration::from_millis(1100));
        let first = trees.digest(&file).unwrap();
        trees.save();
        let mut again = Trees::load(home.path());
        let known = again.known.get(&file).copied().unwrap();
        assert_eq!((known.content, again.digest(&file).unwrap()), (first, first));
        put(&file, "two");
        assert_ne!(again.digest(&file).unwrap(), first);
    }
}
