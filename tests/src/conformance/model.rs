//! What one case did: the shape of `expected.json`, and of a finished run of either side.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// All runs of one case, as `expected.json` keeps them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The version of ansible-core that was run.
    pub ansible_core: String,
    /// One entry a run; a case that proves idempotency has two.
    pub runs: Vec<Run>,
}

/// One run of one playbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The exit code of the process.
    pub exit_code: i32,
    /// The PLAY RECAP, by host.
    pub recap: BTreeMap<String, Recap>,
    /// Every task result in the order of the run.
    pub results: Vec<TaskResult>,
    /// What lies in the case's output folder afterwards, sorted by path.
    pub tree: Vec<TreeEntry>,
}

/// The counts of one host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recap {
    /// Tasks that succeeded, changed or not, and failures that were ignored.
    pub ok: u64,
    /// Tasks that changed something.
    pub changed: u64,
    /// Hosts that could not be reached.
    pub unreachable: u64,
    /// Tasks that failed.
    pub failed: u64,
    /// Tasks that were skipped.
    pub skipped: u64,
    /// Failures that a rescue section took over.
    pub rescued: u64,
    /// Failures that `ignore_errors` let pass.
    pub ignored: u64,
}

/// What one task did, or one item of its loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskResult {
    /// The play's name, or its host pattern.
    pub play: String,
    /// The text of the task's banner, with the role's name in front.
    pub task: String,
    /// The module or action, by its short name.
    pub action: String,
    /// ok, changed, skipped, failed, ignored or unreachable.
    pub status: String,
    /// The loop's item; absent for a task without a loop and for the loop's closing result.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub item: Option<Value>,
    /// What a playbook would register, without what the normaliser drops.
    pub result: Map<String, Value>,
}

/// One file, folder or link of the output folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeEntry {
    /// The path, relative to the output folder.
    pub path: String,
    /// file, directory, link or other.
    #[serde(rename = "type")]
    pub kind: String,
    /// The permission bits, as four octal digits; links have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The content of a small text file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The content of a small file that is not text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// The SHA-256 of a large file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Where a link points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// An item may be null, which is not the same as having none.
pub(super) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Recording {
    /// The text of `expected.json`: pretty, with sorted keys and a closing newline, so that a new recording differs
    /// only where something changed.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let mut value = serde_json::to_value(self)?;
        sort_keys(&mut value);
        Ok(serde_json::to_string_pretty(&value)? + "\n")
    }
}

fn sort_keys(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.sort_keys();
            map.values_mut().for_each(sort_keys);
        }
        Value::Array(items) => items.iter_mut().for_each(sort_keys),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_item_survives_the_way_to_json_and_back() {
        let text = r#"{"play":"p","task":"t","action":"debug","status":"ok","item":null,"result":{}}"#;
        let result: TaskResult = serde_json::from_str(text).expect("valid");
        assert_eq!(result.item, Some(Value::Null));
        assert_eq!(serde_json::to_string(&result).expect("serialises"), text);
    }
}
