//! The entries of an archive as they come, and the tree that becomes of them.

use super::ArchiveError;
use crate::tree::{Builder, Names, check_path};
use crate::{File, Limits, Tree};

/// Collects entries, and refuses what a package cannot hold as soon as it comes.
pub(super) struct Collector<'a> {
    limits: &'a Limits,
    /// The limits of paths that still have the folder in front that is taken away at the end.
    outer: Limits,
    names: Names,
    files: Vec<(String, File)>,
    folders: Vec<String>,
    entries: u64,
    bytes: u64,
}

impl<'a> Collector<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        let outer = Limits {
            path: limits.path.saturating_add(256),
            depth: limits.depth.saturating_add(1),
            entries: limits.entries,
            ..*limits
        };
        let (names, files, folders) = (Names::default(), Vec::new(), Vec::new());
        Collector { limits, outer, names, files, folders, entries: 0, bytes: 0 }
    }

    /// Counts an entry, also one that only describes another one.
    pub(super) fn count(&mut self, entry: &str) -> Result<(), ArchiveError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(ArchiveError::refused(entry, crate::tree::Refusal::Entries(self.limits.entries)));
        }
        Ok(())
    }

    /// Refuses a file that says it has more bytes than may still come.
    pub(super) fn check_size(&self, entry: &str, size: u64) -> Result<(), ArchiveError> {
        if size > self.limits.unpacked.saturating_sub(self.bytes) {
            return Err(ArchiveError::refused(entry, crate::tree::Refusal::Unpacked(self.limits.unpacked)));
        }
        Ok(())
    }

    pub(super) fn check_path(&self, path: &str) -> Result<(), ArchiveError> {
        check_path(path, &self.outer).map_err(|refusal| ArchiveError::refused(path, refusal))
    }

    pub(super) fn file(&mut self, path: String, file: File) -> Result<(), ArchiveError> {
        self.check_path(&path)?;
        self.check_size(&path, file.content.len() as u64)?;
        self.names.file(&path).map_err(|refusal| ArchiveError::refused(&path, refusal))?;
        self.bytes += file.content.len() as u64;
        self.files.push((path, file));
        Ok(())
    }

    /// Adds a folder; its path has no `/` at its end.
    pub(super) fn folder(&mut self, path: String) -> Result<(), ArchiveError> {
        self.check_path(&path)?;
        self.names.folder(&path).map_err(|refusal| ArchiveError::refused(&path, refusal))?;
        self.folders.push(path);
        Ok(())
    }

    /// The tree, without the one folder that all entries lie in.
    pub(super) fn finish(self) -> Result<Tree, ArchiveError> {
        if self.files.is_empty() {
            return Err(ArchiveError::format("", "it holds no files"));
        }
        let top = self.top().map(|top| format!("{top}/"));
        let mut builder = Builder::new(self.limits);
        for (path, file) in self.files {
            let inner = match &top {
                Some(top) => path.strip_prefix(top.as_str()).unwrap_or(&path).to_owned(),
                None => path.clone(),
            };
            builder.file(inner, file).map_err(|refusal| ArchiveError::refused(&path, refusal))?;
        }
        Ok(builder.finish())
    }

    fn top(&self) -> Option<&str> {
        let (top, _) = self.files.first()?.0.split_once('/')?;
        let inside = |path: &str| path.split_once('/').is_some_and(|(first, _)| first == top);
        let all = self.files.iter().all(|(path, _)| inside(path))
            && self.folders.iter().all(|path| path == top || inside(path));
        all.then_some(top)
    }
}
