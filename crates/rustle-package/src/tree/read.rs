//! Reads the files of a package from a folder.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::builder::Builder;
use super::names::is_left_out;
use super::{File, Refusal, Tree, TreeError};
use crate::Limits;

pub(super) fn read(folder: &Path, limits: &Limits) -> Result<Tree, TreeError> {
    let mut builder = Builder::new(limits);
    // One level more than may be, so that what is too deep is refused rather than passed over.
    let levels = limits.depth.saturating_add(1);
    let mut walk = WalkDir::new(folder).min_depth(1).max_depth(levels).into_iter();
    while let Some(entry) = walk.next() {
        let entry = entry.map_err(|error| walk_error(folder, error))?;
        let inside = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let refuse = |refusal| TreeError::Refused {
            folder: folder.to_owned(),
            entry: inside.to_string_lossy().into_owned(),
            refusal,
        };
        let path = inside
            .to_str()
            .ok_or_else(|| refuse(Refusal::Path("the name is not UTF-8; rename it")))?
            .to_owned();
        let kind = entry.file_type();
        if is_left_out(&path) {
            if kind.is_dir() {
                walk.skip_current_dir();
            }
            continue;
        }
        builder.count().map_err(refuse)?;
        if kind.is_dir() {
            if entry.depth() >= levels {
                return Err(refuse(Refusal::Deep(limits.depth)));
            }
            continue;
        }
        if kind.is_symlink() {
            return Err(refuse(Refusal::Link));
        }
        if !kind.is_file() {
            return Err(refuse(Refusal::Kind(kind_of(kind).to_owned())));
        }
        let file = read_file(entry.path(), builder.room()).map_err(|source| TreeError::Io {
            action: "read",
            path: entry.path().to_owned(),
            source,
        })?;
        builder.file(path, file).map_err(refuse)?;
    }
    Ok(builder.finish())
}

/// Reads at most one byte more than `room`, which the builder then refuses.
fn read_file(path: &Path, room: u64) -> io::Result<File> {
    let file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    let size = usize::try_from(metadata.len().min(room)).unwrap_or_default();
    let mut content = Vec::with_capacity(size.saturating_add(1));
    file.take(room.saturating_add(1)).read_to_end(&mut content)?;
    Ok(File { content, executable: metadata.permissions().mode() & 0o100 != 0 })
}

fn kind_of(kind: fs::FileType) -> &'static str {
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

fn walk_error(folder: &Path, error: walkdir::Error) -> TreeError {
    let path: PathBuf = error.path().unwrap_or(folder).to_owned();
    let source = error.into_io_error().unwrap_or_else(|| io::Error::other("the folder contains itself"));
    TreeError::Io { action: "read", path, source }
}
