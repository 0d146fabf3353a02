//! The files that the executable carries, below [`BUNDLE_ROOT`], and those of the host beside them.

mod bundle;
mod glob;
mod live;
mod memory;
mod search;

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use rustle_schema::names::BUNDLE_ROOT;
use rustle_schema::task::{Chunk, Step};

pub use glob::{glob, glob_relative};
pub use live::Live;
pub use memory::Memory;
pub use search::find;

use crate::module::{EntryKind, FolderEntry};
use crate::secrets;

/// What an executable carries: files, folders and links by their names below the root, without a slash in front. A name
/// need not be UTF-8.
pub trait Contents: Send + Sync {
    /// What `path` is, and its permission bits.
    fn entry(&self, path: &Path) -> Option<(EntryKind, u32)>;

    /// The content of a file.
    ///
    /// # Errors
    /// If there is none of that name, or its digest is wrong.
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>>;

    /// How long the content of a file is.
    ///
    /// # Errors
    /// If there is none of that name.
    fn length(&self, path: &Path) -> io::Result<u64> {
        Ok(self.read(path)?.len() as u64)
    }

    /// The content of a file, piece by piece.
    ///
    /// # Errors
    /// If there is none of that name. Damage shows when it is read.
    fn stream(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(io::Cursor::new(self.read(path)?)))
    }

    /// Everything below the folder `path`, by its name relative to it, sorted, folders before what is in them.
    fn list(&self, path: &Path) -> Vec<FolderEntry>;

    /// The steps of a part of the plan that is carried apart from it.
    ///
    /// # Errors
    /// If it is damaged, or there is none.
    fn steps(&self, _chunk: &Chunk) -> Result<Vec<Step>, String> {
        Err("the plan is not carried in parts here".into())
    }
}

/// The files of this executable, for every process of it.
static CONTENTS: OnceLock<Arc<dyn Contents>> = OnceLock::new();

/// Makes `contents` those of this process. Only the first call counts.
pub fn set(contents: Arc<dyn Contents>) {
    let _ = CONTENTS.set(contents);
}

/// The files of this process; none before [`set`].
pub fn contents() -> Arc<dyn Contents> {
    CONTENTS.get().cloned().unwrap_or_else(|| Arc::new(Memory::default()))
}

/// The name of an embedded file below the root, if `path` is one.
pub fn inside(path: &Path) -> Option<PathBuf> {
    path.strip_prefix(BUNDLE_ROOT).ok().map(normal)
}

/// A path without `.` and `..`, as far as its text tells.
pub fn normal(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if normal.pop() => {}
            Component::ParentDir => {}
            other => normal.push(other),
        }
    }
    normal
}

/// Whether there is something called `path`, embedded or on the host.
pub fn exists(contents: &dyn Contents, path: &Path) -> bool {
    match inside(path) {
        Some(name) => contents.entry(&name).is_some(),
        None => path.exists(),
    }
}

/// The content of a file, embedded or on the host.
///
/// # Errors
/// If it cannot be read.
pub fn read(contents: &dyn Contents, path: &Path) -> io::Result<Arc<[u8]>> {
    match inside(path) {
        Some(name) => Ok(secrets::unsealed(contents.read(&name)?)),
        None => Ok(std::fs::read(path)?.into()),
    }
}

/// Everything below a folder, embedded or on the host.
///
/// # Errors
/// If it cannot be read.
pub fn list(contents: &dyn Contents, path: &Path) -> io::Result<Vec<FolderEntry>> {
    match inside(path) {
        Some(name) => Ok(contents.list(&name)),
        None => {
            let mut found = Vec::new();
            list_host(path, Path::new(""), &mut found)?;
            Ok(found)
        }
    }
}

/// What is called `path`, embedded or on the host.
///
/// # Errors
/// If it does not exist, or cannot be looked at.
pub fn entry(contents: &dyn Contents, path: &Path) -> io::Result<FolderEntry> {
    use std::os::unix::fs::PermissionsExt;
    let (kind, mode) = match inside(path) {
        Some(name) => contents.entry(&name).ok_or(io::ErrorKind::NotFound)?,
        None => {
            let metadata = path.symlink_metadata()?;
            (kind_of(path, &metadata)?, metadata.permissions().mode() & 0o7777)
        }
    };
    Ok(FolderEntry { path: path.to_owned(), kind, mode })
}

fn kind_of(path: &Path, metadata: &std::fs::Metadata) -> io::Result<EntryKind> {
    Ok(if metadata.is_symlink() {
        EntryKind::Link(std::fs::read_link(path)?)
    } else if metadata.is_dir() {
        EntryKind::Folder
    } else {
        EntryKind::File
    })
}

fn list_host(root: &Path, below: &Path, found: &mut Vec<FolderEntry>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut entries: Vec<_> = std::fs::read_dir(root.join(below))?.collect::<io::Result<_>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = below.join(entry.file_name());
        let metadata = entry.path().symlink_metadata()?;
        let kind = kind_of(&entry.path(), &metadata)?;
        let folder = kind == EntryKind::Folder;
        found.push(FolderEntry { path: path.clone(), kind, mode: metadata.permissions().mode() & 0o7777 });
        if folder {
            list_host(root, &path, found)?;
        }
    }
    Ok(())
}

/// Runs a shell command and returns its standard output.
///
/// # Errors
/// If it cannot be started, or exits with another code than 0.
pub fn pipe(command: &str) -> io::Result<Vec<u8>> {
    let output = Command::new("/bin/sh").args(["-c", command]).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let code = output.status.code().unwrap_or(-1);
    Err(io::Error::other(format!("lookup_plugin.pipe({command}) returned {code}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_the_root_is_embedded() {
        assert_eq!(inside(Path::new("/@bundle/files/a")).as_deref(), Some(Path::new("files/a")));
        assert_eq!(
            inside(Path::new("/@bundle/roles/r/tasks/../files/a")).as_deref(),
            Some(Path::new("roles/r/files/a"))
        );
        assert_eq!(inside(Path::new("/@bundles/a")), None);
        assert_eq!(inside(Path::new("/etc/passwd")), None);
    }

    #[test]
    fn a_path_cannot_climb_out_of_the_bundle() {
        assert_eq!(inside(Path::new("/@bundle/../../etc/passwd")).as_deref(), Some(Path::new("etc/passwd")));
    }

    #[test]
    fn pipe_gives_output_or_the_code() {
        assert_eq!(pipe("printf x").unwrap(), b"x");
        let error = pipe("exit 3").unwrap_err();
        assert_eq!(error.to_string(), "lookup_plugin.pipe(exit 3) returned 3");
    }
}
