//! What is known of a deployment, on disk: whoever comes after a killed controller goes on from here.
//!
//! ```text
//! DIR/<host>.json                 the newest report of each host
//! DIR/runs/<id>/deployment.json   what was asked for
//! DIR/runs/<id>/journal.jsonl     what has become of each host
//! DIR/runs/<id>/events/<host>     the events that were received
//! DIR/runs/<id>/errors/<host>     what the run wrote to standard error, if anything
//! ```

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustle_schema::report::Recap;
use serde::{Deserialize, Serialize};

use super::kept::{Kept, file_name};
use super::lock::{Lock, locked};
use crate::failure::{Context, Failure, Result};

/// The version of what is written.
const FORMAT: u32 = 1;

/// How many deployments stay.
const KEPT: usize = 10;

/// What was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of this.
    pub format: u32,
    /// Its name, here and on the hosts.
    pub id: String,
    /// The runner's path here.
    pub runner: PathBuf,
    /// The folder of the project that it was built of, if one was named; old records do not tell.
    #[serde(default)]
    pub project: Option<PathBuf>,
    /// The runner's digest.
    pub sha256: String,
    /// The inventories, absolute.
    pub inventory: Vec<PathBuf>,
    /// The hosts, in order.
    pub hosts: Vec<String>,
    /// The batches of them.
    pub batches: Vec<Range<usize>>,
    /// A batch in which more than this part fails is the last one.
    pub max_fail_percentage: Option<f64>,
    /// How many hosts at the same time; old records do not tell.
    #[serde(default)]
    pub forks: Option<usize>,
    /// Rustle's folder on a host.
    pub remote_dir: String,
    /// What the runner is told.
    pub words: Vec<String>,
    /// Files of extra variables.
    pub files: Vec<PathBuf>,
}

/// What has become of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The run there has ended.
    Finished,
    /// There was no connection, and nothing was begun.
    Unreachable,
    /// The runner could not be brought there or begun.
    NotBegun,
    /// The connection was lost and did not come back. The run there goes on.
    Lost,
}

/// The end of a host, as far as this side knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostEnd {
    /// What has become of it.
    pub state: State,
    /// Why, where it did not go well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The run's exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The numbers for the recap.
    pub recap: Recap,
}

impl HostEnd {
    /// Whether it counts as failed.
    pub fn failed(&self) -> bool {
        self.state != State::Finished || self.exit_code != Some(0)
    }
}

/// A line of the journal.
#[derive(Serialize, Deserialize)]
struct Line {
    host: String,
    /// Rustle's folder there, absolute, from the moment in which the run may have begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<HostEnd>,
}

/// What was known of a host before.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Rustle's folder there, if the run may have begun.
    pub begun: Option<String>,
    /// How it ended.
    pub ended: Option<HostEnd>,
}

/// A deployment on disk.
#[derive(Debug)]
pub struct Deployment {
    /// What was asked for.
    pub record: Record,
    /// What was known of the hosts when it was opened.
    pub known: BTreeMap<String, Known>,
    reports: PathBuf,
    folder: PathBuf,
    journal: Mutex<File>,
    _lock: Lock,
}

impl Deployment {
    /// Begins one. Its id is set here.
    ///
    /// # Errors
    /// If the folder cannot be written to, or another deployment works in it.
    pub fn begin(reports: &Path, mut record: Record) -> Result<Deployment> {
        let lock = locked(reports)?;
        let runs = reports.join("runs");
        remove_old(&runs);
        // Names sort by time; two controllers that share a host do not choose alike.
        let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%.6fZ");
        record.id = format!("{now}-{:08x}", RandomState::new().hash_one(now.to_string()) >> 32);
        let folder = runs.join(&record.id);
        record.format = FORMAT;
        for name in ["events", "errors"] {
            make(&folder.join(name))?;
        }
        let text = serde_json::to_vec_pretty(&record).context("deployment.json")?;
        write(&folder.join("deployment.json"), &text).context(folder.display())?;
        let journal = open_journal(&folder).context(folder.display())?;
        Ok(Deployment {
            record,
            known: BTreeMap::new(),
            reports: reports.to_owned(),
            folder,
            journal: Mutex::new(journal),
            _lock: lock,
        })
    }

    /// Opens the last one again.
    ///
    /// # Errors
    /// If there is none, or another deployment works on it.
    pub fn last(reports: &Path) -> Result<Deployment> {
        let nothing = || {
            Failure::new(format!("there is no deployment in {}", reports.display()))
                .help("--reports names the folder of another")
        };
        if !reports.join("runs").is_dir() {
            return Err(nothing());
        }
        let lock = locked(reports)?;
        let folder = runs(&reports.join("runs")).pop().ok_or_else(nothing)?;
        let file = folder.join("deployment.json");
        let record: Record =
            serde_json::from_slice(&fs::read(&file).context(file.display())?).context(file.display())?;
        if record.format != FORMAT {
            return Err(Failure::new(format!("{} was written by another version of Rustle", file.display())));
        }
        let known = read_journal(&folder.join("journal.jsonl")).context(folder.display())?;
        let journal = open_journal(&folder).context(folder.display())?;
        Ok(Deployment {
            record,
            known,
            reports: reports.to_owned(),
            folder,
            journal: Mutex::new(journal),
            _lock: lock,
        })
    }

    /// Notes that the run on a host may have begun, below Rustle's folder there.
    ///
    /// # Errors
    /// If it cannot be written: then nothing may begin.
    pub fn begun(&self, host: &str, folder: &str) -> io::Result<()> {
        self.note(&Line { host: host.to_owned(), begun: Some(folder.to_owned()), ended: None })
    }

    /// Notes how a host ended.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn ended(&self, host: &str, end: &HostEnd) -> io::Result<()> {
        self.note(&Line { host: host.to_owned(), begun: None, ended: Some(end.clone()) })
    }

    fn note(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        // What a power failure takes away is found out again: a job is begun once, whoever asks for it.
        journal.write_all(&text)
    }

    /// The events of a host that are here, for more to be added.
    ///
    /// # Errors
    /// If they cannot be read or written.
    pub fn events(&self, host: &str) -> io::Result<Kept> {
        Kept::open(&self.folder.join("events").join(file_name(host)))
    }

    /// Keeps the report of a host, and what its run wrote to standard error.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&self, host: &str, report: &[u8], errors: &str) -> io::Result<()> {
        if !errors.is_empty() {
            write(&self.folder.join("errors").join(file_name(host)), errors.as_bytes())?;
        }
        if report.is_empty() { Ok(()) } else { write(&self.report_of(host), report) }
    }

    /// Where the report of a host lies.
    pub fn report_of(&self, host: &str) -> PathBuf {
        self.reports.join(format!("{}.json", file_name(host)))
    }
}

/// Makes a folder of the user alone, and those above it.
///
/// # Errors
/// If it cannot be made.
pub fn make(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).context(folder.display())
}

/// The folders of deployments, the oldest first.
fn runs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut runs: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.join("deployment.json").is_file()).collect();
    runs.sort();
    runs
}

/// Removes old deployments, but for those in which a run is lost. What cannot be removed stays.
fn remove_old(folder: &Path) {
    let mut runs = runs(folder);
    runs.truncate(runs.len().saturating_sub(KEPT - 1));
    for run in runs {
        let known = read_journal(&run.join("journal.jsonl")).unwrap_or_default();
        let over = |known: &Known| {
            known.begun.is_none() || known.ended.as_ref().is_some_and(|end| end.state != State::Lost)
        };
        if known.values().all(over) {
            let _ = fs::remove_dir_all(run);
        }
    }
}

fn open_journal(folder: &Path) -> io::Result<File> {
    let mut file = File::options()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(folder.join("journal.jsonl"))?;
    // A line that a killed controller has begun must not be the beginning of the next one.
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    file.set_len(whole as u64)?;
    Ok(file)
}

/// What the journal knows. Its last line may be cut off.
fn read_journal(path: &Path) -> io::Result<BTreeMap<String, Known>> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let Ok(line) = serde_json::from_slice::<Line>(&line?) else { continue };
        let host = known.entry(line.host).or_default();
        if line.begun.is_some() {
            *host = Known { begun: line.begun, ended: None };
        }
        if line.ended.is_some() {
            host.ended = line.ended;
        }
    }
    Ok(known)
}

/// Writes a file at once or not at all.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use rustle_schema::event::Event;

    use super::*;

    fn record() -> Record {
        Record {
            format: 0,
            id: String::new(),
            runner: "/r".into(),
            project: None,
            sha256: "0".into(),
            inventory: Vec::new(),
            hosts: vec!["web1".into()],
            batches: std::iter::once(0..1).collect(),
            max_fail_percentage: None,
            forks: None,
            remote_dir: ".rustle".into(),
            words: Vec::new(),
            files: Vec::new(),
        }
    }

    #[test]
    fn whoever_comes_after_knows_what_was() {
        let folder = tempfile::tempdir().unwrap();
        let deployment = Deployment::begin(folder.path(), record()).unwrap();
        deployment.begun("web1", "/root/.rustle").unwrap();
        let mut kept = deployment.events("web1").unwrap();
        kept.add(b"{\"event\":\"play_start\",\"play\":\"p\"}\n").unwrap();
        kept.add(b"{\"event\":\"play_st").unwrap();
        assert!(Deployment::last(folder.path()).is_err(), "one at a time");
        let id = deployment.record.id.clone();
        deployment.journal.lock().unwrap().write_all(b"{\"host\":\"web2\",\"beg").unwrap();
        drop(deployment);
        let deployment = Deployment::last(folder.path()).unwrap();
        assert_eq!(deployment.record.id, id);
        assert_eq!(deployment.known["web1"].begun.as_deref(), Some("/root/.rustle"));
        let kept = deployment.events("web1").unwrap();
        assert_eq!(kept.length(), 34);
        let mut told = Vec::new();
        kept.replay(|event| told.push(event)).unwrap();
        assert_eq!(told, [Event::PlayStart { play: "p".into() }]);
        // A line that was torn does not take the next one with it.
        deployment.begun("web2", "/x").unwrap();
        drop(deployment);
        let deployment = Deployment::last(folder.path()).unwrap();
        assert_eq!(deployment.known["web2"].begun.as_deref(), Some("/x"));
    }

    #[test]
    fn a_lost_run_is_not_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = String::new();
        for number in 0..KEPT + 3 {
            let deployment = Deployment::begin(folder.path(), record()).unwrap();
            let id = &deployment.record.id;
            // All in one second: the order of names is that of the numbers.
            let renamed = folder.path().join("runs").join(format!("{number:02}"));
            if number == 0 {
                deployment.begun("web1", "/x").unwrap();
                first.clone_from(id);
            }
            fs::rename(folder.path().join("runs").join(id), renamed).unwrap();
        }
        let left = runs(&folder.path().join("runs"));
        assert_eq!(left.len(), KEPT + 1);
        assert!(left[0].ends_with("00") && left[1].ends_with("03"), "{left:?}");
    }
}
