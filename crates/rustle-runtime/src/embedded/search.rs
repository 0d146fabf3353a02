//! Where a relative file name is looked for.

use std::io;
use std::path::{Path, PathBuf};

use rustle_template::FileKind;

use super::{Contents, exists, normal};

/// The folder of a role or playbook that files of a kind lie in.
fn folder(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Files => "files",
        FileKind::Templates => "templates",
        FileKind::Vars => "vars",
        FileKind::Tasks => "tasks",
    }
}

/// The full name of the file that `name` stands for. An absolute name stands for itself; any other is looked for in
/// every folder of `stack` (the role's, the task file's), with the kind's folder and without it, and then in the folder of
/// the playbook.
///
/// # Errors
/// If there is none; the message names every place searched, as Ansible does.
pub fn find(
    contents: &dyn Contents,
    stack: &[String],
    playbook: &str,
    name: &str,
    kind: FileKind,
) -> io::Result<String> {
    let places = if name.starts_with('/') {
        vec![normal(Path::new(name))]
    } else if let Some(rest) = name.strip_prefix("~/") {
        let home = std::env::var_os("HOME").unwrap_or_default();
        vec![normal(&Path::new(&home).join(rest))]
    } else {
        places(stack, playbook, name, folder(kind))
    };
    for place in &places {
        if exists(contents, place) {
            return Ok(place.to_string_lossy().into_owned());
        }
    }
    let searched: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
    let mut message = format!("Could not find or access '{name}'");
    if !name.starts_with('/') {
        message += &format!("\nSearched in:\n\t{}", searched.join("\n\t"));
    }
    message += " on the Ansible Controller.\nIf you are using a module and expect the file to exist on the remote, see the remote_src option";
    Err(io::Error::new(io::ErrorKind::NotFound, message))
}

/// Every place, in order; one that two folders give is there twice, as Ansible names it twice.
fn places(stack: &[String], playbook: &str, name: &str, folder: &str) -> Vec<PathBuf> {
    // Who writes `files/x` means the folder that holds `files`.
    let named = name.split('/').next() == Some(folder);
    let mut places: Vec<PathBuf> = Vec::new();
    for base in stack.iter().map(String::as_str).chain([playbook]) {
        let base = Path::new(base);
        // A task file in a folder below `tasks/` sees the role's folder too.
        if let Some(parent) = base.parent().filter(|parent| parent.ends_with("tasks")) {
            if let Some(role) = parent.parent() {
                places.push(role.join(folder).join(name));
            }
            places.push(parent.join(name));
        }
        if !named {
            places.push(base.join(folder).join(name));
        }
        places.push(base.join(name));
    }
    places.into_iter().map(|place| normal(&place)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Memory;
    use super::*;

    fn stack() -> Vec<String> {
        vec!["/@bundle/roles/web".into(), "/@bundle/roles/web/tasks".into()]
    }

    #[test]
    fn the_role_comes_before_the_playbook() {
        let memory = Memory::new([("roles/web/files/a", ""), ("files/a", ""), ("files/b", ""), ("c", "")]);
        let found = |name| find(&memory, &stack(), "/@bundle", name, FileKind::Files).unwrap();
        assert_eq!(found("a"), "/@bundle/roles/web/files/a");
        assert_eq!(found("b"), "/@bundle/files/b");
        assert_eq!(found("files/b"), "/@bundle/files/b");
        assert_eq!(found("c"), "/@bundle/c");
        assert_eq!(found("/"), "/");
    }

    #[test]
    fn what_is_missing_is_told_with_every_place() {
        let error =
            find(&Memory::default(), &["/@bundle".into()], "/@bundle", "x", FileKind::Templates).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Could not find or access 'x'\nSearched in:\n\t/@bundle/templates/x\n\t/@bundle/x\n\t/@bundle/templates/x\n\t/@bundle/x on the Ansible Controller.\nIf you are using a module and expect the file to exist on the remote, see the remote_src option"
        );
    }
}
