//! Files that are replaced whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::fail::{self, Point};
use crate::staging;

/// The mode of a file that was not there before, less the umask.
const NEW: u32 = 0o666;

/// Writes a file so that whoever reads it, and whatever happens, sees the old content or the new one.
///
/// The new content goes to a temporary file in the same folder, is flushed, and takes the name. The mode of the file
/// that it replaces is kept; a symbolic link is followed, and stays. Temporary files of processes that died are removed
/// on the way.
///
/// # Errors
///
/// What the operating system says, with the path in front; nothing has changed then.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("rustle.lock");
/// rustle_package::atomic::write_atomic(&path, b"version = 1\n")?;
/// assert_eq!(std::fs::read(&path)?, b"version = 1\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = behind_links(path);
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    staging::sweep(parent);
    let mode = fs::metadata(&target).ok().map(|metadata| metadata.permissions());
    replace(&target, parent, bytes, mode)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display())))
}

/// Removes what processes that died left in a folder; whatever is still being written stays. How many things that were.
pub fn sweep(folder: &Path) -> u64 {
    staging::sweep(folder)
}

/// A folder in `parent` for what is large and needed for a while only, and the lock on it. What
/// processes that died left in `parent` goes first; the new one goes when it is dropped, and is swept by the next who comes
/// if nobody drops it.
///
/// # Errors
///
/// What the operating system says.
pub fn scratch(parent: &Path) -> io::Result<(TempDir, File)> {
    staging::sweep(parent);
    staging::folder(parent)
}

/// Whether a name is one of those that something has while it is being written.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(staging::PREFIX)
}

/// Puts `bytes` at `target` by way of a temporary file in `scratch`, which is on the same file system.
pub(crate) fn replace(
    target: &Path,
    scratch: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<()> {
    fail::at(Point::FileCreate)?;
    let mut file = staging::file(scratch, NEW)?;
    let (first, second) = bytes.split_at(bytes.len() / 2);
    file.write_all(first)?;
    fail::at(Point::FileHalf)?;
    file.write_all(second)?;
    if let Some(permissions) = permissions {
        let mode = permissions.mode() & 0o7777;
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
    }
    fail::at(Point::FileSync)?;
    file.as_file().sync_all()?;
    fail::at(Point::FileRename)?;
    file.persist(target).map_err(|error| error.error)?;
    fail::at(Point::FileRenamed)?;
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => staging::sync_folder(parent),
        _ => Ok(()),
    }
}

/// Where a chain of symbolic links leads, also if there is nothing yet.
fn behind_links(path: &Path) -> PathBuf {
    // The kernel's own limit; what is longer fails when it is opened.
    const LINKS: usize = 40;
    let mut at = path.to_path_buf();
    for _ in 0..LINKS {
        let Ok(next) = fs::read_link(&at) else { break };
        at = match at.parent() {
            Some(parent) => parent.join(next),
            None => next,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn mode_and_links_stay() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().join("real.toml");
        let link = home.path().join("Cargo.toml");
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("real.toml", &link).unwrap();
        write_atomic(&link, b"new").unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(names(home.path()), ["Cargo.toml", "real.toml"]);
    }

    #[test]
    fn a_link_to_nothing_gets_its_file() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        std::os::unix::fs::symlink("target", &link).unwrap();
        write_atomic(&link, b"x").unwrap();
        assert_eq!(fs::read(home.path().join("target")).unwrap(), b"x");
    }

    #[test]
    fn every_failing_step_leaves_the_old_file_and_no_litter() {
        const ENOSPC: i32 = 28;
        const EROFS: i32 = 30;
        const EMFILE: i32 = 24;
        const EDQUOT: i32 = 122;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("rustle.lock");
        fs::write(&path, "old").unwrap();
        for errno in [ENOSPC, EROFS, EMFILE, EDQUOT] {
            for point in [Point::FileCreate, Point::FileHalf, Point::FileSync, Point::FileRename] {
                let _fault = fail::inject(point, errno);
                let error = write_atomic(&path, b"new content").unwrap_err();
                assert_eq!(error.kind(), io::Error::from_raw_os_error(errno).kind());
                assert!(error.to_string().contains("rustle.lock"), "{error}");
                assert_eq!(fs::read(&path).unwrap(), b"old", "{point:?}");
                assert_eq!(names(home.path()), ["rustle.lock"], "{point:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_written_says_where() {
        let error = write_atomic(Path::new("/nonexistent/x"), b"").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("/nonexistent/x"), "{error}");
    }
}
