//! `state: file`: a file that is there, with the right attributes.

use rustle_runtime::fs::info::{self, State};
use rustle_runtime::fs::path;
use rustle_runtime::prelude::*;

use super::{Job, outcome};

/// Sets the attributes of a file that exists.
pub(crate) fn keep(job: &Job<'_>) -> Result<Outcome> {
    let mut path = job.path.clone();
    let mut state = State::of(&path);
    if state == State::Link && job.follow {
        path = path::real(&path);
        state = State::of(&path);
    }
    if !matches!(state, State::File | State::Hard) {
        let message = format!("file ({}) is {}, cannot continue", path.display(), state.word());
        return Err(info::failure(message, &path).with("state", state.word()));
    }
    let mut record = job.begin(&path, state, "file");
    job.dress(&path, &mut record)?;
    Ok(outcome("path", &path, record))
}
