//! Room on disk for a bundle while a command needs it: one of a gigabyte does not go through memory.

use std::fs;
use std::path::Path;

use tempfile::{Builder, TempPath};

use crate::base::builtin;
use crate::failure::{Context, Result};

/// A file in `folder`, which is made if it is not there. It goes when the result is dropped.
///
/// # Errors
/// If it cannot be written.
pub fn file_in(folder: &Path) -> Result<TempPath> {
    fs::create_dir_all(folder).context(folder.display())?;
    let file = Builder::new().prefix(".bundle-").tempfile_in(folder).context(folder.display())?;
    Ok(file.into_temp_path())
}

/// The same where there is no project; `None` where there is no place for it, and memory must do. It does not lie beside
/// what is packed, which may be a whole folder.
pub fn file() -> Option<TempPath> {
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
}
