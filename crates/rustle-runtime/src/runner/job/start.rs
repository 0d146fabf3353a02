//! `--job DIR`: begins a run that nobody needs to wait for.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use rustle_schema::job::STATUS;

use super::folder;
use crate::secrets::environment;

/// The flag by which an executable knows that it is the job itself.
pub const DETACHED: &str = "--detached";

/// What the job writes to standard output when it stands on its own feet.
pub const STARTED: &[u8] = b"started\n";

/// How many jobs that have ended stay beside a new one.
const KEPT: usize = 10;

/// Begins a job in `folder` with the own arguments, and returns when it runs by itself. In a folder that had a job already
/// nothing is begun: whoever does not know whether his words were heard may say them again. `key` is what stood in the
/// environment: the job takes it out of its own as this process did.
///
/// `key` opens the secrets. The job gets it in the environment, from which it takes it at once.
///
/// # Errors
/// If the folder cannot be made, or the job does not start; the exit code, and why if it has not said so itself.
pub fn start(folder: &Path, key: Option<&[u8]>) -> Result<(), (u8, String)> {
    let failed = |error: io::Error| (1, format!("the job {} cannot be started: {error}", folder.display()));
    folder::make(folder).map_err(failed)?;
    let mut status = folder::status_file(folder, true).map_err(failed)?;
    if folder::lives(&status, true).map_err(failed)?
        || folder::read_status(&mut status).map_err(failed)?.is_some()
    {
        return Ok(());
    }
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    // The job gets the lock as its standard input: an open file is all that a lock belongs to.
    let mut child = Command::new("/proc/self/exe")
        .arg(DETACHED)
        .args(arguments)
        .envs(key.map(|key| (environment::KEY, OsStr::from_bytes(key))))
        .stdin(Stdio::from(status))
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut said = Vec::new();
    if let Some(out) = &mut child.stdout {
        let _ = out.take(STARTED.len() as u64).read_to_end(&mut said);
    }
    if said == STARTED {
        remove_old(folder);
        return Ok(());
    }
    let code = child.wait().ok().and_then(|status| status.code());
    // It was refused before it began, and nothing is left of it.
    let _ = fs::remove_file(folder.join(STATUS));
    let _ = fs::remove_dir(folder);
    Err((code.and_then(|code| u8::try_from(code).ok()).unwrap_or(250), String::new()))
}

/// Removes jobs beside `own` that have ended, but for the newest. What cannot be removed stays.
fn remove_old(own: &Path) {
    let Some(above) = own.parent() else { return };
    let entries = fs::read_dir(above).into_iter().flatten().flatten();
    let mut jobs: Vec<(SystemTime, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let modified = path.join(STATUS).symlink_metadata().ok()?.modified().ok()?;
            (path != own).then_some((modified, path))
        })
        .collect();
    jobs.sort();
    let old = jobs.len().saturating_sub(KEPT);
    for (_, path) in jobs.into_iter().take(old) {
        let ended = folder::status_file(&path, false).and_then(|status| folder::lives(&status, false));
        if ended.is_ok_and(|lives| !lives) {
            let _ = fs::remove_dir_all(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_jobs_go_and_those_that_live_stay() {
        let root = tempfile::tempdir().unwrap();
        let mut held = None;
        for number in 0..KEPT + 3 {
            let folder = root.path().join(format!("{number:02}"));
            folder::make(&folder).unwrap();
            let file = folder::status_file(&folder, true).unwrap();
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
            file.set_modified(time).unwrap();
            if number == 1 {
                assert!(!folder::lives(&file, true).unwrap());
                held = Some(file);
            }
        }
        // Something else lies there, too.
        fs::create_dir(root.path().join("other")).unwrap();
        remove_old(&root.path().join("12"));
        let mut left: Vec<String> = fs::read_dir(root.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "other"]);
        drop(held);
    }
}
