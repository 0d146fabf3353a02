//! Room on disk for a bundle while a command needs it: one of a gigabyte does not go through memory.

use std::fs::{self, File};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use rustle_package::atomic;
use tempfile::TempDir;

use crate::base::builtin;
use crate::failure::{Context, Result};

/// Room for a bundle. It goes when this is dropped.
///
/// It is a folder, and the folder is what is locked: the file in it is written under another name first, and replaced.
#[derive(Debug)]
pub struct Room {
    file: PathBuf,
    _folder: TempDir,
    _lock: File,
}

impl Deref for Room {
    type Target = Path;

    /// Where the bundle goes.
    fn deref(&self) -> &Path {
        &self.file
    }
}

/// Room in `folder`, which is made if it is not there. What a command that was killed has left in it goes.
///
/// # Errors
/// If it cannot be written.
pub fn file_in(folder: &Path) -> Result<Room> {
    fs::create_dir_all(folder).context(folder.display())?;
    let (room, lock) = atomic::scratch(folder).context(folder.display())?;
    Ok(Room { file: room.path().join("bundle"), _folder: room, _lock: lock })
}

/// The same where there is no project; `None` where there is no place for it, and memory must do. It does not lie beside
/// what is packed, which may be a whole folder.
pub fn file() -> Option<Room> {
    builtin::state_folder().and_then(|folder| file_in(&folder)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_bundle::Packed;

    #[test]
    fn a_bundle_is_packed_into_it_and_it_goes() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("site.yml"), "- hosts: all\n  tasks: []\n").unwrap();
        let state = home.path().join("a/b");
        let room = file_in(&state).unwrap();
        let mut options = crate::project::alone(&home.path().join("site.yml"), &[], None).unwrap();
        options.bundle_file = Some(room.to_path_buf());
        let prepared = rustle_build::build_bundle(&options).unwrap();
        assert!(matches!(&prepared.bundle, Packed::File(path) if *path == room.to_path_buf()));
        assert_eq!(prepared.bundle.open().unwrap().digest(), prepared.digest);
        drop(room);
        assert_eq!(fs::read_dir(&state).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_command_left_goes_and_what_another_one_needs_stays() {
        let home = tempfile::tempdir().unwrap();
        let state = home.path().join("state");
        let needed = file_in(&state).unwrap();
        fs::write(&*needed, "a bundle").unwrap();
        let Room { file: left, _folder: folder, _lock: lock } = file_in(&state).unwrap();
        fs::write(&left, "a bundle").unwrap();
        fs::write(left.with_file_name(".bundle.1.partial"), "half").unwrap();
        // As a process ends that is killed: the lock goes, the folder stays.
        let left = folder.keep();
        // Closing it is not enough: a program that another test is just starting may hold it for a moment longer.
        lock.unlock().unwrap();
        fs::write(state.join("trees"), "kept").unwrap();
        let room = file_in(&state).unwrap();
        assert!(!left.exists(), "it is swept");
        assert_eq!(fs::read(&*needed).unwrap(), b"a bundle");
        assert_ne!(*room, *needed);
        drop((room, needed));
        assert_eq!(fs::read_dir(&state).unwrap().count(), 1);
    }
}
