//! What a run tells while it goes on: `--json` prints one event a line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::Recap;
use crate::task::Position;

/// The version of the event stream, told by [`Event::Start`].
///
/// - 1: the first.
pub const EVENT_FORMAT: u32 = 1;

/// One event. In JSON, the field `event` names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins.
    Start {
        /// [`EVENT_FORMAT`].
        format: u32,
        /// The plan's name.
        plan: String,
        /// The bundle's digest.
        digest: String,
        /// Whether it is a check.
        check: bool,
        /// The host that this machine is in the inventory.
        host: String,
    },
    /// A play begins.
    PlayStart {
        /// Its name.
        play: String,
    },
    /// A play has no host here.
    PlaySkipped {
        /// Its name.
        play: String,
    },
    /// A task begins.
    TaskStart {
        /// Its play.
        play: String,
        /// Its name.
        task: String,
        /// Its module.
        action: String,
        /// Whether it runs as a handler.
        handler: bool,
        /// Where it stands.
        path: Option<Place>,
    },
    /// An attempt of an `until` failed and is made again.
    Retry {
        /// The task.
        task: String,
        /// The host.
        host: String,
        /// How many attempts are left.
        left: u32,
    },
    /// A task, or one item of its loop, has ended.
    TaskResult(Box<TaskResult>),
    /// A task file or role was included.
    Included {
        /// The host.
        host: String,
        /// The file or role.
        included: String,
    },
    /// Something the operator should know.
    Warning {
        /// What.
        message: String,
    },
    /// The numbers at the end.
    Recap {
        /// By host.
        hosts: BTreeMap<String, Recap>,
    },
    /// The run has ended.
    End {
        /// The exit code.
        exit_code: i32,
        /// Why it ended before its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<String>,
    },
}

/// A place in what was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the project.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Place {
    /// The place of `position` in the plan's `sources`.
    pub fn of(position: Position, sources: &[String]) -> Option<Place> {
        let file = sources.get(position.source as usize).filter(|_| position.line > 0)?;
        Some(Place { file: file.clone(), line: position.line, column: position.column })
    }
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing had to be done.
    Ok,
    /// Something changed.
    Changed,
    /// It was not done.
    Skipped,
    /// It failed.
    Failed,
    /// It failed and that is ignored.
    Ignored,
    /// The process that should have done it could not be started.
    Unreachable,
}

/// The end of a task, or of one item of its loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskResult {
    /// The play's name.
    pub play: String,
    /// The task's name.
    pub task: String,
    /// The host.
    pub host: String,
    /// The module's name as it was written.
    pub action: String,
    /// How it ended.
    pub status: Status,
    /// The item, in the result of one item of a loop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<serde_json::Value>,
    /// What the module returned, as `register` would see it; censored under `no_log`.
    pub result: serde_json::Value,
    /// Where the task stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Place>,
    /// Seconds it took.
    #[serde(default)]
    pub seconds: f64,
}
