//! The message by which another process of the same executable applies a module: for `become`, for timeouts, and so that
//! a crash is one task's failure.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustle_value::Map;
use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;

/// The version of the worker's messages; both ends are always the same executable.
///
/// - 1: the first.
pub const WORKER_FORMAT: u32 = 1;

/// What a worker says first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`WORKER_FORMAT`].
    pub format: u32,
    /// Why it cannot work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// One application of a module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The module's registered name.
    pub module: String,
    /// Its arguments, rendered and prepared.
    pub args: Map,
    /// What surrounds it.
    pub context: Snapshot,
    /// What sealed files hold (bytes), by the content of the file that stands for each in the bundle. They come with the
    /// first request of a worker.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub sealed: Map,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The outcome; a failed one where the module returned an error.
    pub outcome: Outcome,
}

/// All that a module is told of the run besides its arguments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    /// Whether nothing may be changed.
    pub check: bool,
    /// Whether differences are wanted.
    pub diff: bool,
    /// How many `-v`.
    pub verbosity: u8,
    /// Whether the task's data must not be shown.
    pub no_log: bool,
    /// Environment variables for the programs it starts, over those of the runner.
    pub environment: BTreeMap<String, String>,
    /// The host's name in the inventory.
    pub host: String,
    /// The facts that the plan refers to; `None` for all.
    pub facts: Option<Arc<[String]>>,
    /// Whether somebody can be asked: standard input is a terminal and the runner may use it.
    pub interactive: bool,
}
