//! Writes what was prepared, and tells Cargo what it depends on.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Writes `content` to `path` unless that is what stands there: a file that is written anew makes everything that includes
/// it compile anew.
pub(crate) fn write_if_changed(path: &Path, content: &[u8]) -> io::Result<()> {
    let at = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(at)?;
    }
    fs::write(path, content).map_err(at)
}

/// Writes `path` by way of `write`: it appears as a whole or not at all.
pub(crate) fn write_whole(path: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    let at = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let partial = path.with_added_extension("partial");
    let written =
        File::create(&partial).and_then(|file| write(&file)).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written.map_err(at)
}

/// Removes all files in `folder` but those called one of `keep`, which an earlier build may have left.
pub(crate) fn keep_only(folder: &Path, keep: &[&str]) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if !keep.iter().any(|name| entry.file_name() == *name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// What Cargo should watch in place of `watched`.
///
/// Cargo looks at all that lies below a folder, and takes a file that does not exist for changed at every build. So a
/// file that is not there is watched through the nearest folder above it, and a folder in which the build itself writes
/// (`busy`: the output and what is above it) is not watched at all.
pub(crate) fn to_watch(watched: &BTreeSet<PathBuf>, busy: &Path) -> BTreeSet<PathBuf> {
    let busy = busy.canonicalize().unwrap_or_else(|_| busy.to_owned());
    let mut result = BTreeSet::new();
    for path in watched {
        let Some(there) = path.ancestors().find(|path| path.exists()) else { continue };
        let canonical = there.canonicalize().unwrap_or_else(|_| there.to_owned());
        if there.as_os_str().is_empty() || (there.is_dir() && busy.starts_with(&canonical)) {
            continue;
        }
        result.insert(there.to_owned());
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        write_if_changed(&path, b"one").unwrap();
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        write_if_changed(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
        write_if_changed(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        fs::write(folder.path().join("a/old"), "").unwrap();
        keep_only(&folder.path().join("a"), &["b"]).unwrap();
        assert!(path.exists() && !folder.path().join("a/old").exists());
        assert!(keep_only(&folder.path().join("nope"), &[]).is_ok());
    }

    #[test]
    fn what_is_not_there_is_watched_through_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("playbook/group_vars")).unwrap();
        fs::create_dir_all(root.join("target/out")).unwrap();
        fs::write(root.join("playbook/site.yml"), "").unwrap();
        let watched =
            ["playbook/site.yml", "playbook/group_vars/all.yml", "playbook/host_vars/x", "hosts.ini", ""];
        let watched = watched.iter().map(|name| root.join(name)).collect();
        let found = to_watch(&watched, &root.join("target/out"));
        let expected = ["playbook", "playbook/group_vars", "playbook/site.yml"].map(|name| root.join(name));
        assert_eq!(found, expected.into_iter().collect());
    }
}
