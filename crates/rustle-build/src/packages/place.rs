//! Where the files of a package lie in a project.

use std::path::{Path, PathBuf};

use rustle_package::tree::TreeError;
use rustle_package::{Limits, Tree};
use rustle_schema::package::lock::{Form, Locked};
use rustle_schema::package::{ModuleId, Source};

/// The project's own folder for what was fetched and sealed.
pub const FOLDER: &str = ".rustle";

/// The folder of fetched packages, relative to the project: one folder each, called as its id.
pub const MODULES: &str = ".rustle/modules";

/// The folder of a fetched package, relative to the project.
pub fn fetched(id: &ModuleId) -> String {
    format!("{MODULES}/{id}")
}

/// Where a package of one file, or the folder of a crate, lies, relative to the project; `None` for what Cargo or the plan
/// itself brings.
pub fn of(locked: &Locked) -> Option<String> {
    match &locked.source {
        Source::File { path } => Some(path.clone()),
        Source::Git { .. } | Source::Http { .. } => Some(match inner(locked) {
            "" => fetched(&locked.id),
            inner => format!("{}/{inner}", fetched(&locked.id)),
        }),
        Source::Registry { .. } | Source::Inline { .. } => None,
    }
}

/// Where in the files of a package its one file, or the folder of its crate, is; empty for their root.
pub fn inner(locked: &Locked) -> &str {
    match (&locked.source, locked.form) {
        (Source::Git { path, .. }, _) => path.as_deref().unwrap_or_default(),
        (Source::Http { .. }, Form::File) => locked.krate.as_deref().unwrap_or(ONE_FILE),
        (_, Form::File) => ONE_FILE,
        (_, Form::Crate) => "",
    }
}

/// The path in the files of a package of the file that is called `name` in the folder of its crate, or in the root.
pub fn in_crate(locked: &Locked, name: &str) -> String {
    match inner(locked) {
        folder if locked.form == Form::Crate && !folder.is_empty() => format!("{folder}/{name}"),
        _ => name.to_owned(),
    }
}

/// The name of a file that was downloaded by itself.
pub const ONE_FILE: &str = "module.rs";

/// The files of a package that is this one file.
///
/// # Errors
/// If it is too large.
pub fn alone(content: impl Into<Vec<u8>>) -> Result<Tree, TreeError> {
    let mut tree = Tree::default();
    tree.insert(ONE_FILE, content)?;
    Ok(tree)
}

/// Whether a path names a Rust file, as opposed to a folder.
pub fn is_file(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// The project's path, absolute, below its folder.
pub fn absolute(folder: &Path, relative: &str) -> PathBuf {
    relative.split('/').fold(folder.to_owned(), |path, part| path.join(part))
}

/// The configuration's limits, as unpacking counts.
pub fn limits(config: &crate::config::Limits) -> Limits {
    Limits {
        archive: config.archive_mb * 1_000_000,
        unpacked: config.unpacked_mb * 1_000_000,
        entries: config.entries,
        ratio: config.ratio,
        depth: usize::try_from(config.depth).unwrap_or(usize::MAX),
        ..Limits::default()
    }
}
