//! Replacing a file at once: written beside it, completed, given its attributes, and only then renamed over it.
//!
//! Everything happens in the folder as it was opened at the beginning: whoever swaps a part of the path for a link in
//! between gets nothing.

use std::ffi::OsString;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Seek, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::fs::attributes::{Applied, Wanted};
use crate::fs::inherit::Inherit;
use crate::fs::{os_error, path};

/// How often another random name is tried.
const ATTEMPTS: usize = 64;

/// A file that is being written and will take the place of another. Dropped without [`Replacement::commit`], it leaves
/// nothing behind.
#[derive(Debug)]
pub struct Replacement {
    folder: OwnedFd,
    /// The name of the unfinished file in `folder`; `None` once it has its final one.
    temporary: Option<OsString>,
    temporary_path: PathBuf,
    target: PathBuf,
    file: File,
    unsafe_writes: bool,
    /// The unfinished file stands in another folder, because the right one cannot be written to.
    elsewhere: bool,
}

impl Replacement {
    /// Begins a replacement of `target`, which need not exist; its folder must. A link there is replaced itself: resolve
    /// it with [`path::real`] first if it shall be followed. With `unsafe_writes`, what cannot be done atomically (the
    /// folder is not writable, the file is a mount point) is done in place.
    ///
    /// # Errors
    /// If no file can be made in the folder.
    pub fn begin(target: &Path, unsafe_writes: bool) -> Result<Replacement> {
        let folder = path::folder(target);
        match Replacement::in_folder(&folder, target) {
            Ok(mut replacement) => {
                replacement.unsafe_writes = unsafe_writes;
                Ok(replacement)
            }
            Err(_) if unsafe_writes && target.exists() => {
                let folder = std::env::temp_dir();
                let mut replacement = Replacement::in_folder(&folder, target)
                    .map_err(|error| os_error::unhandled(os_error::with_path(&error, &folder)))?;
                (replacement.unsafe_writes, replacement.elsewhere) = (true, true);
                Ok(replacement)
            }
            Err(error) => Err(os_error::unhandled(format!(
                "The destination directory {} is not writable by the current user: {}",
                os_error::quoted(&folder),
                os_error::with_bytes(&error, &folder)
            ))),
        }
    }

    fn in_folder(path: &Path, target: &Path) -> io::Result<Replacement> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(CWD, path, flags, Mode::empty())?;
        // A name that globs of configuration folders (`*.conf`) skip, with the ending that validation tools may want.
        let ending = target.extension().map(|it| format!(".{}", it.to_string_lossy())).unwrap_or_default();
        let ending = if ending.len() > 64 { String::new() } else { ending };
        for attempt in 0..ATTEMPTS {
            let name =
                OsString::from(format!(".rustle-{:016x}{ending}", RandomState::new().hash_one(attempt)));
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match rustix::fs::openat(&folder, &name, flags, Mode::RUSR | Mode::WUSR) {
                Ok(file) => {
                    return Ok(Replacement {
                        folder,
                        temporary_path: path.join(&name),
                        temporary: Some(name),
                        target: target.to_owned(),
                        file: File::from(file),
                        unsafe_writes: false,
                        elsewhere: false,
                    });
                }
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Errno::EXIST.into())
    }

    /// Where the unfinished file stands, for a command that judges it.
    pub fn path(&self) -> &Path {
        &self.temporary_path
    }

    /// The unfinished file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Appends what `source` yields.
    ///
    /// # Errors
    /// If reading or writing fails.
    pub fn copy_from(&mut self, source: &mut File) -> io::Result<u64> {
        // Between two files this is the kernel's copy, which shares blocks where the file system can.
        io::copy(source, &mut self.file)
    }

    /// Gives the unfinished file the attributes that it inherits, then those of `wanted`, of which only flags are left for
    /// [`Replacement::commit`]. What changed is what would have, had the file been there with the inherited ones.
    ///
    /// # Errors
    /// If a name or a mode is unknown, or the system refuses.
    pub fn dress(&self, inherit: Inherit<'_>, wanted: &Wanted) -> Result<Applied> {
        if self.elsewhere {
            return wanted.apply(&self.target, false);
        }
        inherit
            .give(&self.target, &self.file)
            .map_err(|error| os_error::unhandled(os_error::with_bytes(&error, &self.target)))?;
        wanted.apply_to_open(&self.file, &self.target)
    }

    /// Puts the file in its place, once its content is on the disk: whoever looks sees the old file or the new one.
    ///
    /// # Errors
    /// If the system refuses; the old file is still there then.
    pub fn commit(mut self) -> Result<()> {
        let error = match self.rename() {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if self.unsafe_writes && (self.elsewhere || error.raw_os_error() == Some(libc::EBUSY)) {
            return self.write_in_place().map_err(|error| {
                os_error::unhandled(format!(
                    "Could not write data to file {}: {}",
                    os_error::quoted(&self.target),
                    os_error::text(&error)
                ))
            });
        }
        Err(self.refused(&error))
    }

    /// Puts the file in its place, unless something stands there by now.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if something does; or the system refuses.
    pub fn commit_new(mut self) -> io::Result<()> {
        let Some(temporary) = &self.temporary else { return Ok(()) };
        let name = self.target.file_name().ok_or(Errno::ISDIR)?;
        match rustix::fs::renameat_with(&self.folder, temporary, &self.folder, name, RenameFlags::NOREPLACE) {
            // The file system does not know such a rename; a second name for the file does the same.
            Err(Errno::INVAL | Errno::NOSYS) => {
                rustix::fs::linkat(&self.folder, temporary, &self.folder, name, AtFlags::empty())?;
            }
            done => {
                done?;
                self.temporary = None;
            }
        }
        Ok(())
    }

    fn rename(&mut self) -> io::Result<()> {
        let Some(temporary) = &self.temporary else { return Ok(()) };
        if self.elsewhere {
            return Err(Errno::XDEV.into());
        }
        sync(&self.file)?;
        let name = self.target.file_name().ok_or(Errno::ISDIR)?;
        rustix::fs::renameat(&self.folder, temporary, &self.folder, name)?;
        self.temporary = None;
        Ok(())
    }

    fn write_in_place(&mut self) -> io::Result<()> {
        self.file.rewind()?;
        let flags = OFlags::NOFOLLOW.bits() as i32;
        let mut target = File::options().write(true).truncate(true).custom_flags(flags).open(&self.target)?;
        io::copy(&mut self.file, &mut target)?;
        sync(&target)
    }

    fn refused(&self, error: &io::Error) -> Error {
        os_error::unhandled(format!(
            "Could not replace {} with {}: {} -> {}",
            os_error::quoted(&self.target),
            os_error::quoted(&self.temporary_path),
            os_error::with_bytes(error, &self.temporary_path),
            os_error::bytes(&self.target)
        ))
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // Nobody is left to be told that it could not be removed.
            let _ = rustix::fs::unlinkat(&self.folder, temporary, AtFlags::empty());
        }
    }
}

/// Replaces `target` (a link itself, not what it leads to) by a file with this `content`, which keeps the attributes of the
/// old one, then gets those of `wanted`.
///
/// # Errors
/// If the system refuses, or an attribute is unknown; the old file is untouched then.
pub fn write(target: &Path, content: &[u8], wanted: &Wanted) -> Result<Applied> {
    let mut replacement = Replacement::begin(target, false)?;
    replacement
        .write_all(content)
        .map_err(|error| os_error::unhandled(os_error::with_path(&error, target)))?;
    let mut applied = replacement.dress(Inherit::Replaced, wanted)?;
    replacement.commit()?;
    wanted.apply_flags(target, false, &mut applied)?;
    Ok(applied)
}

/// Replaces `target` by what `make` makes under the temporary name that it is given: a link, for example.
///
/// # Errors
/// If `make` fails, or the system refuses; nothing is left behind then.
pub fn replace_by(target: &Path, make: &dyn Fn(&Path) -> io::Result<()>) -> io::Result<()> {
    let folder = path::folder(target);
    for _ in 0..ATTEMPTS {
        let temporary = folder.join(random_name());
        match make(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            made => made?,
        }
        let renamed = std::fs::rename(&temporary, target);
        // Two names of one file cannot be renamed to each other: both stay, and the rename succeeds.
        let _ = std::fs::remove_file(&temporary);
        return renamed;
    }
    Err(Errno::EXIST.into())
}

/// A name that nobody can foresee, and that globs of configuration folders skip.
fn random_name() -> String {
    format!(".rustle-{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// Brings content to the disk; file systems that cannot say so are trusted.
fn sync(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOSYS | libc::EROFS)) => {
            Ok(())
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_value::{Map, Value};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn a_new_file_has_the_default_mode_and_a_replaced_one_keeps_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.conf");
        write(&path, b"one", &Wanted::default()).unwrap();
        assert_eq!(mode(&path), crate::fs::mode::default_for_files());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(!write(&path, b"two", &Wanted::default()).unwrap().changed);
        assert_eq!((mode(&path), std::fs::read(&path).unwrap()), (0o600, b"two".to_vec()));
        let wanted = Wanted { mode: Some(Value::from("0640")), ..Wanted::default() };
        assert_eq!(write(&path, b"three", &wanted).unwrap().before, Map::from([("mode", "0600")]));
        assert_eq!(mode(&path), 0o640);
        assert_eq!(names(folder.path()), ["file.conf"]);
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "old").unwrap();
        let wanted = Wanted { owner: Some("no such user".into()), ..Wanted::default() };
        assert!(write(&path, b"new", &wanted).is_err());
        let mut dropped = Replacement::begin(&path, false).unwrap();
        dropped.write_all(b"new").unwrap();
        assert_eq!(mode(dropped.path()), 0o600, "nobody else sees what is not finished");
        drop(dropped);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn a_link_is_replaced_itself() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        symlink("file", &link).unwrap();
        write(&link, b"new", &Wanted::default()).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"old");
        assert!(!link.is_symlink());
    }

    #[test]
    fn what_is_new_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        Replacement::begin(&path, false).unwrap().commit_new().unwrap();
        assert_eq!(mode(&path), 0o600);
        let error = Replacement::begin(&path, false).unwrap().commit_new().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[test]
    fn the_folder_is_the_one_that_was_opened() {
        let root = tempfile::tempdir().unwrap();
        let (folder, aside) = (root.path().join("folder"), root.path().join("aside"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::create_dir(root.path().join("outside")).unwrap();
        let mut replacement = Replacement::begin(&folder.join("file"), false).unwrap();
        replacement.write_all(b"x").unwrap();
        std::fs::rename(&folder, &aside).unwrap();
        symlink("outside", &folder).unwrap();
        replacement.commit().unwrap();
        assert_eq!(names(&aside), ["file"]);
        assert!(names(&root.path().join("outside")).is_empty());
    }

    #[test]
    fn another_file_gives_its_mode_and_times() {
        let folder = tempfile::tempdir().unwrap();
        let (source, target) = (folder.path().join("source"), folder.path().join("target"));
        std::fs::write(&source, "s").unwrap();
        std::fs::write(&target, "t").unwrap();
        std::fs::set_permissions(&source, std::fs::Permissions::from_mode(0o751)).unwrap();
        let mut from = File::open(&source).unwrap();
        let mut replacement = Replacement::begin(&target, false).unwrap();
        replacement.copy_from(&mut from).unwrap();
        replacement.dress(Inherit::From(&from), &Wanted::default()).unwrap();
        replacement.commit().unwrap();
        assert_eq!(mode(&target), 0o751);
        let [source, target] = [source, target].map(|path| std::fs::metadata(path).unwrap());
        assert_eq!((source.mtime(), source.mtime_nsec()), (target.mtime(), target.mtime_nsec()));
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = Replacement::begin(&folder.path().join("no/file"), true).unwrap_err();
        assert!(error.message().contains("is not writable by the current user"), "{error}");
    }
}
