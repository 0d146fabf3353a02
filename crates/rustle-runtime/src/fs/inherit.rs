//! Attributes that a file takes over from another: owner, mode, times, extended attributes.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{Gid, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use crate::fs::mode;

/// From where a new file takes owner, mode and extended attributes before the task's own are applied.
#[derive(Clone, Copy, Debug)]
pub enum Inherit<'a> {
    /// From the file that it replaces; if there is none, it gets those of any new file.
    Replaced,
    /// Mode, times and extended attributes from another file, if it replaces one; else as any new file, with the times
    /// of the other.
    From(&'a File),
}

impl Inherit<'_> {
    /// Gives `file`, which will replace what stands at `target`, its attributes.
    pub(super) fn give(self, target: &Path, file: &File) -> io::Result<()> {
        let there = std::fs::symlink_metadata(target).ok();
        let replaces = there.is_some();
        // A link that is replaced has nothing to hand on: what it leads to stays.
        match (self, there.filter(|it| !it.is_symlink())) {
            (Inherit::Replaced, Some(replaced)) => {
                give_away(&replaced, file)?;
                // What may not be read can be replaced all the same, without what cannot be seen of it; and what is no
                // file is not opened, since a pipe would wait for its other end.
                if replaced.is_file()
                    && let Ok(old) = File::open(target)
                {
                    copy_extended(&old, file)?;
                }
                set_mode(file, replaced.mode())
            }
            (Inherit::Replaced, None) => set_mode(file, mode::default_for_files()),
            (Inherit::From(source), _) => {
                let metadata = source.metadata()?;
                copy_extended(source, file)?;
                set_mode(file, if replaces { metadata.mode() } else { mode::default_for_files() })?;
                copy_times(&metadata, file)
            }
        }
    }
}

/// Gives `file` the owner and group of another; who may not give files away keeps them.
pub(super) fn give_away(like: &Metadata, file: &File) -> io::Result<()> {
    match rustix::fs::fchown(file, Some(Uid::from_raw(like.uid())), Some(Gid::from_raw(like.gid()))) {
        Err(Errno::PERM) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Sets the permission bits.
pub(super) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(std::fs::Permissions::from_mode(mode & mode::BITS))
}

/// Gives `to` the times of a file.
pub(super) fn copy_times(metadata: &Metadata, to: &File) -> io::Result<()> {
    let times = Timestamps {
        last_access: Timespec { tv_sec: metadata.atime(), tv_nsec: metadata.atime_nsec() },
        last_modification: Timespec { tv_sec: metadata.mtime(), tv_nsec: metadata.mtime_nsec() },
    };
    Ok(rustix::fs::futimens(to, &times)?)
}

/// The most bytes that Linux allows for the list of names, and for a value.
///
/// See the manual page listxattr(2).
const LONGEST: usize = 64 * 1024;

/// Copies extended attributes: access control lists, capabilities, the SELinux context, and the user's own. What the file
/// system does not know, or this user may not set, is left out.
pub(super) fn copy_extended(from: &File, to: &File) -> io::Result<()> {
    let skip = |error: Errno| {
        matches!(error, Errno::OPNOTSUPP | Errno::PERM | Errno::NODATA | Errno::INVAL | Errno::ACCESS)
    };
    // Most files have none: only the length is asked for at first.
    let names = match rustix::fs::flistxattr(from, &mut [] as &mut [u8]) {
        Ok(0) => return Ok(()),
        Ok(_) => {
            let mut names = vec![0; LONGEST];
            let length = rustix::fs::flistxattr(from, names.as_mut_slice())?;
            names.truncate(length);
            names
        }
        Err(error) if skip(error) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut value = vec![0; LONGEST];
    for name in names.split(|byte| *byte == 0).filter(|it| !it.is_empty()) {
        let copied = rustix::fs::fgetxattr(from, name, value.as_mut_slice()).and_then(|length| {
            let value = value.get(..length).unwrap_or_default();
            rustix::fs::fsetxattr(to, name, value, rustix::fs::XattrFlags::empty())
        });
        match copied {
            Err(error) if !skip(error) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
