//! `--job DIR`: begins a run that nobody needs to wait for.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use rustle_schema::job::STATUS;

use super::folder;
use crate::secrets::environment;

/// The flag by which an executable knows that it is the job itself.
pub const DETACHED: &str = "--detached";

/// What the job writes to standard output when it stands on its own feet.
pub const STARTED: &[u8] = b"started\n";

/// How many jobs that have ended stay beside a new one.
const KEPT: usize = 10;

/// Jobs that ended within this time stay, however many they are.
const RECENT: Duration = Duration::from_secs(24 * 60 * 60);

/// Begins a job in `folder` with the own arguments, and returns when it runs by itself. In a folder that had a job already
/// nothing is begun: whoever does not know whether his words were heard may say them again.
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

/// Removes jobs beside `own` that have ended, but for the newest and those of the last day: whoever follows one may come
/// late. What cannot be removed stays, and so does whatever is no job.
fn remove_old(own: &Path) {
    let Some(above) = own.parent() else { return };
    let entries = fs::read_dir(above).into_iter().flatten().flatten();
    let mut jobs: Vec<(SystemTime, PathBuf)> = entries
        .map(|entry| entry.path())
        .filter(|path| path != own)
        .filter_map(|path| Some((folder::ended(&path)?, path)))
        .collect();
    jobs.sort();
    let old = jobs.len().saturating_sub(KEPT);
    let recent = |time: &SystemTime| time.elapsed().is_ok_and(|age| age < RECENT);
    for (_, path) in jobs.into_iter().take(old).filter(|(time, _)| !recent(time)) {
        folder::remove(&path);
    }
}

#[cfg(test)]
mod tests {
    use rustle_schema::job::{EVENTS, JobStatus};

    use super::*;

    fn job(folder: &Path, time: SystemTime) -> fs::File {
        folder::make(folder).unwrap();
        let file = folder::status_file(folder, true).unwrap();
        folder::write_status(&file, &JobStatus { pid: 7, ..JobStatus::default() }).unwrap();
        fs::write(folder.join(EVENTS), "").unwrap();
        file.set_modified(time).unwrap();
        file
    }

    fn left(root: &Path) -> Vec<String> {
        let names = fs::read_dir(root).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_no_job_stays() {
        let root = tempfile::tempdir().unwrap();
        let time = |number: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(number);
        for number in 0..KEPT {
            job(&root.path().join(format!("job{number}")), time(100));
        }
        // Others have files of that name, too.
        let other = root.path().join("another");
        fs::create_dir(&other).unwrap();
        fs::write(other.join(STATUS), "{\"pid\":1}").unwrap();
        fs::File::options().write(true).open(other.join(STATUS)).unwrap().set_modified(time(1)).unwrap();
        let more = root.path().join("more");
        job(&more, time(2));
        fs::write(more.join("thesis.tex"), "").unwrap();
        std::os::unix::fs::symlink(root.path().join("job0"), root.path().join("link")).unwrap();
        let names = left(root.path());
        remove_old(&root.path().join("new"));
        assert_eq!(left(root.path()), names);
        // Nor does one go that has only just ended.
        job(&root.path().join("now"), SystemTime::now());
        job(&root.path().join("old"), time(3));
        remove_old(&root.path().join("new"));
        assert_eq!(left(root.path()).len(), names.len());
        assert!(!root.path().join("old").exists());
    }

    #[test]
    fn old_jobs_go_and_those_that_live_stay() {
        let root = tempfile::tempdir().unwrap();
        let mut held = None;
        for number in 0..KEPT + 3 {
            let folder = root.path().join(format!("{number:02}"));
            let file = job(&folder, SystemTime::UNIX_EPOCH + Duration::from_secs(number as u64));
            if number == 1 {
                assert!(!folder::lives(&file, true).unwrap());
                held = Some(file);
            }
        }
        // Something else lies there, too.
        fs::create_dir(root.path().join("other")).unwrap();
        remove_old(&root.path().join("12"));
        assert_eq!(
            left(root.path()),
            ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "other"]
        );
        drop(held);
    }
}
