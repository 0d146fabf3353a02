//! The folder of a job.

use std::fs::{DirBuilder, File, Metadata};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{FlockOperation, OFlags, flock};
use rustle_schema::job::{ERRORS, EVENTS, JobStatus, REPORT, STATUS, STATUS_LENGTH};

/// What a job writes. The status goes last: without it nobody knows that this was a job.
const FILES: [&str; 4] = [EVENTS, REPORT, ERRORS, STATUS];

/// Makes the folder and those above it, for the owner alone.
///
/// # Errors
/// If it cannot be made, or is a folder of somebody else.
pub fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let metadata = folder.symlink_metadata()?;
    if !metadata.is_dir() || metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other("it belongs to somebody else"));
    }
    Ok(())
}

/// Opens a file of the folder, for the owner alone. A link is not followed.
///
/// # Errors
/// If it cannot be opened.
pub fn open(folder: &Path, name: &str, options: &mut std::fs::OpenOptions) -> io::Result<File> {
    let nofollow = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or(0);
    options.mode(0o600).custom_flags(nofollow).open(folder.join(name))
}

/// The status file, made if `make` says so.
///
/// # Errors
/// If it cannot be opened.
pub fn status_file(folder: &Path, make: bool) -> io::Result<File> {
    open(folder, STATUS, File::options().read(true).write(make).create(make).truncate(false))
}

/// Whether the job that holds `status` lives. Where it does not, the lock is held by `status` from now on: exclusively if so
/// asked, which whoever starts a job needs, else shared.
///
/// # Errors
/// If the system does not know locks here.
pub fn lives(status: &File, exclusively: bool) -> io::Result<bool> {
    let operation = if exclusively {
        FlockOperation::NonBlockingLockExclusive
    } else {
        FlockOperation::NonBlockingLockShared
    };
    match flock(status, operation) {
        Ok(()) => Ok(false),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// What the status file says; `None` if nothing was written to it yet.
///
/// # Errors
/// If it cannot be read, or says what it cannot mean.
pub fn read_status(file: &mut File) -> io::Result<Option<JobStatus>> {
    let mut text = String::new();
    file.rewind()?;
    file.take(STATUS_LENGTH as u64 * 2).read_to_string(&mut text)?;
    match text.trim() {
        "" => Ok(None),
        text => Ok(Some(serde_json::from_str(text)?)),
    }
}

/// When the job in `folder` has ended; `None` if it lives, or if this is anything but a job of this user: a real folder
/// that holds a job's files only, and a status as a job writes it.
pub fn ended(folder: &Path) -> Option<SystemTime> {
    let own = |metadata: &Metadata| metadata.uid() == rustix::process::geteuid().as_raw();
    folder.symlink_metadata().ok().filter(|it| it.is_dir() && own(it))?;
    let mut status = status_file(folder, false).ok()?;
    let metadata = status.metadata().ok()?;
    let whole = metadata.is_file() && own(&metadata) && metadata.len() == STATUS_LENGTH as u64;
    if !whole || read_status(&mut status).ok()??.pid == 0 || lives(&status, false).ok()? {
        return None;
    }
    for entry in folder.read_dir().ok()? {
        let entry = entry.ok()?;
        if !FILES.iter().any(|name| entry.file_name() == *name) || entry.file_type().ok()?.is_dir() {
            return None;
        }
    }
    metadata.modified().ok()
}

/// Removes the files of a job, and its folder if there is nothing else in it. What cannot be removed stays.
pub fn remove(folder: &Path) {
    for name in FILES {
        let _ = std::fs::remove_file(folder.join(name));
    }
    let _ = std::fs::remove_dir(folder);
}

/// Writes the status over what was there, at once and without needing room on the disk.
///
/// # Errors
/// If it cannot be written.
pub fn write_status(mut file: &File, status: &JobStatus) -> io::Result<()> {
    let mut text = serde_json::to_string(status)?;
    if text.len() >= STATUS_LENGTH {
        // Only the reason can be long.
        let short = JobStatus { events_lost: Some("not all events are there".into()), ..status.clone() };
        text = serde_json::to_string(&short)?;
    }
    let text = format!("{text:<width$}\n", width = STATUS_LENGTH - 1);
    file.rewind()?;
    file.write_all(text.as_bytes())
}

/// The length of a file, as its metadata has it; 0 where there is none.
pub fn length(metadata: io::Result<Metadata>) -> u64 {
    metadata.map_or(0, |metadata| metadata.len())
}

#[cfg(test)]
mod tests {
    use rustle_schema::report::Recap;

    use super::*;

    #[test]
    fn a_status_is_written_over_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = status_file(folder.path(), true).unwrap();
        assert_eq!(read_status(&mut file).unwrap(), None);
        write_status(&file, &JobStatus { pid: 7, ..JobStatus::default() }).unwrap();
        assert_eq!(file.metadata().unwrap().len(), STATUS_LENGTH as u64);
        let ended = JobStatus {
            pid: 7,
            exit_code: Some(2),
            recap: Some(Recap { ok: 3, failed: 1, ..Recap::default() }),
            events_lost: Some("x".repeat(STATUS_LENGTH)),
        };
        write_status(&file, &ended).unwrap();
        assert_eq!(file.metadata().unwrap().len(), STATUS_LENGTH as u64);
        let read = read_status(&mut file).unwrap().unwrap();
        assert_eq!((read.exit_code, read.recap), (Some(2), ended.recap));
        assert!(read.events_lost.is_some());
    }

    #[test]
    fn who_lives_is_told_by_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let held = status_file(folder.path(), true).unwrap();
        assert!(!lives(&held, true).unwrap());
        let other = status_file(folder.path(), false).unwrap();
        assert!(lives(&other, false).unwrap());
        drop(held);
        assert!(!lives(&other, false).unwrap());
    }

    #[test]
    fn the_folder_is_the_owners() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        make(&folder).unwrap();
        make(&folder).unwrap();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::os::unix::fs::symlink(&folder, root.path().join("link")).unwrap();
        assert!(make(&root.path().join("link")).is_err());
    }
}
