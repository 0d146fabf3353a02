//! `state: absent`.

use std::path::Path;

use rustle_runtime::fs::info::{self, State};
use rustle_runtime::fs::os_error;
use rustle_runtime::prelude::*;

use super::Job;

/// Removes what stands at the path; a folder with everything in it, a link itself.
pub(super) fn remove(job: &Job<'_>) -> Result<Outcome> {
    let path = &job.path;
    let state = State::of(path);
    let outcome = |changed| {
        let outcome = Outcome::of(changed).with("path", info::text(path)).with("state", "absent");
        // In check mode it is still there.
        info::described(outcome, path)
    };
    if state == State::Absent {
        return Ok(outcome(false));
    }
    if path.canonicalize().is_ok_and(|it| it == Path::new("/")) && state == State::Directory {
        return Err(Error::new("rmtree failed: refusing to remove the root of the file system"));
    }
    let mut record = job.begin(path, state, "absent");
    if state == State::Directory {
        record.before.insert("path_content", content(path));
    }
    if !job.check && state == State::Directory {
        // The standard library goes from handle to handle here: a folder that becomes a link meanwhile is not entered.
        std::fs::remove_dir_all(path)
            .map_err(|error| Error::new(format!("rmtree failed: {}", os_error::with_path(&error, path))))?;
    } else if !job.check {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let why = os_error::with_bytes(&error, path);
                return Err(info::failure("Unlinking failed.", path).with("details", why));
            }
            _ => {}
        }
    }
    Ok(outcome(true).diff(record.into_diff()))
}

/// The names of everything in a folder, for the difference record.
fn content(path: &Path) -> Map {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    let mut left = vec![path.to_owned()];
    while let Some(folder) = left.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = entry.path();
            if name.is_dir() {
                folders.push(info::text(&name));
                if !name.is_symlink() {
                    left.push(name);
                }
            } else {
                files.push(info::text(&name));
            }
        }
    }
    Map::from([("directories", Value::from(folders)), ("files", Value::from(files))])
}
