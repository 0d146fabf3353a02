//! `state: touch`.

use std::io;

use rustle_runtime::fs::atomic::Replacement;
use rustle_runtime::fs::attributes::Applied;
use rustle_runtime::fs::info::{self, State};
use rustle_runtime::fs::inherit::Inherit;
use rustle_runtime::fs::os_error;
use rustle_runtime::prelude::*;

use super::{Job, outcome};

/// Makes the file if it is missing, and sets attributes and times.
pub(super) fn touch(job: &Job<'_>) -> Result<Outcome> {
    let state = State::of(&job.path);
    let mut record = job.begin(&job.path, state, "touch");
    if state == State::Absent {
        if job.check {
            return Ok(Outcome::changed().with("dest", info::text(&job.path)));
        }
        let made = create(job)?;
        record.merge(&made);
        record.changed = true;
    }
    let path = job.attribute_path();
    if state == State::Absent {
        let rest = job.wanted.apply_flags(&path, false, &mut record);
        if let Err(error) = rest.and_then(|()| job.set_times(&path, &mut record)) {
            // A file that cannot be as it was asked for is not left behind, or the next run would take it as it is.
            let _ = std::fs::remove_file(&job.path);
            return Err(error);
        }
    } else {
        job.dress(&path, &mut record)?;
    }
    Ok(outcome("dest", &job.path, record))
}

/// Makes an empty file that has its attributes from the first moment on.
fn create(job: &Job<'_>) -> Result<Applied> {
    let refused = |error: &io::Error| {
        let why = os_error::with_bytes(error, &job.path);
        info::failure("Error, could not touch target.", &job.path).with("details", why)
    };
    if let Some(folder) = job.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::metadata(folder).map_err(|error| refused(&error))?;
    }
    let file = Replacement::begin(&job.path, false).map_err(|error| {
        info::failure("Error, could not touch target.", &job.path).with("details", error.message())
    })?;
    let made = file.dress(Inherit::Replaced, &job.wanted)?;
    match file.commit_new() {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(refused(&error)),
        // Made by somebody else in between: it is there, which is what was asked for.
        Err(_) => job.wanted.apply(&job.attribute_path(), false),
        Ok(()) => Ok(made),
    }
}
