//! What a runner is told beside its plan: its name, and the defaults of its command line.

use serde::{Deserialize, Serialize};

/// The settings that a bundle carries. What is absent is as the runner's command line has it by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The runner's name, as it shows it in its help and report.
    pub name: String,
    /// The runner's version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Defaults of the command line.
    pub run: RunDefaults,
}

/// Defaults of a runner's command line: the table `[run]` of `rustle.toml`. A flag on the command line wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunDefaults {
    /// `--check`: nothing is changed unless the operator says otherwise.
    #[serde(skip_serializing_if = "is_false")]
    pub check: bool,
    /// `--diff`.
    #[serde(skip_serializing_if = "is_false")]
    pub diff: bool,
    /// `--host`: the host of the inventory that this machine is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// `--tags`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// `--skip-tags`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skip_tags: Vec<String>,
    /// The whole run ends after this many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// A file that is locked for the time of the run, so that two runs do not meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock: Option<String>,
}

fn is_false(it: &bool) -> bool {
    !it
}
