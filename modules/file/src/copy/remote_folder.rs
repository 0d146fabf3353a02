//! Copying a folder of the host to another place on it.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustle_runtime::fs::atomic::{self, Replacement};
use rustle_runtime::fs::attributes::Wanted;
use rustle_runtime::fs::inherit::Inherit;
use rustle_runtime::fs::{os_error, tree};
use rustle_runtime::prelude::*;

/// How deep folders may lie in each other; links that are followed may lead in a circle.
const MAX_DEPTH: usize = 200;

/// Copies what is in `src` to `dest`, which is made if it is missing; everything there gets `owners`. Whether anything
/// changed, or would have.
pub(super) fn copy(src: &Path, dest: &Path, follow: bool, owners: &Wanted, check: bool) -> Result<bool> {
    let mut job = Folder { follow, check, changed: false };
    let around = match dest.parent() {
        Some(around) if !check => fs::create_dir_all(around).map_err(at(around)),
        _ => Ok(()),
    };
    around.and_then(|()| job.folder(src, dest, 0)).map_err(|(error, path)| {
        let (from, to) = (os_error::quoted(src), os_error::quoted(dest));
        os_error::unhandled(format!("Failed to copy {from} to {to}.: {}", os_error::with_path(&error, &path)))
    })?;
    let mut changed = job.changed;
    if dest.exists() && (owners.owner.is_some() || owners.group.is_some()) {
        changed |= owners.apply(dest, check)?.changed;
        tree::walk(dest, false, &mut |target, path| {
            changed |= owners.apply_to(target, path, check)?.changed;
            Ok(())
        })?;
    }
    Ok(changed)
}

struct Folder {
    follow: bool,
    check: bool,
    changed: bool,
}

/// What failed, and with which path.
type Failed = (io::Error, PathBuf);

fn at(path: &Path) -> impl Fn(io::Error) -> Failed + '_ {
    move |error| (error, path.to_owned())
}

impl Folder {
    fn folder(&mut self, src: &Path, dest: &Path, depth: usize) -> Result<(), Failed> {
        if depth > MAX_DEPTH {
            return Err((rustix::io::Errno::LOOP.into(), src.to_owned()));
        }
        let metadata = fs::metadata(src).map_err(at(src))?;
        let is_new = match fs::metadata(dest) {
            Ok(there) if there.is_dir() => false,
            Ok(_) => return Err((io::Error::from(io::ErrorKind::NotADirectory), dest.to_owned())),
            Err(_) => true,
        };
        if is_new {
            self.changed = true;
            if self.check {
                return Ok(());
            }
            // Nobody else looks into it before it has its mode.
            fs::DirBuilder::new().mode(0o700).create(dest).map_err(at(dest))?;
        }
        let mut names: Vec<_> = fs::read_dir(src)
            .and_then(|entries| entries.map(|entry| entry.map(|it| it.file_name())).collect())
            .map_err(at(src))?;
        names.sort();
        for name in names {
            self.entry(&src.join(&name), &dest.join(&name), is_new, depth)?;
        }
        if is_new {
            let mode = fs::Permissions::from_mode(metadata.mode() & 0o7777);
            fs::set_permissions(dest, mode).map_err(at(dest))?;
            let times = fs::FileTimes::new()
                .set_accessed(metadata.accessed().map_err(at(src))?)
                .set_modified(metadata.modified().map_err(at(src))?);
            File::open(dest).and_then(|folder| folder.set_times(times)).map_err(at(dest))?;
        }
        Ok(())
    }

    fn entry(&mut self, src: &Path, dest: &Path, is_new: bool, depth: usize) -> Result<(), Failed> {
        let own = fs::symlink_metadata(src).map_err(at(src))?;
        if own.is_symlink() && !self.follow {
            return self.link(src, dest);
        }
        let metadata = if own.is_symlink() { fs::metadata(src).map_err(at(src))? } else { own };
        if metadata.is_dir() {
            return self.folder(src, dest, depth + 1);
        }
        if !metadata.is_file() {
            return Err((io::Error::other("it is neither a file nor a folder nor a link"), src.to_owned()));
        }
        if is_same(src, &metadata, dest).map_err(at(src))? {
            return Ok(());
        }
        self.changed = true;
        if self.check {
            return Ok(());
        }
        self.file(src, dest, is_new).map_err(at(dest))
    }

    fn link(&mut self, src: &Path, dest: &Path) -> Result<(), Failed> {
        let target = fs::read_link(src).map_err(at(src))?;
        if fs::read_link(dest).is_ok_and(|it| it == target) {
            return Ok(());
        }
        self.changed = true;
        if self.check {
            return Ok(());
        }
        atomic::replace_by(dest, &|temporary| symlink(&target, temporary)).map_err(at(dest))
    }

    /// Replaces one file at once. In a new folder it keeps the time of its source.
    fn file(&self, src: &Path, dest: &Path, is_new: bool) -> io::Result<()> {
        let mut from = File::open(src)?;
        let mode = Value::Int(i64::from(from.metadata()?.mode() & 0o7777));
        let plain = |error: Error| io::Error::other(error.message().to_owned());
        let mut replacement = Replacement::begin(dest, false).map_err(plain)?;
        replacement.copy_from(&mut from)?;
        let inherit = if is_new { Inherit::From(&from) } else { Inherit::Replaced };
        let wanted = Wanted { mode: Some(mode), ..Wanted::default() };
        replacement.dress(inherit, &wanted).map_err(plain)?;
        replacement.commit().map_err(plain)
    }
}

/// Whether a file is there already: with the same size and time, or else with the same content.
fn is_same(src: &Path, metadata: &Metadata, dest: &Path) -> io::Result<bool> {
    let Ok(there) = fs::metadata(dest) else { return Ok(false) };
    if !there.is_file() || there.len() != metadata.len() {
        return Ok(false);
    }
    let time = |it: &Metadata| (it.mtime(), it.mtime_nsec());
    if time(&there) == time(metadata) {
        return Ok(true);
    }
    let (mut a, mut b) = (File::open(src)?, File::open(dest)?);
    let (mut left, mut right) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        let (m, n) = (fill(&mut a, &mut left)?, fill(&mut b, &mut right)?);
        if left.get(..m) != right.get(..n) {
            return Ok(false);
        }
        if m == 0 {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or nothing is left.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            n => length += n,
        }
    }
    Ok(length)
}
