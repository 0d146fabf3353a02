//! A lock that keeps two runs of the same plan from meeting on one machine.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// The lock, held as long as this lives. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub enum LockError {
    /// Another run holds it; its process id, if it can be told.
    Held(Option<u32>),
    /// The file cannot be opened or locked.
    Io(io::Error),
}

impl Lock {
    /// Takes the lock that `path` is, or says who holds it.
    ///
    /// # Errors
    /// If another run holds it, or the file cannot be opened.
    pub fn take(path: &Path) -> Result<Lock, LockError> {
        // A symbolic link in a folder that everybody may write to would let somebody else choose the file.
        let nofollow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(nofollow);
        let mut file = options.open(path).map_err(LockError::Io)?;
        if let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            let mut text = String::new();
            return Err(match error {
                rustix::io::Errno::WOULDBLOCK => {
                    let _ = file.read_to_string(&mut text);
                    LockError::Held(text.trim().parse().ok())
                }
                other => LockError::Io(other.into()),
            });
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(LockError::Io)?;
        Ok(Lock { _file: file })
    }
}

/// Where the lock of the plan with `digest` is by default: where the system keeps locks, else the user's own folder for
/// what does not outlive the session, else the folder for temporary files, else the root: an empty image has no more.
pub fn default_path(digest: &str) -> PathBuf {
    let name = digest.rsplit(':').next().unwrap_or(digest);
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    let uid = rustix::process::geteuid().as_raw();
    let folder = ["/run/lock", "/run"]
        .map(PathBuf::from)
        .into_iter()
        .find(|folder| rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok() && uid == 0);
    let own = || std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let is_folder = |folder: &PathBuf| fs::metadata(folder).is_ok_and(|it| it.is_dir());
    let folder =
        folder.or_else(own).filter(is_folder).or_else(|| Some(std::env::temp_dir()).filter(is_folder));
    folder.unwrap_or_else(|| PathBuf::from("/")).join(format!("rustle-{uid}-{name}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_run_is_told_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.lock");
        let lock = Lock::take(&path).unwrap();
        match Lock::take(&path) {
            Err(LockError::Held(pid)) => assert_eq!(pid, Some(std::process::id())),
            other => panic!("{other:?}"),
        }
        drop(lock);
        assert!(Lock::take(&path).is_ok());
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("run.lock")).unwrap();
        assert!(matches!(Lock::take(&folder.path().join("run.lock")), Err(LockError::Io(_))));
    }

    #[test]
    fn the_path_tells_the_plan() {
        let path = default_path("sha256:0123456789abcdef0123");
        assert!(path.to_string_lossy().ends_with("-0123456789abcdef.lock"), "{path:?}");
    }
}
