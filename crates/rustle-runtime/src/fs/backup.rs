//! Backups: a copy beside the file, named `path.PID.YYYY-MM-DD@HH:MM:SS~`.

use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::Result;
use crate::fs::{flags, inherit, os_error};

/// Copies the file at `path`, followed if it is a link, beside itself, with its owner, mode, times, extended attributes and
/// flags, and returns the copy's name.
///
/// # Errors
/// If the file cannot be read or the copy not be written; nothing is left behind then.
pub fn make(path: &Path) -> Result<PathBuf> {
    let stamp = jiff::Zoned::now().strftime("%Y-%m-%d@%H:%M:%S~").to_string();
    // Ansible's process number differs for each task; ours does not, and two tasks in one second must not meet.
    let mut number = std::process::id();
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}.{stamp}"));
        let backup = PathBuf::from(name);
        match copy(path, &backup) {
            Ok(()) => return Ok(backup),
            Err((error, false)) if error.kind() == io::ErrorKind::AlreadyExists => {
                number = number.wrapping_add(1)
            }
            Err((error, is_source)) => {
                let named = if is_source { path } else { &backup };
                return Err(os_error::unhandled(format!(
                    "Could not make backup of {} to {}: {}",
                    os_error::quoted(path),
                    os_error::quoted(&backup),
                    os_error::with_path(&error, named)
                )));
            }
        }
    }
}

/// Copies, and says of a failure whether it lies with the source.
fn copy(source: &Path, backup: &Path) -> std::result::Result<(), (io::Error, bool)> {
    let metadata = std::fs::metadata(source).map_err(|error| (error, true))?;
    if !metadata.is_file() {
        return Err((io::Error::other("it is no regular file"), true));
    }
    let mut from = File::open(source).map_err(|error| (error, true))?;
    let mut to = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits() as i32)
        .open(backup)
        .map_err(|error| (error, false))?;
    let filled = || -> io::Result<()> {
        io::copy(&mut from, &mut to)?;
        inherit::give_away(&metadata, &to)?;
        inherit::copy_extended(&from, &to)?;
        inherit::set_mode(&to, metadata.mode())?;
        inherit::copy_times(&metadata, &to)
    };
    if let Err(error) = { filled }() {
        let _ = std::fs::remove_file(backup);
        return Err((error, false));
    }
    if let Some(wanted) = flags::of(source)
        && flags::of(backup).is_some_and(|flags| flags != wanted)
    {
        // The copy is good without them.
        let _ = flags::change(backup, '=', &wanted.letters);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn backups_keep_everything_and_never_meet() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let first = make(&file).unwrap();
        std::fs::write(&file, "new").unwrap();
        let second = make(&file).unwrap();
        assert_ne!(first, second);
        assert_eq!(std::fs::read_to_string(&first).unwrap(), "old");
        assert_eq!(std::fs::read_to_string(&second).unwrap(), "new");
        assert_eq!(std::fs::metadata(&first).unwrap().permissions().mode() & 0o777, 0o640);
        let name = first.file_name().unwrap().to_str().unwrap();
        let parts: Vec<_> = name.split('.').collect();
        assert_eq!((parts.len(), parts[0]), (3, "file"));
        assert_eq!((parts[2].len(), parts[2].ends_with('~')), ("2026-11-20@13:15:42~".len(), true));
    }

    #[test]
    fn what_cannot_be_read_has_no_backup() {
        let folder = tempfile::tempdir().unwrap();
        let error = make(&folder.path().join("missing")).unwrap_err();
        assert!(error.message().contains("Could not make backup of '"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
