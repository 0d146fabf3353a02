//! Paths as Python's `os.path` treats them.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// How many symbolic links are followed in one path before it counts as a loop, as the kernel does.
const MAX_LINKS: usize = 40;

/// The path with all symbolic links followed, as far as it exists (`os.path.realpath`). A loop ends the resolution.
pub fn real(path: &Path) -> PathBuf {
    let start = if path.is_absolute() { PathBuf::new() } else { std::env::current_dir().unwrap_or_default() };
    let mut real = start;
    let mut left: VecDeque<OsString> = parts(path).collect();
    let mut links = 0;
    while let Some(part) = left.pop_front() {
        if part == "/" {
            real = PathBuf::from("/");
        } else if part == ".." {
            real.pop();
        } else if part != "." {
            real.push(&part);
            if links < MAX_LINKS
                && let Ok(target) = std::fs::read_link(&real)
            {
                links += 1;
                real.pop();
                for part in parts(&target).collect::<Vec<_>>().into_iter().rev() {
                    left.push_front(part);
                }
            }
        }
    }
    real
}

fn parts(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter(|it| !matches!(it, Component::CurDir)).map(|it| it.as_os_str().to_owned())
}

/// The folder in which `path` stands; `.` for a bare name. Unlike [`Path::parent`], the folder of `a/` is `a`, as in
/// `os.path.dirname`.
pub fn folder(path: &Path) -> PathBuf {
    if ends_with_slash(path) {
        return trim_slashes(path);
    }
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => PathBuf::from("/"),
    }
}

/// The last part of the path; empty if it ends in a slash (`os.path.basename`).
pub fn base_name(path: &Path) -> OsString {
    if ends_with_slash(path) {
        return OsString::new();
    }
    path.file_name().map(ToOwned::to_owned).unwrap_or_default()
}

/// Whether the path is written with a slash at its end, by which Ansible knows a folder.
pub fn ends_with_slash(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/")
}

/// The path without the slashes at its end; `/` stays.
pub fn trim_slashes(path: &Path) -> PathBuf {
    path.components().collect()
}

/// Whether something is there, be it a link that leads nowhere (`os.path.lexists`).
pub fn lexists(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_as_far_as_they_lead() {
        let folder = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(folder.path()).unwrap();
        std::fs::create_dir(root.join("real")).unwrap();
        symlink("real", root.join("link")).unwrap();
        symlink("link/../missing/file", root.join("dangling")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        assert_eq!(real(&root.join("link/x")), root.join("real/x"));
        assert_eq!(real(&root.join("dangling")), root.join("missing/file"));
        assert_eq!(real(&root.join("link/..")), root);
        assert!(real(&root.join("loop")).starts_with(&root));
    }

    #[test]
    fn folders_and_names() {
        for (path, dir, name) in [("/a/b", "/a", "b"), ("a", ".", "a"), ("/a/", "/a", ""), ("/", "/", "")] {
            assert_eq!(folder(Path::new(path)), PathBuf::from(dir), "{path}");
            assert_eq!(base_name(Path::new(path)), *name, "{path}");
        }
    }
}
