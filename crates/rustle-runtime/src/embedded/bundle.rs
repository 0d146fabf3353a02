//! A [`Bundle`] as the files of this executable.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_bundle::{Bundle, Entry, Kind};
use rustle_schema::task::{Chunk, Step};

use super::Contents;
use crate::module::{EntryKind, FolderEntry};

/// How many links may lead from one to the next, as on Linux.
const MAX_LINKS: usize = 40;

impl Contents for Bundle {
    fn entry(&self, path: &Path) -> Option<(EntryKind, u32)> {
        if path.as_os_str().is_empty() {
            return Some((EntryKind::Folder, 0o755));
        }
        Bundle::entry(self, path.as_os_str().as_bytes()).map(|entry| (kind(entry), entry.mode()))
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        Bundle::read(self, file(self, path)?.path()).map_err(io::Error::other)
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        Ok(file(self, path)?.size())
    }

    fn stream(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        let reader = Bundle::stream(self, file(self, path)?.path()).map_err(io::Error::other)?;
        Ok(Box::new(reader))
    }

    fn list(&self, path: &Path) -> Vec<FolderEntry> {
        let path = path.as_os_str().as_bytes();
        let skipped = if path.is_empty() { 0 } else { path.len() + 1 };
        let mut entries: Vec<FolderEntry> = self
            .below(path)
            .iter()
            .filter_map(|entry| {
                let path = PathBuf::from(OsStr::from_bytes(entry.path().get(skipped..)?));
                Some(FolderEntry { path, kind: kind(entry), mode: entry.mode() })
            })
            .collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        entries
    }

    fn steps(&self, chunk: &Chunk) -> Result<Vec<Step>, String> {
        Bundle::steps(self, chunk).map_err(|error| error.to_string())
    }
}

/// The file that `path` is or leads to: links are followed within the bundle.
fn file<'a>(bundle: &'a Bundle, path: &Path) -> io::Result<&'a Entry> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let entry = Bundle::entry(bundle, path.as_os_str().as_bytes()).ok_or(io::ErrorKind::NotFound)?;
        match entry.kind() {
            Kind::File => return Ok(entry),
            Kind::Directory => return Err(io::ErrorKind::IsADirectory.into()),
            Kind::Symlink => {
                let folder = path.parent().unwrap_or(Path::new(""));
                path = super::normal(&folder.join(OsStr::from_bytes(entry.target())));
            }
        }
    }
    Err(io::Error::other("too many links lead from one to the next"))
}

fn kind(entry: &Entry) -> EntryKind {
    match entry.kind() {
        Kind::File => EntryKind::File,
        Kind::Directory => EntryKind::Folder,
        Kind::Symlink => EntryKind::Link(PathBuf::from(OsStr::from_bytes(entry.target()))),
    }
}
