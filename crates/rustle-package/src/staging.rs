//! What is being written and has not its name yet.
//!
//! A temporary file or folder lies beside what it will become, so that one `rename` finishes it. Its maker holds a lock
//! on it for as long as it lives; what nobody holds was left behind by a process that died, and is swept.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use tempfile::{NamedTempFile, TempDir};

/// What the name of everything temporary begins with.
pub(crate) const PREFIX: &str = ".rustle-tmp-";

/// How often a temporary name is tried anew when a sweeper took it in the moment between its making and its lock.
const ATTEMPTS: u32 = 64;

/// A temporary file in `folder` that will have `mode` (less the umask), locked.
pub(crate) fn file(folder: &Path, mode: u32) -> io::Result<NamedTempFile> {
    for _ in 0..ATTEMPTS {
        let made = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        if is_ours(made.as_file(), made.path())? {
            return Ok(made);
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "temporary files vanish as soon as they are made"))
}

/// A temporary folder in `folder`, and the lock on it.
pub(crate) fn folder(folder: &Path) -> io::Result<(TempDir, File)> {
    for _ in 0..ATTEMPTS {
        let made = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(Permissions::from_mode(0o777))
            .tempdir_in(folder)?;
        let lock = match File::open(made.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other?,
        };
        if is_ours(&lock, made.path())? {
            return Ok((made, lock));
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "temporary folders vanish as soon as they are made"))
}

/// Locks what was just made, and says whether it is still there.
fn is_ours(lock: &File, path: &Path) -> io::Result<bool> {
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(false),
        // A file system without locks (some network ones): nothing is swept there either.
        Err(TryLockError::Error(_)) => return Ok(true),
    }
    is_at(lock, path)
}

/// Whether an open file or folder still has this name.
pub(crate) fn is_at(open: &File, path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(there) => {
            let held = open.metadata()?;
            Ok(held.ino() == there.ino() && held.dev() == there.dev())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes what dead processes left in `folder`, as far as it can; returns how many things that were.
pub(crate) fn sweep(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .filter(|entry| is_temporary(&entry.file_name()) && remove_if_abandoned(&entry.path()))
        .count() as u64
}

fn is_temporary(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}

fn remove_if_abandoned(path: &Path) -> bool {
    let Ok(kind) = fs::symlink_metadata(path).map(|metadata| metadata.file_type()) else { return false };
    if !kind.is_file() && !kind.is_dir() {
        return false;
    }
    let Ok(handle) = File::open(path) else { return false };
    if handle.try_lock().is_err() {
        return false;
    }
    if kind.is_dir() { fs::remove_dir_all(path).is_ok() } else { fs::remove_file(path).is_ok() }
}

/// Flushes the names in a folder.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems cannot flush a folder; there is nothing more to do.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_stays_and_what_is_abandoned_goes() {
        let home = tempfile::tempdir().unwrap();
        let held = file(home.path(), 0o666).unwrap();
        let (held_folder, _lock) = folder(home.path()).unwrap();
        fs::write(home.path().join(".rustle-tmp-dead"), "half").unwrap();
        fs::create_dir_all(home.path().join(".rustle-tmp-dead-too/deep")).unwrap();
        fs::write(home.path().join("rustle-tmp-other"), "mine").unwrap();
        std::os::unix::fs::symlink("/", home.path().join(".rustle-tmp-link")).unwrap();
        assert_eq!(sweep(home.path()), 2);
        assert!(held.path().exists() && held_folder.path().exists());
        assert!(home.path().join("rustle-tmp-other").exists());
        assert!(!home.path().join(".rustle-tmp-dead").exists());
    }

    #[test]
    fn a_sweeper_in_the_moment_between_making_and_locking_is_noticed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        let made = File::create(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(!is_ours(&made, &path).unwrap());
        let other = File::create(&path).unwrap();
        other.lock().unwrap();
        assert!(!is_ours(&File::open(&path).unwrap(), &path).unwrap());
    }
}
