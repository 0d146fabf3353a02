//! The project's files: where they lie, what they are called, which were looked at.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::documents::Documents;

/// The files of a project.
pub(crate) struct Project {
    /// Its root, absolute.
    pub root: PathBuf,
    /// What was looked at.
    pub watched: BTreeSet<PathBuf>,
    /// The documents that were read.
    pub documents: Documents,
    /// [`Plan::sources`](rustle_schema::plan::Plan::sources).
    pub sources: Vec<String>,
    /// Folders outside of the root that the bundle holds, with the names they have there.
    outside: Vec<(PathBuf, String)>,
}

impl Project {
    pub fn new(root: &Path) -> Project {
        Project {
            root: absolute(root),
            watched: BTreeSet::new(),
            documents: Documents::default(),
            sources: Vec::new(),
            outside: Vec::new(),
        }
    }

    /// The name of `path` for display: relative to the root if it lies below it or not far above.
    pub fn display(&self, path: &Path) -> String {
        let mut above = String::new();
        for folder in self.root.ancestors().take(3).filter(|folder| folder.parent().is_some()) {
            if let Ok(below) = path.strip_prefix(folder) {
                let shown = format!("{above}{}", slashed(below));
                return if shown.is_empty() { ".".into() } else { shown };
            }
            above.push_str("../");
        }
        slashed(path)
    }

    /// Where `path` lies below the bundle's root, if it is there: below the project's root, or in a folder outside of it
    /// that was [placed](Project::place) there.
    fn in_bundle(&self, path: &Path) -> Option<PathBuf> {
        let outside =
            |(folder, name): &(PathBuf, String)| Some(Path::new(name).join(path.strip_prefix(folder).ok()?));
        match path.strip_prefix(&self.root) {
            Ok(below) => Some(below.to_owned()),
            Err(_) => self.outside.iter().find_map(outside),
        }
    }

    /// The name of `path` below the bundle's root, if it is there.
    pub fn bundle_name(&self, path: &Path) -> Option<String> {
        self.in_bundle(path).map(|below| slashed(&below))
    }

    /// [`Project::bundle_name`] in bytes: the names of files need not be UTF-8.
    pub fn bundle_path(&self, path: &Path) -> Option<Vec<u8>> {
        self.in_bundle(path).map(|below| encoded(&below))
    }

    /// Gives a folder outside of the root the name `name` in the bundle; a number is put behind it if the name is taken.
    pub fn place(&mut self, folder: &Path, name: &str) -> String {
        if let Some(known) = self.bundle_name(folder) {
            return known;
        }
        let taken =
            |name: &str| self.outside.iter().any(|(_, other)| other == name) || self.root.join(name).exists();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free =
            std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default();
        self.outside.push((folder.to_owned(), free.clone()));
        free
    }

    /// Whether a file lies there.
    pub fn is_file(&mut self, path: &Path) -> bool {
        self.watch(path);
        path.is_file()
    }

    /// Whether a folder lies there.
    pub fn is_folder(&mut self, path: &Path) -> bool {
        self.watch(path);
        path.is_dir()
    }

    /// The first of `candidates` that is a file.
    pub fn first_file(&mut self, candidates: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
        candidates.into_iter().map(|path| normal(&path)).find(|path| self.is_file(path))
    }

    /// The names in a folder, sorted; none if it cannot be read.
    pub fn list(&mut self, folder: &Path) -> Vec<PathBuf> {
        self.watch(folder);
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths
    }

    /// All files below a folder, sorted. A link to a folder is followed unless it leads back to one on the way.
    pub fn files_below(&mut self, folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        self.collect(folder, &mut Vec::new(), &mut found);
        found
    }

    /// All folders below a folder in which there is nothing. Links are not followed.
    pub fn empty_folders_below(&mut self, folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            let entries = self.list(&folder);
            if entries.is_empty() && folder.is_dir() {
                found.push(folder);
                continue;
            }
            open.extend(entries.into_iter().filter(|path| path.is_dir() && !path.is_symlink()));
        }
        found
    }

    fn collect(&mut self, folder: &Path, above: &mut Vec<PathBuf>, found: &mut Vec<PathBuf>) {
        self.watch(folder);
        let Ok(real) = folder.canonicalize() else { return };
        if above.contains(&real) || above.len() > 64 {
            return;
        }
        above.push(real);
        for path in self.list(folder) {
            if path.is_dir() {
                self.collect(&path, above, found);
            } else if path.is_file() {
                found.push(path);
            }
        }
        above.pop();
    }

    /// Notes that `path` was looked at.
    pub fn watch(&mut self, path: &Path) {
        if !self.watched.contains(path) {
            self.watched.insert(path.to_owned());
        }
    }
}

/// `path` from the root of the file system on, without `.` and `..`; links are not looked at.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// `path` without `.` and `..`.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !parts.pop() && !parts.has_root() {
                    parts.push("..");
                }
            }
            other => parts.push(other),
        }
    }
    parts
}

/// A path with `/` between its parts.
pub(crate) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    match parts.split_first() {
        Some((first, rest)) if first == "/" => format!("/{}", rest.join("/")),
        _ => parts.join("/"),
    }
}

#[cfg(unix)]
fn encoded(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

#[cfg(not(unix))]
fn encoded(path: &Path) -> Vec<u8> {
    slashed(path).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved() {
        assert_eq!(normal(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(normal(Path::new("/../a")), Path::new("/a"));
        assert_eq!(slashed(Path::new("/a/b")), "/a/b");
        assert_eq!(slashed(Path::new("a/b/")), "a/b");
    }

    #[test]
    #[cfg(unix)]
    fn names_of_files_need_not_be_text() {
        use std::os::unix::ffi::OsStrExt;
        let mut project = Project::new(Path::new("/nowhere/project"));
        project.place(Path::new("/srv/roles/web"), "roles/web");
        let odd = std::ffi::OsStr::from_bytes(b"n\xff");
        let path = |folder: &str| project.bundle_path(&Path::new(folder).join(odd)).unwrap();
        assert_eq!(path("/nowhere/project/files"), b"files/n\xff");
        assert_eq!(path("/srv/roles/web/files"), b"roles/web/files/n\xff");
    }

    #[test]
    fn folders_outside_get_names_of_their_own() {
        let mut project = Project::new(Path::new("/nowhere/project"));
        assert_eq!(project.bundle_name(Path::new("/nowhere/project/a/b")).as_deref(), Some("a/b"));
        assert_eq!(project.bundle_name(Path::new("/srv/roles/web/tasks/main.yml")), None);
        assert_eq!(project.place(Path::new("/srv/roles/web"), "roles/web"), "roles/web");
        assert_eq!(project.place(Path::new("/opt/roles/web"), "roles/web"), "roles/web-2");
        assert_eq!(
            project.bundle_name(Path::new("/opt/roles/web/files/x")).as_deref(),
            Some("roles/web-2/files/x")
        );
        assert_eq!(project.display(Path::new("/nowhere/project/site.yml")), "site.yml");
    }
}
