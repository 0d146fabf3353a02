//! Putting one file where it belongs, as `copy` and `template` do.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::Access;
use rustle_runtime::args::FileAttributes;
use rustle_runtime::fs::atomic::Replacement;
use rustle_runtime::fs::attributes::Wanted;
use rustle_runtime::fs::checksum::{self, Algorithm};
use rustle_runtime::fs::inherit::Inherit;
use rustle_runtime::fs::times::Wish;
use rustle_runtime::fs::{backup, diff, info, os_error, path, validate};
use rustle_runtime::prelude::*;

use super::source::Source;
use crate::file::{self, Job};

/// A file, where it goes, and how.
#[derive(Clone, Debug)]
pub(crate) struct Placing<'a> {
    /// The content.
    pub source: &'a Source,
    /// What the result and the difference call the source.
    pub shown: &'a str,
    /// Its name in the destination, where that is a folder; none if it must not be one.
    pub name: Option<&'a Path>,
    /// The destination; a folder if it ends with a slash.
    pub dest: &'a Path,
    /// The attributes that it shall have.
    pub attributes: &'a FileAttributes,
    /// Its mode, where that is known better than from the attributes.
    pub mode: Option<Value>,
    /// The mode of folders that are made for it.
    pub directory_mode: Option<&'a Value>,
    /// Whether the old file is kept as a backup.
    pub backup: bool,
    /// Whether a file that is there already is replaced.
    pub force: bool,
    /// Whether a link at the destination is followed.
    pub follow: bool,
    /// A command that judges the file.
    pub validate: Option<&'a str>,
    /// The SHA-1 digest that the content must have.
    pub checksum: Option<&'a str>,
}

impl Placing<'_> {
    /// Puts the file in its place; nothing if something is there and must stay.
    pub(crate) fn place(&self, ctx: &Context) -> Result<Option<Outcome>> {
        let target = self.target()?;
        let there = look(&target)?;
        if there.is_some() && !self.force {
            return Ok(None);
        }
        let unreadable = |error: io::Error| Error::new(format!("could not find src={}, {error}", self.shown));
        let old = match there {
            Some(link) if link.is_symlink() => self.follow.then(|| std::fs::metadata(&target).ok()).flatten(),
            there => there,
        };
        // Files of different sizes need no digest to be told apart.
        let may_be_same = match old.filter(std::fs::Metadata::is_file) {
            Some(old) => old.len() == self.source.size().map_err(unreadable)?,
            None => false,
        };
        if may_be_same {
            let sha1 = self.source.sha1().map_err(unreadable)?;
            if checksum::of_file(&target, Algorithm::Sha1).is_ok_and(|old| old == sha1) {
                return self.keep(&target, sha1, ctx).map(Some);
            }
        }
        let mut outcome = Outcome::changed();
        if ctx.diff_mode() {
            let size = self.source.size().map_err(unreadable)?;
            let after = diff::after(self.shown, size, || self.source.head(diff::MAX_SIZE).ok());
            outcome = outcome.diff(diff::between(diff::before(&target), after));
        }
        if ctx.check_mode() {
            return Ok(Some(outcome));
        }
        // What was not written is shown all the same.
        let diff = outcome.diff.clone();
        let written = self.write(outcome, target, ctx);
        Ok(Some(written.unwrap_or_else(|error| Outcome { diff, ..error.into_outcome() })))
    }

    /// The file that will be written.
    fn target(&self) -> Result<PathBuf> {
        if !path::ends_with_slash(self.dest) && !self.dest.is_dir() {
            return Ok(self.dest.to_owned());
        }
        match self.name {
            Some(name) => Ok(self.dest.join(name)),
            None => Err(Error::new("can not use content with a dir as dest")),
        }
    }

    fn wanted(&self) -> Wanted {
        let wanted = Wanted::from(self.attributes);
        Wanted { mode: self.mode.clone().or(wanted.mode), ..wanted }
    }

    /// Sets the attributes of a file whose content is right already.
    fn keep(&self, target: &Path, sha1: String, ctx: &Context) -> Result<Outcome> {
        let job = self.job(target.to_owned(), self.wanted(), ctx);
        let mut outcome = file::keep_file(&job)?;
        if !ctx.diff_mode() {
            outcome.diff.clear();
        }
        if ctx.check_mode() {
            outcome.warnings.extend(file::unknown_names(self.attributes));
        }
        let dest = outcome.data.get("path").cloned().unwrap_or_default();
        Ok(outcome.with("checksum", sha1).with("dest", dest))
    }

    fn job(&self, path: PathBuf, wanted: Wanted, ctx: &Context) -> Job<'_> {
        Job {
            path,
            src: None,
            wanted,
            follow: true,
            force: false,
            modified: Wish::Preserve,
            accessed: Wish::Preserve,
            check: ctx.check_mode(),
        }
    }

    fn write(&self, outcome: Outcome, mut target: PathBuf, ctx: &Context) -> Result<Outcome> {
        if let Some(expected) = self.checksum {
            self.expect(expected)?;
        }
        self.make_folders(&target, ctx)?;
        if self.follow && target.is_symlink() && target.exists() {
            target = path::real(&target);
        }
        refuse(&target, self.attributes.unsafe_writes)
            .map_err(|error| error.with("checksum", self.source.sha1().unwrap_or_default()))?;
        let wanted = self.wanted();
        let mut replacement = Replacement::begin(&target, self.attributes.unsafe_writes)?;
        let (sha1, md5) = self.source.write_to(&mut replacement).map_err(|error| {
            let (from, to) = (self.shown, target.display());
            os_error::unhandled(format!("Failed to copy '{from}' to '{to}'.: {}", os_error::text(&error)))
        })?;
        let with_sum = |error: Error| error.with("checksum", sha1.as_str());
        let mut applied = replacement.dress(Inherit::Replaced, &wanted).map_err(with_sum)?;
        self.judge(replacement.path(), ctx).map_err(with_sum)?;
        let backup = if self.backup && target.exists() { Some(backup::make(&target)?) } else { None };
        replacement.commit().map_err(with_sum)?;
        wanted.apply_flags(&target, false, &mut applied).map_err(with_sum)?;
        let mut outcome = outcome
            .with("dest", info::text(&target))
            .with("src", self.shown)
            .with("md5sum", md5)
            .with("checksum", sha1);
        if let Some(backup) = &backup {
            outcome = outcome.with("backup_file", info::text(backup));
        }
        Ok(info::described(outcome, &target))
    }

    /// Makes the folders that the file stands in, if the destination was written as a folder.
    fn make_folders(&self, target: &Path, ctx: &Context) -> Result<()> {
        let folder = path::folder(target);
        if !path::ends_with_slash(self.dest) || folder.exists() {
            return Ok(());
        }
        let wanted = Wanted { mode: self.directory_mode.cloned(), ..Wanted::from(self.attributes) };
        file::make_directory(&self.job(folder, wanted, ctx), false).map(drop)
    }

    /// Fails if the content has another digest.
    fn expect(&self, expected: &str) -> Result<()> {
        let sha1 = self.source.sha1().unwrap_or_default();
        if sha1 == expected {
            return Ok(());
        }
        Err(Error::new("Copied file does not match the expected checksum. Transfer failed.")
            .with("checksum", sha1)
            .with("expected_checksum", expected))
    }

    fn judge(&self, file: &Path, ctx: &Context) -> Result<()> {
        self.validate.map_or(Ok(()), |command| judge(command, file, ctx))
    }
}

/// Has a command judge a file.
pub(super) fn judge(command: &str, file: &Path, ctx: &Context) -> Result<()> {
    let verdict = validate::run(command, file, ctx)?;
    if verdict.rc == 0 {
        return Ok(());
    }
    Err(Error::new("failed to validate")
        .with("exit_status", verdict.rc)
        .with("stdout", verdict.stdout)
        .with("stderr", verdict.stderr))
}

/// Fails where the folder of `target` does not exist, or cannot be written to.
pub(super) fn refuse(target: &Path, unsafe_writes: bool) -> Result<()> {
    let folder = path::folder(target);
    let shown = folder.display();
    match std::fs::metadata(&folder) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(Error::new(format!("Destination directory {shown} is not accessible")))
        }
        Err(_) => Err(Error::new(format!("Destination directory {shown} does not exist"))),
        Ok(_) if !unsafe_writes && rustix::fs::access(&folder, Access::WRITE_OK).is_err() => {
            Err(Error::new(format!("Destination {shown} not writable")))
        }
        Ok(_) => Ok(()),
    }
}

/// What stands at `path`, itself if it is a link.
fn look(path: &Path) -> Result<Option<std::fs::Metadata>> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::new(format!(
            "Task failed: Failed to get information on remote file ({}): {}",
            path.display(),
            os_error::reason(&error)
        ))),
    }
}
