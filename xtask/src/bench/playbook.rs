//! Playbooks of any size.

use std::io;
use std::path::{Path, PathBuf};

use super::subject::Kind;

/// Writes a playbook with so many tasks of a kind, and what it needs, into a folder.
pub(crate) fn write(folder: &Path, kind: Kind, tasks: usize) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder.join("templates"))?;
    std::fs::write(folder.join("templates/number.j2"), "This is number {{ number }}.\n")?;
    let mut text = String::from("- hosts: all\n  gather_facts: false\n  vars:\n    wanted: -1\n  tasks:\n");
    text.extend((0..tasks).map(|index| kind.task(index)));
    let path = folder.join("site.yml");
    std::fs::write(&path, text)?;
    Ok(path)
}
