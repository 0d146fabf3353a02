//! Files with keys: where the user's own lie, and how a new one is written.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure, Result};

/// The user's folder of configuration for Rustle; none without a home.
pub fn own_folder() -> Option<PathBuf> {
    let from =
        |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = from("XDG_CONFIG_HOME").or_else(|| from("HOME").map(|home| home.join(".config")));
    base.map(|base| base.join("rustle"))
}

/// That a key would be written over.
pub fn taken(path: &Path) -> Failure {
    Failure::new(format!("{} is there already, and a key is never written over", path.display()))
        .help("choose another name: who trusts the old key goes on to do so")
}

/// Writes a file that nobody has written before. Folders that are not there are made for their owner alone.
///
/// # Errors
/// If it is there, or cannot be written.
pub fn write_new(path: &Path, text: &[u8], mode: u32) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).context(folder.display())?;
    }
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    match opened.and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all())) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(taken(path)),
        other => other.context(path.display()),
    }
}
