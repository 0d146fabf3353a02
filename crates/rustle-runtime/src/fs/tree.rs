//! Walking a folder from handle to handle: whoever swaps a folder for a link meanwhile leads nobody out of it.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Dir, Mode, OFlags};

use crate::error::Result;
use crate::fs::attributes::Target;
use crate::fs::os_error;

/// How deep folders may lie in each other. Each one is held open while what is in it is visited.
const MAX_DEPTH: usize = 500;

/// Visits everything below the folder `path`, a folder before what is in it. Links are visited themselves; with `follow`,
/// so is what they lead to, and everything below that, each folder once. What cannot be opened is left out.
///
/// # Errors
/// What `visit` returns.
pub fn walk(
    path: &Path,
    follow: bool,
    visit: &mut dyn FnMut(&Target<'_>, &Path) -> Result<()>,
) -> Result<()> {
    let Ok(folder) = open_folder(CWD, path, OFlags::empty()) else { return Ok(()) };
    let mut walk = Walk { follow, visited: HashSet::new(), visit };
    walk.folder(folder, path, 0)
}

struct Walk<'a> {
    follow: bool,
    visited: HashSet<(u64, u64)>,
    visit: &'a mut dyn FnMut(&Target<'_>, &Path) -> Result<()>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: OwnedFd, path: &Path, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            let path = os_error::quoted(path);
            return Err(os_error::unhandled(format!("Folders lie too deep in each other at {path}")));
        }
        let Ok(entries) = Dir::read_from(&folder) else { return Ok(()) };
        for entry in entries.flatten() {
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                self.entry(&folder, name, &path.join(name), depth)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, folder: &OwnedFd, name: &OsStr, path: &Path, depth: usize) -> Result<()> {
        let Ok(target) = Target::open_in(folder.as_fd(), Path::new(name)) else { return Ok(()) };
        (self.visit)(&target, path)?;
        let Ok(metadata) = target.metadata() else { return Ok(()) };
        if metadata.is_dir() {
            return match open_folder(folder, Path::new(name), OFlags::NOFOLLOW) {
                Ok(inner) => self.folder(inner, path, depth + 1),
                Err(_) => Ok(()),
            };
        }
        if metadata.is_symlink() && self.follow { self.followed(path, depth) } else { Ok(()) }
    }

    fn followed(&mut self, link: &Path, depth: usize) -> Result<()> {
        let path: PathBuf = super::path::real(link);
        let Ok(target) = Target::open(&path) else { return Ok(()) };
        let Ok(metadata) = target.metadata() else { return Ok(()) };
        if !self.visited.insert((metadata.dev(), metadata.ino())) {
            return Ok(());
        }
        if metadata.is_dir()
            && let Ok(inner) = open_folder(CWD, &path, OFlags::NOFOLLOW)
        {
            self.folder(inner, &path, depth + 1)?;
        }
        (self.visit)(&target, &path)
    }
}

fn open_folder(beside: impl AsFd, path: &Path, more: OFlags) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | more;
    Ok(rustix::fs::openat(beside, path, flags, Mode::empty())?)
}

/// Opens a file of which nothing is read yet, to be looked at by its handle.
pub(super) fn open_named(beside: impl AsFd, path: &Path) -> io::Result<File> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::openat(beside, path, flags, Mode::empty())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn visited(path: &Path, follow: bool) -> Vec<String> {
        let mut names = Vec::new();
        walk(path, follow, &mut |_, visited| {
            let name = visited.file_name().unwrap_or_default().to_string_lossy().into_owned();
            names.push(name);
            Ok(())
        })
        .unwrap();
        names.sort();
        names
    }

    #[test]
    fn links_are_followed_on_request_and_loops_end() {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join("inside");
        std::fs::create_dir_all(inside.join("deep")).unwrap();
        std::fs::create_dir(root.path().join("outside")).unwrap();
        std::fs::write(root.path().join("outside/file"), "").unwrap();
        symlink("../outside", inside.join("link")).unwrap();
        symlink("..", inside.join("deep/up")).unwrap();
        symlink("nowhere", inside.join("dangling")).unwrap();
        assert_eq!(visited(&inside, false), ["dangling", "deep", "link", "up"]);
        let all = visited(&inside, true);
        assert!(all.contains(&"file".to_owned()) && all.contains(&"outside".to_owned()), "{all:?}");
        assert!(visited(&root.path().join("nope"), true).is_empty());
    }
}
