//! Files by glob pattern, for `fileglob`.

use std::path::Path;

use rustle_schema::names::BUNDLE_ROOT;
use rustle_template::FileKind;

use super::{Contents, inside};
use crate::hosts::glob_matches;
use crate::module::EntryKind;

/// The files that match an absolute pattern, sorted. Only the last part of the path may hold wildcards, as for Ansible's
/// `fileglob`, which is not recursive; a wildcard in a folder matches too.
pub fn glob(contents: &dyn Contents, pattern: &str) -> Vec<String> {
    let path = Path::new(pattern);
    let mut found = match inside(path) {
        Some(pattern) => {
            let pattern = pattern.to_string_lossy();
            let matching = |name: &str| {
                name.split('/').count() == pattern.split('/').count()
                    && name.split('/').zip(pattern.split('/')).all(|(name, part)| matches(part, name))
            };
            let files =
                contents.list(Path::new("")).into_iter().filter(|entry| entry.kind != EntryKind::Folder);
            let names = files.map(|entry| entry.path.to_string_lossy().into_owned());
            names.filter(|name| matching(name)).map(|name| format!("{BUNDLE_ROOT}/{name}")).collect()
        }
        None => on_host(path),
    };
    found.sort();
    found
}

/// The files that match a pattern. A relative one with a folder in it is looked for where that folder is found first; one
/// without stops at the first place of `stack`, with `files/` and without, that has a match.
pub fn glob_relative(contents: &dyn Contents, stack: &[String], pattern: &str) -> Vec<String> {
    if pattern.starts_with('/') {
        return glob(contents, pattern);
    }
    if let Some((folder, name)) = pattern.rsplit_once('/') {
        let playbook = stack.last().map_or(BUNDLE_ROOT, String::as_str);
        let found = super::find(contents, stack, playbook, folder, FileKind::Files);
        return found.map_or_else(|_| Vec::new(), |folder| glob(contents, &format!("{folder}/{name}")));
    }
    let places = stack.iter().map(String::as_str).chain([BUNDLE_ROOT]);
    let matches = places
        .flat_map(|place| [format!("{place}/files/{pattern}"), format!("{place}/{pattern}")])
        .map(|pattern| glob(contents, &pattern));
    matches.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

/// A wildcard does not match the dot in front of a hidden file.
fn matches(pattern: &str, name: &str) -> bool {
    (pattern.starts_with('.') || !name.starts_with('.')) && glob_matches(pattern, name)
}

fn on_host(pattern: &Path) -> Vec<String> {
    let mut folders = vec![std::path::PathBuf::from("/")];
    for part in pattern.components().skip(1) {
        let part = part.as_os_str().to_string_lossy();
        let wild = part.contains(['*', '?', '[']);
        folders = folders
            .into_iter()
            .flat_map(|folder| {
                if !wild {
                    return vec![folder.join(&*part)];
                }
                let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
                let names = entries.map(|entry| entry.file_name());
                names
                    .filter(|name| matches(&part, &name.to_string_lossy()))
                    .map(|name| folder.join(name))
                    .collect()
            })
            .collect();
    }
    let files = folders.into_iter().filter(|path| path.is_file());
    files.map(|path| path.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Memory;
    use super::*;

    #[test]
    fn embedded_files_are_globbed() {
        let memory = Memory::new([
            ("files/b.conf", ""),
            ("files/a.conf", ""),
            ("files/.c.conf", ""),
            ("files/d/e.conf", ""),
        ]);
        assert_eq!(
            glob(&memory, "/@bundle/files/*.conf"),
            ["/@bundle/files/a.conf", "/@bundle/files/b.conf"]
        );
        assert!(glob(&memory, "/@bundle/nope/*").is_empty());
    }

    #[test]
    fn files_of_the_host_are_globbed() {
        assert_eq!(glob(&Memory::default(), "/etc/pass?d"), ["/etc/passwd"]);
    }
}
