//! Puts what was brought where Cargo and the build find it.

use std::collections::BTreeMap;
use std::path::Path;

use rustle_package::atomic::{is_temporary, sweep, write_atomic};
use rustle_package::{Limits, Tree};
use rustle_playbook::Problem;
use rustle_schema::package::ModuleId;
use rustle_schema::package::lock::Locked;

use super::refused;
use crate::packages::place::{FOLDER, MODULES, absolute, fetched};

/// Writes the files of a package into the project. Nothing is written if they are there.
///
/// # Errors
/// If they cannot be written.
pub fn place(folder: &Path, id: &ModuleId, tree: &Tree, limits: &Limits) -> Result<bool, Box<Problem>> {
    let to = absolute(folder, &fetched(id));
    if Tree::read(&to, limits).is_ok_and(|there| same(&there, tree)) {
        return Ok(false);
    }
    let ignore = absolute(folder, FOLDER).join(".gitignore");
    let failed = |error: &dyn std::fmt::Display| {
        Box::new(Problem::error("output", format!("{} cannot be written: {error}", to.display())))
    };
    std::fs::create_dir_all(absolute(folder, MODULES)).map_err(|error| failed(&error))?;
    if !ignore.exists() {
        write_atomic(
            &ignore,
            b"# What `cargo rustle fetch` brings; `cargo rustle vendor` removes this file.\n/modules/\n",
        )
        .map_err(|error| failed(&error))?;
    }
    tree.write(&to).map_err(|error| failed(&error))?;
    Ok(true)
}

/// Whether two packages have the same files, their signatures too, of which the digest does not tell.
fn same(a: &Tree, b: &Tree) -> bool {
    let signature = |path: &str| path.ends_with(".minisig") && !path.contains('/');
    let signatures = |tree: &Tree| -> BTreeMap<String, Vec<u8>> {
        let files = tree.files().iter().filter(|(path, _)| signature(path));
        files.map(|(path, file)| (path.clone(), file.content.clone())).collect()
    };
    a.digest() == b.digest() && signatures(a) == signatures(b)
}

/// The files of a package that are in the project, if they are as they were locked.
pub(super) fn placed_tree(folder: &Path, locked: &Locked, limits: &Limits) -> Option<Tree> {
    let to = absolute(folder, &fetched(&locked.id));
    Tree::read(&to, limits).ok().filter(|tree| tree.digest().hex() == locked.sha256)
}

/// Removes the folders of packages other than `keep`.
///
/// # Errors
/// If one cannot be removed.
pub fn remove(folder: &Path, keep: &dyn Fn(&str) -> bool) -> Result<Vec<String>, Box<Problem>> {
    let mut removed = Vec::new();
    let modules = absolute(folder, MODULES);
    // What somebody else is just writing is not ours to remove; what somebody left behind is.
    sweep(&modules);
    let Ok(entries) = std::fs::read_dir(modules) else { return Ok(removed) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // What is called like no package is somebody else's.
        let ours = name.parse::<ModuleId>().is_ok() && entry.path().is_dir();
        if ours && !is_temporary(&name) && !keep(&name) {
            std::fs::remove_dir_all(entry.path()).map_err(|error| refused("output", &error))?;
            removed.push(name);
        }
    }
    removed.sort();
    Ok(removed)
}
