//! A run that goes on by itself: the folder in which it is kept, and what `--follow` says at its end.
//!
//! A *job* is one run of a runner that was started with `--job DIR`. It belongs to no terminal and to no connection. Whoever
//! started it may go away and come back: everything that it tells lies in its folder.

use serde::{Deserialize, Serialize};

use crate::report::Recap;

/// The events, one JSON object a line, as `--json` writes them.
pub const EVENTS: &str = "events.jsonl";

/// The report, as `--report` writes it. It is there once the run has ended.
pub const REPORT: &str = "report.json";

/// The [`JobStatus`]. The job holds a lock on this file as long as it lives.
pub const STATUS: &str = "status.json";

/// What the run wrote to standard error.
pub const ERRORS: &str = "stderr";

/// The length of [`STATUS`] in bytes. It is padded to this length when the job begins, and written over at the end, so that a
/// disk which is full by then takes it.
pub const STATUS_LENGTH: usize = 1024;

/// How it stands with a job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobStatus {
    /// The process.
    pub pid: u32,
    /// The exit code, once it has ended by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The numbers of its host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recap: Option<Recap>,
    /// Why the events are not complete: the disk was full, for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_lost: Option<String>,
}

/// The last line that `--follow` writes, behind the events. The bytes of the report follow it, and then the end of what the
/// run wrote to standard error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobEnded {
    /// How it ended. Without an exit code it was killed, or its host was restarted.
    pub job_ended: JobStatus,
    /// How many bytes of the report follow; 0 where there is none.
    pub report: u64,
    /// How many bytes of standard error follow the report.
    pub errors: u64,
}
