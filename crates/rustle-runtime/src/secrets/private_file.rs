//! Files that are nobody else's to read: keys and tokens lie in them.

use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Why a file is not taken for a private one.
#[derive(Debug)]
pub enum Unfit {
    /// It cannot be opened.
    Unreadable(io::Error),
    /// It is a folder, a pipe, a device.
    NoFile,
    /// It belongs to this user, who is neither the own one nor root.
    Stranger(u32),
    /// Others may read or change it: its permission bits.
    Open(u32),
}

/// Opens a file of the own user or of root that is closed to all others.
///
/// # Errors
/// If it is none, or cannot be opened.
pub fn open_private(path: &Path) -> Result<File, Unfit> {
    let file = open(path).map_err(Unfit::Unreadable)?;
    // What was opened is looked at, not what may lie there by now.
    let metadata = file.metadata().map_err(Unfit::Unreadable)?;
    let (owner, mode) = (metadata.uid(), metadata.mode() & 0o7777);
    if !metadata.is_file() {
        Err(Unfit::NoFile)
    } else if owner != rustix::process::geteuid().as_raw() && owner != 0 {
        Err(Unfit::Stranger(owner))
    } else if mode & 0o077 != 0 {
        Err(Unfit::Open(mode))
    } else {
        Ok(file)
    }
}

/// Opens a file without waiting: a pipe that nobody writes to would hold up the run.
///
/// # Errors
/// If it cannot be opened.
pub fn open(path: &Path) -> io::Result<File> {
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    File::options().read(true).custom_flags(nonblock).open(path)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_private_is_opened_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(matches!(open_private(&path), Err(Unfit::Unreadable(_))));
        fs::write(&path, "k").unwrap();
        for (mode, private) in [(0o600, true), (0o400, true), (0o640, false), (0o602, false), (0o601, false)]
        {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            match open_private(&path) {
                Ok(_) => assert!(private, "{mode:o}"),
                Err(Unfit::Open(found)) => assert!(!private && found == mode, "{mode:o}"),
                Err(other) => panic!("{mode:o}: {other:?}"),
            }
        }
        assert!(matches!(open_private(folder.path()), Err(Unfit::NoFile)));
    }

    #[test]
    fn a_pipe_is_no_file_and_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        assert!(matches!(open_private(&path), Err(Unfit::NoFile)));
    }
}
