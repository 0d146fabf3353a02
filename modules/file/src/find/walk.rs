//! The order in which `find` sees folders: that of Python's `os.walk`, from the top down.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// One folder with what is in it.
#[derive(Debug)]
pub(super) struct Folder {
    /// The folder.
    pub path: PathBuf,
    /// The names of folders in it, links to folders among them, as the system lists them.
    pub folders: Vec<String>,
    /// The names of everything else.
    pub files: Vec<String>,
}

/// A walk. After each folder, [`Walk::enter`] says which of its folders come next.
#[derive(Debug)]
pub(super) struct Walk {
    left: Vec<PathBuf>,
    follow: bool,
}

impl Walk {
    /// A walk through `root`; links to folders are entered with `follow`.
    pub(super) fn new(root: &Path, follow: bool) -> Walk {
        Walk { left: vec![root.to_owned()], follow }
    }

    /// The next folder, or why it cannot be read.
    pub(super) fn next(&mut self) -> Option<Result<Folder, (PathBuf, io::Error)>> {
        let path = self.left.pop()?;
        Some(read(&path).map_err(|error| (path, error)))
    }

    /// Enters the folders of `folder` next, in their order.
    pub(super) fn enter(&mut self, folder: &Folder) {
        for name in folder.folders.iter().rev() {
            let path = folder.path.join(name);
            if self.follow || !path.is_symlink() {
                self.left.push(path);
            }
        }
    }
}

fn read(path: &Path) -> io::Result<Folder> {
    let mut folder = Folder { path: path.to_owned(), folders: Vec::new(), files: Vec::new() };
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let is_folder = kind.is_dir() || (kind.is_symlink() && entry.path().is_dir());
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_folder { folder.folders.push(name) } else { folder.files.push(name) }
    }
    Ok(folder)
}
