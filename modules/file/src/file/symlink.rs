//! `state: link`.

use std::io;
use std::path::Path;

use rustle_runtime::fs::info::{self, State};
use rustle_runtime::fs::{atomic, os_error, path};
use rustle_runtime::prelude::*;

use super::{Job, outcome};

/// What is said where a link leads nowhere and attributes were to be set there.
const DANGLING: &str =
    "Cannot set fs attributes on a non-existent symlink target. follow should be set to False to avoid this.";

/// Makes the link, or changes where it leads.
pub(crate) fn link(job: &Job<'_>) -> Result<Outcome> {
    let path = &job.path;
    let state = State::of(path);
    let current = std::fs::read_link(path).ok();
    let src = match (job.src, &current) {
        (Some(src), _) => Some(src.to_owned()),
        (None, Some(current)) if job.follow && path.exists() => Some(current.clone()),
        (None, _) => None,
    };
    refuse(job, state, src.as_deref())?;
    let mut record = job.begin(path, state, "link");
    let Some(src) = src.or_else(|| current.clone()) else {
        return Err(Error::new("src is required for creating new symlinks"));
    };
    if state != State::Link {
        record.changed = true;
    } else if let Some(current) = current.filter(|current| *current != src) {
        record.record("src", info::text(&current), info::text(&src));
    }
    if record.changed && !job.check {
        create(path, &src, state)?;
    }
    let returned = |record| outcome("dest", path, record).with("src", info::text(&src));
    if job.check && !path.exists() {
        return Ok(returned(record));
    }
    let target = job.attribute_path();
    if job.follow && path.is_symlink() && !target.exists() {
        return Ok(returned(record).warn(DANGLING));
    }
    job.dress(&target, &mut record)?;
    Ok(returned(record))
}

/// Fails where something is in the way, or the link would lead nowhere, and that was not forced.
fn refuse(job: &Job<'_>, state: State, src: Option<&Path>) -> Result<()> {
    let path = &job.path;
    let shown = path.display();
    let folder = if state == State::Directory { path.clone() } else { path::folder(path) };
    if let Some(src) = src.filter(|src| !job.force && !folder.join(src).exists()) {
        // As it was written, not as `.` for a bare name.
        let written = if path.parent().is_some_and(|it| it.as_os_str().is_empty()) {
            src.to_owned()
        } else {
            folder.join(src)
        };
        let message = format!(
            "src file does not exist, use 'force=yes' if you really want to create the link: {}",
            written.display()
        );
        return Err(info::failure(message, path).with("src", info::text(src)));
    }
    match state {
        State::Directory | State::File | State::Hard if !job.force => Err(info::failure(
            format!("refusing to convert from {} to symlink for {shown}", state.word()),
            path,
        )),
        State::Directory if std::fs::read_dir(path).is_ok_and(|mut it| it.next().is_some()) => {
            Err(info::failure(format!("the directory {shown} is not empty, refusing to convert it"), path))
        }
        _ => Ok(()),
    }
}

/// Makes the link; what stands there already is replaced at once.
fn create(path: &Path, src: &Path, state: State) -> Result<()> {
    let (made, doing) = match state {
        State::Absent => (std::os::unix::fs::symlink(src, path), "linking"),
        State::Directory => (std::fs::remove_dir(path).and_then(|()| replace(path, src)), "replacing"),
        _ => (replace(path, src), "replacing"),
    };
    made.map_err(|error| {
        let (text, from, to) = (os_error::text(&error), os_error::bytes(src), os_error::bytes(path));
        info::failure(format!("Error while {doing}: {text}: {from} -> {to}"), path)
    })
}

fn replace(path: &Path, src: &Path) -> io::Result<()> {
    atomic::replace_by(path, &|temporary| std::os::unix::fs::symlink(src, temporary))
}
