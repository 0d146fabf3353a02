//! Where the files of a package lie in a project.

use std::path::{Path, PathBuf};

use rustle_package::Limits;
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
    let below = |path: &Option<String>| match path {
        Some(path) => format!("{}/{path}", fetched(&locked.id)),
        None => fetched(&locked.id),
    };
    match &locked.source {
        Source::File { path } => Some(path.clone()),
        Source::Git { path, .. } => Some(below(path)),
        Source::Http { .. } => Some(match locked.form {
            Form::File => format!("{}/{}", fetched(&locked.id), locked.krate.as_deref().unwrap_or(ONE_FILE)),
            Form::Crate => below(&None),
        }),
        Source::Registry { .. } | Source::Inline { .. } => None,
    }
}

/// The name of a file that was downloaded by itself.
pub const ONE_FILE: &str = "module.rs";

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
