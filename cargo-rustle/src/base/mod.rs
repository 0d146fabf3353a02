//! Base executables: runners that are compiled already, to which a new bundle is appended when only the plan, its files or
//! the settings have changed.
//!
//! A base is kept in the target folder of its project, beside a record of what it was made of. It is taken again only if
//! everything that a compiler would read is the same; when that is in doubt, Cargo builds. [`key`] says what counts.

pub mod builtin;
pub mod kept;
pub mod key;
pub mod surroundings;
pub mod toolchain;
pub mod trees;

use std::path::{Path, PathBuf};

use rustle_package::Digest;

/// The folder of a project's state: in its target folder, apart from those of other projects that share that.
pub fn state_folder(project: &Path) -> PathBuf {
    let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    let target = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"].into_iter().find_map(std::env::var_os);
    let target = target.filter(|target| !target.is_empty()).map(|target| absolute(PathBuf::from(target)));
    let target = target.unwrap_or_else(|| {
        // A member of a workspace is built in the target folder of that.
        let root = project.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
        root.unwrap_or(project).join("target")
    });
    let path = project.canonicalize().unwrap_or_else(|_| project.to_owned());
    let digest = Digest::of(path.as_os_str().as_encoded_bytes()).hex();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    target.join("rustle").join(format!("{name}-{}", digest.get(..12).unwrap_or_default()))
}
