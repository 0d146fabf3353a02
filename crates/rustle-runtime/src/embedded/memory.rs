//! [`Memory`]: embedded files that are held in memory, for tests and for an executable that carries none.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Contents;
use crate::module::{EntryKind, FolderEntry};

/// Files in memory, all with mode 0644; their folders are implied.
#[derive(Clone, Debug, Default)]
pub struct Memory(BTreeMap<PathBuf, Arc<[u8]>>);

impl Memory {
    /// The files of `entries`, by their names below the root.
    pub fn new<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Memory {
        Memory(entries.into_iter().map(|(name, text)| (name.into(), text.as_bytes().into())).collect())
    }
}

impl Contents for Memory {
    fn entry(&self, path: &Path) -> Option<(EntryKind, u32)> {
        if self.0.contains_key(path) {
            return Some((EntryKind::File, 0o644));
        }
        let folder = path.as_os_str().is_empty() || self.0.keys().any(|name| below(name, path).is_some());
        folder.then_some((EntryKind::Folder, 0o755))
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, path: &Path) -> Vec<FolderEntry> {
        let mut found: BTreeMap<PathBuf, FolderEntry> = BTreeMap::new();
        for relative in self.0.keys().filter_map(|name| below(name, path)) {
            let relative = PathBuf::from(relative);
            for folder in relative.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
                let entry = FolderEntry { path: folder.into(), kind: EntryKind::Folder, mode: 0o755 };
                found.insert(folder.into(), entry);
            }
            let entry = FolderEntry { path: relative.clone(), kind: EntryKind::File, mode: 0o644 };
            found.insert(relative, entry);
        }
        found.into_values().collect()
    }
}

/// The name of a file relative to a folder that it is in.
fn below<'a>(name: &'a Path, folder: &Path) -> Option<&'a Path> {
    name.strip_prefix(folder).ok().filter(|below| !below.as_os_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_implied_and_come_first() {
        let memory = Memory::new([("files/tree/sub/b", "b"), ("files/tree/a", "a"), ("files/trees", "")]);
        assert_eq!(memory.entry(Path::new("files/tree")).map(|(kind, _)| kind), Some(EntryKind::Folder));
        assert_eq!(memory.entry(Path::new("files/nope")), None);
        let names: Vec<_> = memory
            .list(Path::new("files/tree"))
            .into_iter()
            .map(|entry| entry.path.display().to_string())
            .collect();
        assert_eq!(names, ["a", "sub", "sub/b"]);
        assert_eq!(&*memory.read(Path::new("files/tree/a")).unwrap(), b"a");
    }
}
