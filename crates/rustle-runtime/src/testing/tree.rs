//! [`Tree`]: what lies in files and folders at one moment.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What lies in files and folders at one moment: names, kinds, contents, modes, owners, times of change.
///
/// ```
/// use rustle_runtime::testing::Scratch;
///
/// let scratch = Scratch::new();
/// let before = scratch.snapshot();
/// scratch.write("new", "x");
/// let differences = before.differences(&scratch.snapshot());
/// assert!(differences.iter().any(|it| it.ends_with("/new: appeared")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    entries: BTreeMap<PathBuf, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    kind: Kind,
    mode: u32,
    owner: (u32, u32),
    /// Seconds and nanoseconds; a change of a change back is one, too.
    modified: (i64, i64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Folder,
    File(Vec<u8>),
    Link(PathBuf),
    Other,
}

impl Tree {
    /// Of each of `paths` with all that is in it, and of the folder it stands in.
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Tree {
        let mut tree = Tree::default();
        for path in paths {
            tree.add_all(path);
            // What is made beside a file changes its folder. One in which everybody may write changes anyway.
            if let Some(folder) = path.parent().filter(|folder| !is_public(folder)) {
                tree.add(folder);
            }
        }
        tree
    }

    fn add_all(&mut self, path: &Path) {
        if !self.add(path) {
            return;
        }
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            self.add_all(&entry.path());
        }
    }

    /// Whether it is a folder.
    fn add(&mut self, path: &Path) -> bool {
        let Ok(metadata) = fs::symlink_metadata(path) else { return false };
        let kind = kind(path, &metadata);
        let is_folder = kind == Kind::Folder;
        let entry = Entry {
            kind,
            mode: metadata.mode() & 0o7777,
            owner: (metadata.uid(), metadata.gid()),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        };
        self.entries.insert(path.to_owned(), entry);
        is_folder
    }

    /// How `later` differs, one line each: `/a: appeared`.
    pub fn differences(&self, later: &Tree) -> Vec<String> {
        let mut lines = Vec::new();
        for (path, before) in &self.entries {
            let what = match later.entries.get(path) {
                None => "disappeared".to_owned(),
                Some(after) => match before.difference(after) {
                    Some(what) => what,
                    None => continue,
                },
            };
            lines.push(format!("{}: {what}", path.display()));
        }
        let new = later.entries.keys().filter(|path| !self.entries.contains_key(*path));
        lines.extend(new.map(|path| format!("{}: appeared", path.display())));
        lines
    }
}

impl Entry {
    fn difference(&self, after: &Entry) -> Option<String> {
        Some(if self.kind != after.kind {
            match (&self.kind, &after.kind) {
                (Kind::File(_), Kind::File(_)) => "has another content".into(),
                (Kind::Link(before), Kind::Link(after)) => {
                    format!("pointed to {}, now to {}", before.display(), after.display())
                }
                _ => "is something else now".into(),
            }
        } else if self.mode != after.mode {
            format!("had the mode {:04o}, now {:04o}", self.mode, after.mode)
        } else if self.owner != after.owner {
            format!("belonged to {:?}, now to {:?}", self.owner, after.owner)
        } else if self.modified != after.modified {
            "was written to".into()
        } else {
            return None;
        })
    }
}

fn is_public(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|metadata| metadata.mode() & 0o002 != 0)
}

fn kind(path: &Path, metadata: &Metadata) -> Kind {
    let file_type = metadata.file_type();
    if file_type.is_dir() {
        Kind::Folder
    } else if file_type.is_symlink() {
        Kind::Link(fs::read_link(path).unwrap_or_default())
    } else if file_type.is_file() {
        Kind::File(fs::read(path).unwrap_or_default())
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::super::Scratch;
    use super::*;

    #[test]
    fn every_change_is_seen() {
        let scratch = Scratch::new();
        for name in ["content", "mode", "gone", "kind"] {
            scratch.write(name, "before");
        }
        symlink("a", scratch.path("link")).unwrap();
        let before = scratch.snapshot();
        assert_eq!(before.differences(&scratch.snapshot()), [""; 0]);
        scratch.write("content", "after");
        fs::set_permissions(scratch.path("mode"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::remove_file(scratch.path("gone")).unwrap();
        fs::remove_file(scratch.path("kind")).unwrap();
        fs::create_dir(scratch.path("kind")).unwrap();
        fs::remove_file(scratch.path("link")).unwrap();
        symlink("b", scratch.path("link")).unwrap();
        scratch.write("new/x", "");
        let lines = before.differences(&scratch.snapshot());
        let root = format!("{}/", scratch.folder().display());
        let lines: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix(&root)).collect();
        assert_eq!(
            lines,
            [
                "content: has another content",
                "gone: disappeared",
                "kind: is something else now",
                "link: pointed to a, now to b",
                "mode: had the mode 0644, now 0600",
                "new: appeared",
                "new/x: appeared",
            ]
        );
    }
}
