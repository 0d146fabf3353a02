//! What a runner posts to a controller. `docs/REPORT.md` tells receivers what to do with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::Recap;

/// The version of what is posted.
///
/// - 1: the first.
pub const CONTROLLER_FORMAT: u32 = 1;

/// The head of every request: all but the events, which follow in the same object as the list `events`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// [`CONTROLLER_FORMAT`] of the sender.
    pub format: u32,
    /// What the request is.
    pub kind: Kind,
    /// The run.
    #[serde(flatten)]
    pub run: RunHead,
    /// The sequence number of the first event; of a heartbeat, that of the next event that is sent.
    pub first: u64,
    /// How many events there are; they are numbered without gaps.
    pub count: u64,
    /// When it was sent, RFC 3339.
    pub sent: String,
    /// 1, or more if requests that began with the same event have failed.
    pub attempt: u32,
    /// In a heartbeat, how far the run is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

/// What a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The run has begun: its event `start`, alone.
    Start,
    /// Events.
    Events,
    /// A sign of life, without events.
    Heartbeat,
    /// The run has ended: the event `report` or `abandoned`, alone. Nothing comes after it.
    Report,
}

/// Which run it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHead {
    /// The run: 128 random bits in hexadecimal digits.
    pub run: String,
    /// The host that the machine is in the inventory.
    pub host: String,
    /// The plan's name.
    pub plan: String,
    /// The bundle's digest, `sha256:…`.
    pub digest: String,
    /// The runner's name.
    pub runner: String,
    /// The runner's version.
    pub version: String,
    /// When the run began, RFC 3339.
    pub started: String,
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Seconds since it began.
    pub seconds: f64,
    /// The task that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// How many events there were so far, whether sent or not.
    pub told: u64,
    /// How many of them are lost.
    pub dropped: u64,
}

/// Events that only a controller is told, beside those of [`Event`](crate::event::Event). Each event that is posted has
/// a `time` as well, RFC 3339.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ControllerEvent {
    /// The run has ended: its report, without the results, which are events themselves.
    Report(Box<Summary>),
    /// The runner was ended before it could tell the end of the run; who delivers its spool says so.
    Abandoned {
        /// When that was noticed, RFC 3339.
        noticed: String,
    },
    /// Events are lost.
    Dropped {
        /// The sequence number of the first.
        first: u64,
        /// How many.
        count: u64,
        /// Why.
        reason: String,
    },
}

/// The end of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// When it began, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub ended: String,
    /// Whether it was a check.
    pub check: bool,
    /// The exit code of the run; not 75, which only says that this very event was not acknowledged.
    pub exit_code: i32,
    /// Why it ended before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The numbers of each host.
    pub recap: BTreeMap<String, Recap>,
    /// How many events were before this one.
    pub events: u64,
    /// How many of them are lost.
    pub dropped: u64,
}
