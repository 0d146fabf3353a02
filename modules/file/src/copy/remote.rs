//! `remote_src`: copying what lies on the host.

use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::fs::Access;
use rustle_runtime::fs::atomic::Replacement;
use rustle_runtime::fs::attributes::Wanted;
use rustle_runtime::fs::checksum::{self, Algorithm};
use rustle_runtime::fs::inherit::Inherit;
use rustle_runtime::fs::times::Wish;
use rustle_runtime::fs::{backup, info, os_error, path};
use rustle_runtime::prelude::*;

use super::place::{judge, refuse};
use super::{Copy, remote_folder};
use crate::file::{self, Job};

impl Copy {
    /// Copies a file or a folder of the host to another place on it.
    pub(super) fn remote(&self, ctx: &Context) -> Result<Outcome> {
        let Some(src) = &self.src else {
            return Err(Error::new("src (or content) is required"));
        };
        let shown = src.display();
        let Ok(metadata) = std::fs::metadata(src) else {
            return Err(Error::new(format!("Source {shown} not found")));
        };
        if rustix::fs::access(src, Access::READ_OK).is_err() {
            return Err(Error::new(format!("Source {shown} not readable")));
        }
        if !metadata.is_file() && !metadata.is_dir() {
            return Err(Error::new(format!("Cannot copy invalid source '{shown}': not a file")));
        }
        let digest = |algorithm| -> Result<Option<String>> {
            let digest = metadata.is_file().then(|| checksum::of_file(src, algorithm)).transpose();
            digest.map_err(|error| os_error::unhandled(os_error::with_path(&error, src)))
        };
        let sums = (digest(Algorithm::Sha1)?, digest(Algorithm::Md5)?);
        if let Some(expected) = self.checksum.as_ref().filter(|expected| sums.0.as_ref() != Some(expected)) {
            let message = "Copied file does not match the expected checksum. Transfer failed.";
            return Err(Error::new(message)
                .with("checksum", sums.0)
                .with("expected_checksum", expected.as_str()));
        }
        let mut changed = false;
        if path::ends_with_slash(&self.dest) && !self.dest.exists() {
            let folder = path::trim_slashes(&self.dest);
            if ctx.check_mode() {
                let message = format!("dest directory {} would be created", folder.display());
                return Ok(Outcome::changed().msg(message).with("src", info::text(src)));
            }
            self.make_destination(folder, ctx)?;
            changed = true;
        }
        self.to_destination(src, sums, changed, ctx)
    }

    fn to_destination(
        &self,
        src: &Path,
        sums: (Option<String>, Option<String>),
        mut changed: bool,
        ctx: &Context,
    ) -> Result<Outcome> {
        let is_folder = src.is_dir();
        let both_folders = is_folder && (self.dest.is_dir() || !self.dest.exists());
        let mut dest = self.dest.clone();
        if dest.is_dir() {
            dest.push(path::base_name(src));
        }
        if dest.exists() {
            if dest.is_symlink() && self.follow {
                dest = path::real(&dest);
            }
            if !self.force {
                let outcome = Outcome::ok().msg("file already exists").with("src", info::text(src));
                return Ok(info::described(outcome.with("dest", info::text(&dest)), &dest));
            }
        }
        refuse(&dest, self.attributes.unsafe_writes)?;
        let wanted = self.wanted_of(src);
        let is_same = dest.is_file()
            && !dest.is_symlink()
            && sums.0.is_some()
            && checksum::of_file(&dest, Algorithm::Sha1).ok() == sums.0;
        let (mut saved, mut dressed) = (None, false);
        if !is_folder && !is_same {
            changed = true;
            if !ctx.check_mode() {
                saved = self.replace(src, &dest, &wanted, ctx)?;
                dressed = true;
            }
        } else if both_folders {
            let into = match src.file_name() {
                Some(name) if !path::ends_with_slash(src) => self.dest.join(name),
                _ => self.dest.clone(),
            };
            changed |= self.copy_folder(src, &into, ctx)?;
        } else if is_folder {
            return Err(Error::new(format!(
                "Cannot copy the directory '{}' over the file '{}'",
                src.display(),
                dest.display()
            )));
        }
        if !dressed {
            let target = if self.follow && dest.is_symlink() { path::real(&dest) } else { dest.clone() };
            changed |= wanted.apply(&target, ctx.check_mode())?.changed;
        }
        let mut outcome = Outcome::of(changed)
            .with("dest", info::text(&dest))
            .with("src", info::text(src))
            .with("md5sum", sums.1)
            .with("checksum", sums.0);
        if let Some(saved) = &saved {
            outcome = outcome.with("backup_file", info::text(saved));
        }
        Ok(info::described(outcome, &dest))
    }

    fn wanted_of(&self, src: &Path) -> Wanted {
        use std::os::unix::fs::MetadataExt;
        let bits = std::fs::metadata(src).ok().map(|it| it.mode() & 0o7777);
        let wanted = Wanted::from(&self.attributes);
        Wanted { mode: self.mode(bits).or(wanted.mode), ..wanted }
    }

    /// Replaces the file at `dest`; the backup, if one was made.
    fn replace(&self, src: &Path, dest: &Path, wanted: &Wanted, ctx: &Context) -> Result<Option<PathBuf>> {
        let failed = |error: std::io::Error| {
            let (from, to) = (os_error::quoted(src), os_error::quoted(dest));
            os_error::unhandled(format!("Failed to copy {from} to {to}.: {}", os_error::text(&error)))
        };
        let mut from = File::open(src).map_err(failed)?;
        let mut replacement = Replacement::begin(dest, self.attributes.unsafe_writes)?;
        replacement.copy_from(&mut from).map_err(failed)?;
        let mut applied = replacement.dress(Inherit::From(&from), wanted)?;
        if let Some(command) = &self.validate {
            judge(command, replacement.path(), ctx)?;
        }
        let saved = if self.backup && dest.exists() { Some(backup::make(dest)?) } else { None };
        replacement.commit()?;
        wanted.apply_flags(dest, false, &mut applied)?;
        Ok(saved)
    }

    fn copy_folder(&self, src: &Path, dest: &Path, ctx: &Context) -> Result<bool> {
        let owners = Wanted {
            owner: self.attributes.owner.clone(),
            group: self.attributes.group.clone(),
            ..Wanted::default()
        };
        remote_folder::copy(src, dest, self.local_follow.unwrap_or(false), &owners, ctx.check_mode())
    }

    fn make_destination(&self, path: PathBuf, ctx: &Context) -> Result<()> {
        let mode = self.directory_mode.as_ref().map(|mode| mode.value().clone());
        let job = Job {
            path,
            src: None,
            wanted: Wanted { mode, ..Wanted::from(&self.attributes) },
            follow: true,
            force: false,
            modified: Wish::Preserve,
            accessed: Wish::Preserve,
            check: ctx.check_mode(),
        };
        file::make_directory(&job, false).map(drop)
    }
}
