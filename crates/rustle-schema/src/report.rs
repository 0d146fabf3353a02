//! What a run leaves behind: the report, and its recap.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::event::TaskResult;

/// The version of the report's format.
///
/// - 1: the first.
pub const REPORT_FORMAT: u32 = 1;

/// Everything that a run did: what `--report FILE` writes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_FORMAT`] of the writer.
    pub format: u32,
    /// The plan's name.
    pub plan: String,
    /// The bundle's digest, `sha256:…`.
    pub digest: String,
    /// The runner's version.
    pub version: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub ended: String,
    /// Whether it was a check.
    pub check: bool,
    /// The exit code.
    pub exit_code: i32,
    /// Why it ended before its end: `interrupted`, `terminated`, `timeout`, or an error's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// Every result, in order.
    pub results: Vec<TaskResult>,
    /// The numbers of each host.
    pub recap: BTreeMap<String, Recap>,
}

/// Ansible's PLAY RECAP of one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recap {
    /// Tasks that went well, the changed ones included.
    pub ok: u32,
    /// Tasks that changed something.
    pub changed: u32,
    /// Always 0 in a runner, which needs no connection; a worker that cannot be started counts here.
    pub unreachable: u32,
    /// Tasks that failed.
    pub failed: u32,
    /// Tasks that were skipped.
    pub skipped: u32,
    /// Blocks that were rescued.
    pub rescued: u32,
    /// Failures that were ignored.
    pub ignored: u32,
}
