//! Files that are written beside their place, `.OUT.<process>.partial`, and renamed when they are complete.
//!
//! Whoever writes one holds a lock on it. What nobody holds was left by a process that was killed, and the next one that
//! writes the same OUT removes it.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// How often it is tried anew when a sweeper took the file in the moment between its making and its lock.
const ATTEMPTS: u32 = 64;

/// How such a name ends.
const SUFFIX: &[u8] = b".partial";

/// Makes the file, empty, and gives what holds the lock on it beside. That is open for reading alone: an executable that
/// has its name must not be open for writing, or it cannot be started.
pub(crate) fn create(partial: &Path) -> io::Result<(File, Option<File>)> {
    if cfg!(not(unix)) {
        // There a lock would keep the writer out, too.
        return Ok((File::create(partial)?, None));
    }
    sweep(partial);
    for _ in 0..ATTEMPTS {
        let made = File::options().write(true).create(true).truncate(false).open(partial)?;
        let held = match File::open(partial) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other?,
        };
        let held = match held.try_lock() {
            Ok(()) if partial.try_exists()? => Some(held),
            // A file system without locks (some network ones): nothing is swept there either.
            Err(TryLockError::Error(_)) => None,
            _ => continue,
        };
        // Only what is held is emptied: in another container a process may have the same number.
        made.set_len(0)?;
        return Ok((made, held));
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, format!("{}: another process has it", partial.display())))
}

/// Removes what killed processes have left of the same file, as far as that can be done.
fn sweep(partial: &Path) {
    let Some((begin, folder)) = partial.file_name().and_then(begin).zip(partial.parent()) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file
            && self::begin(&name) == Some(begin)
            && let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(&path);
        }
    }
}

/// What stands before the process in the name of such a file.
fn begin(name: &OsStr) -> Option<&[u8]> {
    let name = name.as_encoded_bytes().strip_suffix(SUFFIX)?;
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let begin = name.get(..name.len() - digits)?;
    (digits > 0 && begin.len() > 2 && begin.starts_with(b".") && begin.ends_with(b".")).then_some(begin)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_goes_and_what_is_held_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let stay = [
            ".site.x.partial",
            ".site..partial",
            ".other.7.partial",
            "site.7.partial",
            ".site.7.part",
            "site",
        ];
        for name in stay.iter().chain(&[".site.7.partial", ".site.4000000.partial"]) {
            fs::write(at(name), "half").unwrap();
        }
        let held = create(&at(".site.8.partial")).unwrap();
        let (made, lock) = create(&at(".site.9.partial")).unwrap();
        assert!(lock.is_some() && made.metadata().unwrap().len() == 0);
        assert!(!at(".site.7.partial").exists() && !at(".site.4000000.partial").exists());
        assert!(at(".site.8.partial").exists() && stay.iter().all(|name| at(name).exists()));
        assert_eq!(create(&at(".site.8.partial")).unwrap_err().kind(), io::ErrorKind::ResourceBusy);
        drop((held, made, lock));
        // What a process of this number has left is no beginning.
        fs::write(at(".site.8.partial"), "half").unwrap();
        let (made, _lock) = create(&at(".site.8.partial")).unwrap();
        assert_eq!(made.metadata().unwrap().len(), 0);
        assert!(!at(".site.9.partial").exists());
    }

    #[test]
    fn a_name_with_digits_is_one_of_its_own() {
        let begin = |name: &str| begin(OsStr::new(name)).map(<[u8]>::to_vec);
        assert_eq!(begin(".site.12.partial"), begin(".site.345.partial"));
        assert_ne!(begin(".site.12.partial"), begin(".site.1.12.partial"));
        for none in [".partial", ".12.partial", "..partial", "site.1.partial", ".site.partial"] {
            assert_eq!(begin(none), None, "{none}");
        }
    }
}
