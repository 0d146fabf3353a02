//! Damage, haste, and disks that are full or cannot be written.

mod damage;
mod disk;
mod room;
mod together;

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let walk = WalkDir::new(folder).into_iter().flatten().filter(|entry| !entry.file_type().is_dir());
    walk.map(|entry| entry.path().to_owned()).collect()
}
