//! The job's own side: it leaves its starter, and tells the folder how it ends.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustle_schema::event::Event;
use rustle_schema::job::{ERRORS, EVENTS, JobStatus, REPORT};
use rustle_schema::report::Recap;

use super::folder;
use super::start::STARTED;
use crate::report::{JsonLines, ReportFile, Reporter};

/// The running job. There is one at most, and the exit code of whatever happens must reach it.
static RUNNING: Mutex<Option<Job>> = Mutex::new(None);

/// A job that runs in this process.
#[derive(Clone, Debug)]
pub struct Job {
    folder: PathBuf,
    status: Arc<File>,
    told: Arc<Mutex<Told>>,
}

/// What the status will say of the run.
#[derive(Debug, Default)]
struct Told {
    recap: Option<Recap>,
    events_lost: Option<String>,
}

/// Leaves the starter, whose lock lies in standard input: a session of its own, and all streams go to the folder.
///
/// # Errors
/// If something of that cannot be done.
pub fn enter(folder: &Path) -> io::Result<Job> {
    let status = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    let errors = folder::open(folder, ERRORS, File::options().append(true).create(true))?;
    rustix::process::setsid()?;
    folder::write_status(&status, &JobStatus { pid: std::process::id(), ..JobStatus::default() })?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stderr(&errors)?;
    // From here on nobody can hang up: the starter may go.
    let mut out = io::stdout();
    let _ = out.write_all(STARTED).and_then(|()| out.flush());
    rustix::stdio::dup2_stdout(&nothing)?;
    let job = Job { folder: folder.to_owned(), status: Arc::new(status), told: Arc::default() };
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(job.clone());
    Ok(job)
}

/// Tells the running job, if there is one, the exit code with which this process is about to end.
pub fn ended(exit_code: u8) {
    let Some(job) = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    let told = job.told.lock().unwrap_or_else(PoisonError::into_inner);
    let status = JobStatus {
        pid: std::process::id(),
        exit_code: Some(i32::from(exit_code)),
        recap: told.recap,
        events_lost: told.events_lost.clone(),
    };
    if let Err(error) = folder::write_status(&job.status, &status) {
        let _ = writeln!(io::stderr(), "the status of the job cannot be written: {error}");
    }
}

impl Job {
    /// The reporters that keep the run in the folder. `host` is this machine's name, `version` the runner's.
    ///
    /// # Errors
    /// If no file can be made there.
    pub fn reporters(&self, host: &str, version: &str) -> io::Result<Vec<Box<dyn Reporter>>> {
        let events = folder::open(&self.folder, EVENTS, File::options().append(true).create(true))?;
        let kept = Kept { file: events, told: Arc::clone(&self.told) };
        Ok(vec![
            Box::new(JsonLines::new(kept)),
            Box::new(ReportFile::new(self.folder.join(REPORT), version)),
            Box::new(Numbers { host: host.to_owned(), told: Arc::clone(&self.told) }),
        ])
    }
}

/// The file of events. What cannot be written is remembered: [`JsonLines`] only stops.
struct Kept {
    file: File,
    told: Arc<Mutex<Told>>,
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).inspect_err(|error| {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.events_lost.get_or_insert_with(|| error.to_string());
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Keeps the numbers of the host for the status.
struct Numbers {
    host: String,
    told: Arc<Mutex<Told>>,
}

impl Reporter for Numbers {
    fn event(&mut self, event: &Event) {
        if let Event::Recap { hosts } = event {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).recap =
                Some(hosts.get(&self.host).copied().unwrap_or_default());
        }
    }
}
