//! `state: directory`.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use rustle_runtime::fs::attributes::{Applied, Wanted};
use rustle_runtime::fs::info::{self, State};
use rustle_runtime::fs::{mode, os_error, path, tree};
use rustle_runtime::prelude::*;

use super::{Job, outcome};

/// Makes the folder with those it stands in, or sets the attributes of one that exists.
pub(crate) fn make(job: &Job<'_>, recurse: bool) -> Result<Outcome> {
    let mut path = job.path.clone();
    let mut state = State::of(&path);
    if state == State::Link && job.follow {
        path = path::real(&path);
        state = State::of(&path);
    }
    let mut record = job.begin(&path, state, "directory");
    match state {
        State::Absent => {
            record.changed = true;
            if job.check {
                return Ok(outcome("path", &path, record));
            }
            create(job, &path, &mut record)?;
        }
        State::Directory => {
            job.dress(&path, &mut record)?;
            if recurse {
                record.changed |= dress_content(job, &path)?;
            }
        }
        _ => {
            let message = format!("{} already exists as a {}", path.display(), state.word());
            return Err(info::failure(message, &path));
        }
    }
    Ok(outcome("path", &path, record))
}

/// Makes every folder of `path` that is missing; each of them gets the attributes.
fn create(job: &Job<'_>, path: &Path, record: &mut Applied) -> Result<()> {
    let mut current = PathBuf::new();
    for part in path.components() {
        current.push(part);
        if current.exists() {
            continue;
        }
        match create_one(job, &current, record) {
            Ok(()) => {}
            Err(Fault::System(error)) => {
                let why = os_error::with_bytes(&error, &current);
                let message =
                    format!("There was an issue creating {} as requested: {why}", current.display());
                return Err(info::failure(message, path));
            }
            Err(Fault::Attributes(error)) => return Err(error),
        }
    }
    job.set_times(path, record)
}

enum Fault {
    System(io::Error),
    Attributes(Error),
}

/// Makes one folder, which is never open to more than it will be in the end.
fn create_one(job: &Job<'_>, path: &Path, record: &mut Applied) -> std::result::Result<(), Fault> {
    let default = 0o777 & !mode::umask();
    let allowed = job.mode_of_folder(path, default)?;
    match std::fs::DirBuilder::new().mode(default & allowed).create(path) {
        // Somebody else was faster; it is a folder all the same.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(error) => return Err(Fault::System(error)),
        Ok(()) => {}
    }
    // The group's bit is inherited from the folder around it.
    let special = std::fs::metadata(path).map_err(Fault::System)?.mode() & 0o7000;
    let (before, after) = (default | special, job.mode_of_folder(path, default | special)?);
    let wanted = Wanted { mode: Some(Value::from(after)), ..job.wanted.clone() };
    let mut applied = wanted.apply(path, false).map_err(Fault::Attributes)?;
    applied.before.remove("mode");
    applied.after.remove("mode");
    if before != after {
        applied.record("mode", mode::display(before), mode::display(after));
    }
    record.merge(&applied);
    Ok(())
}

impl Job<'_> {
    /// The mode that a new folder gets which would otherwise have `bits`.
    fn mode_of_folder(&self, path: &Path, bits: u32) -> std::result::Result<u32, Fault> {
        let Some(wanted) = &self.wanted.mode else { return Ok(bits) };
        mode::resolve(wanted, bits, true).map_err(|invalid| {
            Fault::Attributes(info::failure(invalid.message, path).with("details", invalid.details))
        })
    }
}

/// Sets the attributes of everything in the folder; whether anything changed.
fn dress_content(job: &Job<'_>, path: &Path) -> Result<bool> {
    let mut changed = false;
    tree::walk(path, job.follow, &mut |target, path| {
        let mut record = job.wanted.apply_to(target, path, job.check)?;
        job.wanted.apply_flags(path, job.check, &mut record)?;
        if path.exists() {
            job.set_times(path, &mut record)?;
        }
        changed |= record.changed;
        Ok(())
    })?;
    Ok(changed)
}
