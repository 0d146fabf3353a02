//! What a folder that is copied consists of, as the runner finds it before the module is applied.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use rustle_runtime::module::{EntryKind, FolderEntry};
use rustle_runtime::prelude::*;

/// How many links are followed from one to the next.
const MAX_LINKS: usize = 40;

/// How many folders may be entered through links within each other.
const MAX_NESTED: usize = 64;

/// One thing that is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Its name, relative to the destination.
    pub name: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// What is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file: where it is, and its permission bits.
    File(PathBuf, u32),
    /// A folder.
    Folder,
    /// A link, and where it leads.
    Link(PathBuf),
}

/// A path as a value that travels; as text, where it is any.
pub(super) fn path_value(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => Value::from(text),
        None => Value::Bytes(path.as_os_str().as_bytes().into()),
    }
}

/// The path that a value is.
pub(super) fn value_path(value: &Value) -> Result<PathBuf, String> {
    match value {
        Value::Str(text) => Ok(PathBuf::from(text.as_ref())),
        Value::Bytes(bytes) => Ok(PathBuf::from(OsString::from_vec(bytes.to_vec()))),
        other => Err(format!("it is no path but of type {}", other.type_name())),
    }
}

impl Item {
    /// The form in which it travels to where the module is applied.
    pub(super) fn to_value(&self) -> Value {
        let name = path_value(&self.name);
        match &self.kind {
            Kind::File(source, mode) => Value::list([name, path_value(source), Value::from(*mode)]),
            Kind::Folder => Value::list([name]),
            Kind::Link(target) => Value::list([name, path_value(target)]),
        }
    }
}

impl FromArg for Item {
    fn from_arg(value: &Value) -> Result<Item, String> {
        let (name, kind) = match value.as_items() {
            Some([name, source, Value::Int(mode)]) => {
                (name, Kind::File(value_path(source)?, u32::try_from(*mode).unwrap_or(0o644)))
            }
            Some([name, target]) => (name, Kind::Link(value_path(target)?)),
            Some([name]) => (name, Kind::Folder),
            _ => return Err("it is no item of a folder".to_owned()),
        };
        Ok(Item { name: value_path(name)?, kind })
    }
}

/// What `path` is once links are followed, and where; none if that leads nowhere.
pub(super) fn resolve(path: &Path, run: &dyn Run) -> Option<FolderEntry> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let entry = run.entry(&path).ok()?;
        match &entry.kind {
            EntryKind::Link(target) => path = beside(&path, target),
            _ => return Some(entry),
        }
    }
    None
}

/// Everything in the folder `source`. The names begin with that of the folder, unless it was written with a slash at its
/// end. With `follow`, links are copied as what they lead to, except where that would not end.
///
/// # Errors
/// If a folder cannot be read.
pub(super) fn items(source: &Path, only_content: bool, follow: bool, run: &dyn Run) -> Result<Vec<Item>> {
    let base = match source.file_name() {
        Some(name) if !only_content => PathBuf::from(name),
        _ => PathBuf::new(),
    };
    let mut items = Vec::new();
    Collector { run, follow }.folder(source, &base, &mut vec![source.to_owned()], &mut items)?;
    Ok(items)
}

struct Collector<'a> {
    run: &'a dyn Run,
    follow: bool,
}

impl Collector<'_> {
    fn folder(
        &self,
        folder: &Path,
        name: &Path,
        around: &mut Vec<PathBuf>,
        items: &mut Vec<Item>,
    ) -> Result<()> {
        for entry in self.run.list_folder(folder)? {
            let (path, name) = (folder.join(&entry.path), name.join(&entry.path));
            match entry.kind {
                EntryKind::File => items.push(Item { name, kind: Kind::File(path, entry.mode) }),
                EntryKind::Folder => items.push(Item { name, kind: Kind::Folder }),
                EntryKind::Link(target) => self.link(&path, target, name, around, items)?,
            }
        }
        Ok(())
    }

    fn link(
        &self,
        path: &Path,
        target: PathBuf,
        name: PathBuf,
        around: &mut Vec<PathBuf>,
        items: &mut Vec<Item>,
    ) -> Result<()> {
        let resolved = if self.follow { resolve(&beside(path, &target), self.run) } else { None };
        match resolved {
            Some(FolderEntry { path: file, kind: EntryKind::File, mode }) => {
                items.push(Item { name, kind: Kind::File(file, mode) });
            }
            Some(FolderEntry { path: inner, kind: EntryKind::Folder, .. })
                if around.len() < MAX_NESTED
                    && !path.starts_with(&inner)
                    && !around.iter().any(|it| it.starts_with(&inner)) =>
            {
                items.push(Item { name: name.clone(), kind: Kind::Folder });
                around.push(inner.clone());
                self.folder(&inner, &name, around, items)?;
                around.pop();
            }
            _ => items.push(Item { name, kind: Kind::Link(target) }),
        }
        Ok(())
    }
}

/// Where a link at `path` leads that says `target`.
fn beside(path: &Path, target: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.parent().unwrap_or(Path::new("/")).join(target).components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_runtime::testing::{FakeRun, Scratch};
    use std::os::unix::fs::symlink;

    fn names(items: &[Item]) -> Vec<String> {
        let kind = |item: &Item| match &item.kind {
            Kind::File(..) => "",
            Kind::Folder => "/",
            Kind::Link(_) => "@",
        };
        let mut names: Vec<_> =
            items.iter().map(|item| format!("{}{}", item.name.display(), kind(item))).collect();
        names.sort();
        names
    }

    #[test]
    fn links_become_what_they_lead_to_unless_that_would_not_end() {
        let scratch = Scratch::new();
        scratch.write("tree/deep/file", "");
        scratch.write("outside/other", "");
        let link = |target: &str, name: &str| symlink(target, scratch.path(name)).unwrap();
        link("deep/file", "tree/to_file");
        link("../outside", "tree/to_folder");
        link("..", "tree/deep/up");
        link("nowhere", "tree/dangling");
        let (tree, run) = (scratch.path("tree"), FakeRun::new());
        let followed = items(&tree, true, true, &run).unwrap();
        assert_eq!(
            names(&followed),
            ["dangling@", "deep/", "deep/file", "deep/up@", "to_file", "to_folder/", "to_folder/other"]
        );
        let kept = items(&tree, false, false, &run).unwrap();
        assert_eq!(
            names(&kept),
            [
                "tree/dangling@",
                "tree/deep/",
                "tree/deep/file",
                "tree/deep/up@",
                "tree/to_file@",
                "tree/to_folder@"
            ]
        );
    }

    #[test]
    fn items_travel() {
        let odd = PathBuf::from(OsString::from_vec(vec![b'a', 0xff]));
        for kind in [Kind::File(odd.clone(), 0o750), Kind::Folder, Kind::Link("x".into())] {
            let item = Item { name: odd.clone(), kind };
            assert_eq!(Item::from_arg(&item.to_value()), Ok(item));
        }
        assert!(Item::from_arg(&Value::Int(1)).is_err());
    }
}
