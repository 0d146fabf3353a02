//! `cleanup_on_completion`: the executable removes itself.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, statat, unlinkat};

/// Removes the executable of this process, if the name that it was started by still leads to it.
///
/// # Errors
/// If it cannot be removed, or something else has its name by now.
pub(crate) fn remove_executable() -> io::Result<()> {
    let own = Path::new("/proc/self/exe");
    remove(&fs::read_link(own)?, &fs::metadata(own)?)
}

/// Removes `path` if it is the file that `own` describes.
fn remove(path: &Path, own: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let gone = || io::Error::other(format!("{} is not this executable any more", path.display()));
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Err(gone()) };
    // The name is looked at and removed in one and the same folder, wherever that is moved to.
    let folder = File::open(folder)?;
    let name: &OsStr = name;
    let found = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let regular = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
    #[allow(
        clippy::useless_conversion,
        clippy::unnecessary_cast,
        reason = "these types differ between systems"
    )]
    let same = (u64::from(found.st_dev), found.st_ino as u64) == (own.dev(), own.ino());
    if !regular || !same {
        return Err(gone());
    }
    unlinkat(&folder, name, AtFlags::empty())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_file_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runner");
        fs::write(&path, "one").unwrap();
        let own = fs::metadata(&path).unwrap();
        fs::rename(&path, folder.path().join("moved")).unwrap();
        fs::write(&path, "another").unwrap();
        assert!(remove(&path, &own).is_err());
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(folder.path().join("moved"), &path).unwrap();
        assert!(remove(&path, &own).is_err());
        assert!(remove(&folder.path().join("none"), &own).is_err());
        remove(&folder.path().join("moved"), &own).unwrap();
        assert!(!folder.path().join("moved").exists());
    }
}
