//! Writes the files of a package into a folder, whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::{File, Tree, TreeError};
use crate::fail::{self, Point};
use crate::staging;

/// How often it is tried when others replace the same folder at the same time.
const ATTEMPTS: u32 = 16;

pub(super) fn write(tree: &Tree, folder: &Path) -> Result<(), TreeError> {
    let fail = |path: &Path, source| TreeError::Io { action: "write", path: path.to_owned(), source };
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(|source| fail(parent, source))?;
    staging::sweep(parent);
    fail::at(Point::TreeCreate).map_err(|source| fail(folder, source))?;
    let (staged, lock) = staging::folder(parent).map_err(|source| fail(parent, source))?;
    for (path, file) in tree.files() {
        write_file(staged.path(), path, file).map_err(|source| fail(&folder.join(path), source))?;
    }
    fail::at(Point::TreeSwap).map_err(|source| fail(folder, source))?;
    swap(staged.path(), folder).map_err(|source| fail(folder, source))?;
    drop(lock);
    fail::at(Point::TreeSwapped).map_err(|source| fail(folder, source))?;
    // What was there before has the temporary name now; it may be a file. What cannot be removed is swept another time.
    let _ = fs::remove_file(staged.path());
    let _ = staged.close();
    Ok(())
}

fn write_file(root: &Path, path: &str, file: &File) -> io::Result<()> {
    fail::at(Point::TreeFile)?;
    let target = root.join(path);
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    let mode = if file.executable { 0o777 } else { 0o666 };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(target)?.write_all(&file.content)
}

/// Gives `staged` the name `target`; what had it gets the temporary name.
fn swap(staged: &Path, target: &Path) -> io::Result<()> {
    for _ in 0..ATTEMPTS {
        match renameat_with(CWD, staged, CWD, target, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(()),
            Err(Errno::NOENT) => {}
            // A file system that cannot exchange: for a moment there is neither, which a reader takes for "not fetched".
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => move_away(target)?,
            Err(error) => return Err(error.into()),
        }
        match fs::rename(staged, target) {
            Ok(()) => return Ok(()),
            // Somebody else was faster.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::DirectoryNotEmpty
                        | io::ErrorKind::AlreadyExists
                        | io::ErrorKind::NotADirectory
                ) => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "others write the same folder again and again"))
}

fn move_away(target: &Path) -> io::Result<()> {
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (away, _lock) = staging::folder(parent)?;
    match fs::rename(target, away.path().join("old")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
