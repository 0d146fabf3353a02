//! `cleanup_on_completion`: the executable removes itself.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, statat, unlinkat};

/// The executable of this process, and the name that it had when the run began. The system's own link follows a file that is
/// renamed, and so it has to be read before somebody does that.
#[derive(Debug)]
pub(crate) struct Executable {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Executable {
    /// As it is now.
    ///
    /// # Errors
    /// If the system does not say which it is.
    pub(crate) fn of_this_process() -> io::Result<Executable> {
        Executable::behind(Path::new("/proc/self/exe"))
    }

    /// The file that `link` leads to.
    fn behind(link: &Path) -> io::Result<Executable> {
        let own = fs::metadata(link)?;
        Ok(Executable { path: fs::read_link(link)?, device: own.dev(), inode: own.ino() })
    }

    /// Removes it, if its name still leads to the very same file.
    ///
    /// # Errors
    /// If it cannot be removed, or something else has its name by now.
    pub(crate) fn remove(&self) -> io::Result<()> {
        let gone = || io::Error::other(format!("{} is not this executable any more", self.path.display()));
        let (Some(folder), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Err(gone());
        };
        // The name is looked at and removed in one and the same folder, wherever that is moved to.
        let folder = File::open(folder)?;
        let found = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let regular = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
        #[allow(
            clippy::useless_conversion,
            clippy::unnecessary_cast,
            reason = "these types differ between systems"
        )]
        let same = (u64::from(found.st_dev), found.st_ino as u64) == (self.device, self.inode);
        if !regular || !same {
            return Err(gone());
        }
        unlinkat(&folder, name, AtFlags::empty())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder with a file, and the executable that it is taken for.
    fn started() -> (tempfile::TempDir, PathBuf, Executable) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runner");
        fs::write(&path, "one").unwrap();
        let link = folder.path().join("exe");
        symlink(&path, &link).unwrap();
        let executable = Executable::behind(&link).unwrap();
        (folder, path, executable)
    }

    #[test]
    fn what_has_its_name_still_is_removed() {
        let (_folder, path, executable) = started();
        executable.remove().unwrap();
        assert!(!path.exists());
        assert!(executable.remove().is_err());
    }

    #[test]
    fn what_was_renamed_stays_and_so_does_what_took_its_name() {
        let (folder, path, executable) = started();
        let moved = folder.path().join("moved");
        fs::rename(&path, &moved).unwrap();
        assert!(executable.remove().is_err());
        fs::write(&path, "another").unwrap();
        let error = executable.remove().unwrap_err().to_string();
        assert!(error.contains("runner is not this executable any more"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "another");
        fs::remove_file(&path).unwrap();
        symlink(&moved, &path).unwrap();
        assert!(executable.remove().is_err());
        assert_eq!(fs::read_to_string(&moved).unwrap(), "one");
    }

    #[test]
    fn a_process_is_known_by_the_name_that_it_was_started_by() {
        let own = Executable::of_this_process().unwrap();
        assert_eq!(own.path, std::env::current_exe().unwrap());
        // The link of a process follows its file, and what was read before does not.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sleep");
        // By a program, so that no handle for writing is left to a child of another test.
        let cp = std::process::Command::new("cp").arg("/bin/sleep").arg(&path).status().unwrap();
        assert!(cp.success());
        let mut child = std::process::Command::new(&path).arg("60").spawn().unwrap();
        let link = PathBuf::from(format!("/proc/{}/exe", child.id()));
        let executable = Executable::behind(&link);
        let moved = folder.path().join("moved");
        fs::rename(&path, &moved).unwrap();
        let (after, removed) = (fs::read_link(&link), executable.as_ref().map(Executable::remove));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(after.unwrap(), fs::canonicalize(&moved).unwrap());
        assert!(removed.unwrap().is_err());
        assert!(moved.exists());
    }
}
