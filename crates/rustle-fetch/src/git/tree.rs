//! The files of a commit, read from its trees.

use std::collections::BTreeMap;

use git2::{ObjectType, Odb, Oid, Repository};

use super::bounds::Bounds;
use super::{GitLimits, names};
use crate::FetchError;

/// Files that have been read, with what they may still become.
pub(super) struct Files<'a> {
    pub(super) files: BTreeMap<String, (Vec<u8>, bool)>,
    limits: &'a GitLimits,
    bytes: u64,
}

impl<'a> Files<'a> {
    pub(super) fn new(limits: &'a GitLimits) -> Self {
        Self { files: BTreeMap::new(), limits, bytes: 0 }
    }

    /// Forgets what was read to `place` and below: it will be read again.
    pub(super) fn forget(&mut self, place: &str) {
        let below = if place.is_empty() { String::new() } else { format!("{place}/") };
        self.files.retain(|path, _| !path.starts_with(&below));
        self.bytes = self.files.values().map(|(content, _)| content.len() as u64).sum();
    }
}

/// A submodule's place in a tree.
pub(super) struct Gitlink {
    /// From the root of the repository.
    pub(super) path: String,
    /// Among the files.
    pub(super) place: String,
    pub(super) commit: Oid,
}

/// Why a tree was not read.
pub(super) enum Unread {
    /// It breaks a rule.
    Refused(FetchError),
    /// The cache does not hold what it should.
    Damaged(git2::Error),
}

impl From<FetchError> for Unread {
    fn from(error: FetchError) -> Self {
        Self::Refused(error)
    }
}

impl From<git2::Error> for Unread {
    fn from(error: git2::Error) -> Self {
        Self::Damaged(error)
    }
}

/// Reads a commit.
pub(super) struct Reader<'a> {
    pub(super) repository: &'a Repository,
    pub(super) odb: Odb<'a>,
    pub(super) bounds: &'a Bounds,
    pub(super) submodules: bool,
}

/// One folder on the way.
struct Folder {
    tree: Oid,
    /// From the root of the repository.
    path: String,
    /// Among the files.
    place: String,
    depth: usize,
}

impl Reader<'_> {
    /// Reads the files below `path` (all, if it is empty) to `place`, and says where submodules are.
    pub(super) fn read(
        &self,
        commit: Oid,
        path: &str,
        place: &str,
        into: &mut Files<'_>,
    ) -> Result<Vec<Gitlink>, Unread> {
        let mut tree = self.repository.find_commit(commit)?.tree_id();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            tree = self.step(tree, part, path)?;
        }
        let root = Folder { tree, path: path.to_owned(), place: place.to_owned(), depth: 0 };
        let mut folders = vec![root];
        let mut links = Vec::new();
        while let Some(folder) = folders.pop() {
            self.bounds.in_time()?;
            self.read_folder(&folder, &mut folders, &mut links, into)?;
        }
        links.sort_by(|a, b| a.place.cmp(&b.place));
        Ok(links)
    }

    /// One file at the root, if it is there and an ordinary one.
    pub(super) fn root_file(&self, commit: Oid, name: &str, max: usize) -> Result<Option<Vec<u8>>, Unread> {
        let tree = self.repository.find_commit(commit)?.tree()?;
        let Some(entry) = tree.get_name(name) else { return Ok(None) };
        if !matches!(entry.filemode(), 0o100_644 | 0o100_755) {
            return Ok(None);
        }
        let (size, _) = self.odb.read_header(entry.id())?;
        if size > max {
            return Err(self.wrong(name, "it is too large").into());
        }
        Ok(Some(self.repository.find_blob(entry.id())?.content().to_owned()))
    }

    /// From a folder to one below.
    fn step(&self, tree: Oid, name: &str, path: &str) -> Result<Oid, Unread> {
        names::check(name.as_bytes()).map_err(|reason| self.wrong(path, reason))?;
        let tree = self.repository.find_tree(tree)?;
        match tree.get_name(name) {
            Some(entry) if entry.filemode() == 0o040_000 => Ok(entry.id()),
            _ => Err(self.wrong(path, "the repository has no such folder").into()),
        }
    }

    fn read_folder(
        &self,
        folder: &Folder,
        folders: &mut Vec<Folder>,
        links: &mut Vec<Gitlink>,
        into: &mut Files<'_>,
    ) -> Result<(), Unread> {
        let limits = into.limits;
        if folder.depth > limits.depth {
            return Err(self.wrong(&folder.path, &format!("deeper than {} folders", limits.depth)).into());
        }
        for entry in &self.repository.find_tree(folder.tree)? {
            let name = names::check(entry.name_bytes()).map_err(|reason| {
                self.wrong(
                    &join(
                        &folder.path,
                        &String::from_utf8_lossy(entry.name_bytes()).escape_debug().to_string(),
                    ),
                    reason,
                )
            })?;
            let path = join(&folder.path, name);
            let place = join(&folder.place, name);
            match entry.filemode() {
                0o040_000 => {
                    folders.push(Folder { tree: entry.id(), path, place, depth: folder.depth + 1 });
                    // Folders count too: an attacker may have nothing else.
                    if folders.len() > limits.files {
                        return Err(self.wrong(&folder.path, "more folders than files are allowed").into());
                    }
                }
                mode @ (0o100_644 | 0o100_755 | 0o100_664) => {
                    self.read_file(entry.id(), mode == 0o100_755, &path, place, into)?;
                }
                0o120_000 => return Err(self.wrong(&path, "a symlink; modules have none").into()),
                0o160_000 if self.submodules => links.push(Gitlink { path, place, commit: entry.id() }),
                0o160_000 => {
                    return Err(self
                        .wrong(&path, "a submodule; ask for `submodules = true` if it is wanted")
                        .into());
                }
                mode => {
                    return Err(self
                        .wrong(&path, &format!("neither file nor folder (mode {mode:o})"))
                        .into());
                }
            }
        }
        Ok(())
    }

    fn read_file(
        &self,
        blob: Oid,
        executable: bool,
        path: &str,
        place: String,
        into: &mut Files<'_>,
    ) -> Result<(), Unread> {
        let limits = into.limits;
        let (size, kind) = self.odb.read_header(blob)?;
        if kind != ObjectType::Blob {
            return Err(self.wrong(path, "it is no file").into());
        }
        into.bytes = into.bytes.saturating_add(size as u64);
        if into.bytes > limits.size {
            let url = self.bounds.shown.clone();
            return Err(FetchError::Size { url, limit: limits.size, announced: None }.into());
        }
        if into.files.len() >= limits.files {
            return Err(self.wrong(path, &format!("more than {} files", limits.files)).into());
        }
        let content = self.repository.find_blob(blob)?.content().to_owned();
        if into.files.insert(place, (content, executable)).is_some() {
            return Err(self.wrong(path, "that name is there twice").into());
        }
        Ok(())
    }

    fn wrong(&self, path: &str, reason: &str) -> FetchError {
        FetchError::Tree {
            repository: self.bounds.shown.clone(),
            path: path.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
