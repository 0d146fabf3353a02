//! `state: hard`.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustle_runtime::fs::info::{self, State};
use rustle_runtime::fs::{atomic, os_error, path};
use rustle_runtime::prelude::*;

use super::{Job, outcome};

/// Makes the path another name for the file `src`.
pub(super) fn link(job: &Job<'_>) -> Result<Outcome> {
    let path = &job.path;
    let state = State::of(path);
    if state != State::Hard && job.src.is_none() {
        return Err(Error::new("src is required for creating new hardlinks"));
    }
    if job.src.is_some_and(|src| !src.exists()) {
        return Err(refused(job, "src does not exist"));
    }
    let attribute_path = job.attribute_path();
    let mut record = job.begin(path, state, "hard");
    match (state, job.src) {
        (State::Link, Some(src)) => {
            if let Some(old) = std::fs::read_link(path).ok().filter(|old| old != src) {
                record.record("src", info::text(&old), info::text(src));
            }
        }
        (State::Hard, Some(src)) if !is_same(path, src) => {
            record.changed = true;
            if !job.force {
                return Err(refused(job, "Cannot link, different hard link exists at destination"));
            }
        }
        (State::Hard, _) => {}
        (State::File, _) => {
            record.changed = true;
            if !job.force {
                return Err(refused(job, "Cannot link, file exists at destination"));
            }
        }
        (State::Directory, _) if !job.force => {
            return Err(refused(job, "Cannot link: different hard link exists at destination"));
        }
        _ => record.changed = true,
    }
    if record.changed && !job.check {
        create(job, state)?;
    }
    let returned = |record| outcome("dest", path, record).with("src", job.src.map(info::text));
    if job.check && !path.exists() {
        return Ok(returned(record));
    }
    job.dress(&attribute_path, &mut record)?;
    Ok(returned(record))
}

fn is_same(a: &Path, b: &Path) -> bool {
    match (std::fs::metadata(a), std::fs::metadata(b)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

fn refused(job: &Job<'_>, message: &str) -> Error {
    let mut data =
        Map::from([("dest", info::text(&job.path)), ("src", Value::from(job.src.map(info::text)))]);
    info::describe(&mut data, &job.path);
    data.iter().fold(Error::new(message), |error, (key, value)| match key.as_str() {
        Some(key) => error.with(key, value.clone()),
        None => error,
    })
}

fn create(job: &Job<'_>, state: State) -> Result<()> {
    let Some(src) = job.src else { return Ok(()) };
    let path = &job.path;
    let (made, doing) = match state {
        State::Absent if job.follow => (std::fs::hard_link(path::real(src), path), "linking"),
        State::Absent => (std::fs::hard_link(src, path), "linking"),
        _ => (replace(path, src), "replacing"),
    };
    made.map_err(|error| {
        let (text, from, to) = (os_error::text(&error), os_error::bytes(src), os_error::bytes(path));
        info::failure(format!("Error while {doing}: {text}: {from} -> {to}"), path)
    })
}

fn replace(path: &Path, src: &Path) -> io::Result<()> {
    atomic::replace_by(path, &|temporary| std::fs::hard_link(src, temporary))
}
