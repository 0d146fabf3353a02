//! What a result says of the file it is about: owner, mode, state, size.

use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use rustle_schema::outcome::Outcome;
use rustle_value::{Map, Value};

use crate::error::Error;
use crate::fs::mode;
use crate::fs::users::{self, Names};

/// What stands at a path, in the words of the `file` module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing, or nothing that can be seen.
    Absent,
    /// A symbolic link, wherever it leads.
    Link,
    /// A folder.
    Directory,
    /// A file with several names.
    Hard,
    /// A file, or anything else.
    File,
}

impl State {
    /// What stands at `path`.
    pub fn of(path: &Path) -> State {
        match std::fs::symlink_metadata(path) {
            Err(_) => State::Absent,
            Ok(metadata) if metadata.is_symlink() => State::Link,
            Ok(metadata) if metadata.is_dir() => State::Directory,
            Ok(metadata) if metadata.nlink() > 1 => State::Hard,
            Ok(_) => State::File,
        }
    }

    /// Ansible's word for it.
    pub fn word(self) -> &'static str {
        match self {
            State::Absent => "absent",
            State::Link => "link",
            State::Directory => "directory",
            State::Hard => "hard",
            State::File => "file",
        }
    }
}

/// Adds to `data` what Ansible adds to every result that names a file: `uid`, `gid`, `owner`, `group`, `mode`, `state`,
/// `size`; nothing if nothing is there. A link is followed to see whether it leads anywhere, but is itself described.
pub fn describe(data: &mut Map, path: &Path) {
    let Ok(metadata) = std::fs::symlink_metadata(path) else { return };
    if metadata.is_symlink() && !path.exists() {
        return;
    }
    let (uid, gid) = (metadata.uid(), metadata.gid());
    data.insert("uid", uid);
    data.insert("gid", gid);
    data.insert("owner", users::user_by_id(uid).map_or_else(|| uid.to_string(), |user| user.name));
    data.insert("group", users::group_by_id(gid).map_or_else(|| gid.to_string(), |group| group.name));
    data.insert("mode", mode::display(metadata.mode() & mode::BITS));
    let state = match &metadata {
        it if it.is_symlink() => State::Link,
        it if it.is_dir() => State::Directory,
        it if it.nlink() > 1 => State::Hard,
        _ => State::File,
    };
    data.insert("state", state.word());
    data.insert("size", metadata.size());
}

/// The outcome with what [`describe`] says of `path`.
pub fn described(mut outcome: Outcome, path: &Path) -> Outcome {
    describe(&mut outcome.data, path);
    outcome
}

/// A failure over the file `path`, which the failed task returns with its description.
pub fn failure(message: impl Into<String>, path: &Path) -> Error {
    let mut data = Map::new();
    data.insert("path", text(path));
    describe(&mut data, path);
    data.iter().fold(Error::new(message), |error, (key, value)| match key.as_str() {
        Some(key) => error.with(key, value.clone()),
        None => error,
    })
}

/// A path as a value. What is not UTF-8 in it is replaced.
pub fn text(path: &Path) -> Value {
    Value::from(path.to_string_lossy().as_ref())
}

/// A time of a file as Python's `stat` gives it, in seconds.
pub fn seconds(seconds: i64, nanoseconds: i64) -> f64 {
    seconds as f64 + 1e-9 * nanoseconds as f64
}

/// What the `stat` and `find` modules return of a file's metadata, alike in both: from `mode` to `isgid`.
pub fn fields(metadata: &Metadata) -> Map {
    let mode = metadata.mode();
    let kind = metadata.file_type();
    let bit = |bit: u32| Value::Bool(mode & bit != 0);
    Map::from([
        ("mode", Value::from(format!("{:04o}", mode & mode::BITS))),
        ("isdir", Value::Bool(kind.is_dir())),
        ("ischr", Value::Bool(kind.is_char_device())),
        ("isblk", Value::Bool(kind.is_block_device())),
        ("isreg", Value::Bool(kind.is_file())),
        ("isfifo", Value::Bool(kind.is_fifo())),
        ("islnk", Value::Bool(kind.is_symlink())),
        ("issock", Value::Bool(kind.is_socket())),
        ("uid", Value::from(metadata.uid())),
        ("gid", Value::from(metadata.gid())),
        ("size", Value::from(metadata.size())),
        ("inode", Value::from(metadata.ino())),
        ("dev", Value::from(metadata.dev())),
        ("nlink", Value::from(metadata.nlink())),
        ("atime", Value::Float(seconds(metadata.atime(), metadata.atime_nsec()))),
        ("mtime", Value::Float(seconds(metadata.mtime(), metadata.mtime_nsec()))),
        ("ctime", Value::Float(seconds(metadata.ctime(), metadata.ctime_nsec()))),
        ("wusr", bit(0o200)),
        ("rusr", bit(0o400)),
        ("xusr", bit(0o100)),
        ("wgrp", bit(0o020)),
        ("rgrp", bit(0o040)),
        ("xgrp", bit(0o010)),
        ("woth", bit(0o002)),
        ("roth", bit(0o004)),
        ("xoth", bit(0o001)),
        ("isuid", bit(0o4000)),
        ("isgid", bit(0o2000)),
    ])
}

/// The names of a file's owner and group, where they have any.
pub fn owner_names(metadata: &Metadata, names: &Names) -> (Option<String>, Option<String>) {
    (names.user(metadata.uid()), names.group(metadata.gid()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn states() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        assert_eq!(State::of(&file), State::Absent);
        std::fs::write(&file, "x").unwrap();
        assert_eq!(State::of(&file), State::File);
        symlink("nowhere", folder.path().join("link")).unwrap();
        assert_eq!(State::of(&folder.path().join("link")), State::Link);
        std::fs::hard_link(&file, folder.path().join("second")).unwrap();
        assert_eq!(State::of(&file), State::Hard);
        assert_eq!(State::of(folder.path()).word(), "directory");
    }

    #[test]
    fn descriptions() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "12345").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let outcome = described(Outcome::ok(), &file);
        assert_eq!(outcome.data.get("mode"), Some(&Value::from("0640")));
        assert_eq!(outcome.data.get("size"), Some(&Value::Int(5)));
        symlink("nowhere", folder.path().join("link")).unwrap();
        assert!(described(Outcome::ok(), &folder.path().join("link")).data.is_empty());
        let error = failure("no", &file).into_outcome();
        assert_eq!(error.data.get("state"), Some(&Value::from("file")));
    }
}
