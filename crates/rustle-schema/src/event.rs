//! What a run tells while it goes on: `--json` prints one event a line.

use std::collections::BTreeMap;

use rustle_value::{Map, Value};
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
    /// A handler was notified.
    Notified {
        /// The handler's name.
        handler: String,
        /// The host.
        host: String,
    },
    /// A task file or role was included.
    Included {
        /// The host.
        host: String,
        /// The file or role.
        included: String,
        /// The label of the item, where the include loops.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
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
    #[serde(default, with = "plain_option", skip_serializing_if = "Option::is_none")]
    pub item: Option<Value>,
    /// The item as it shall be shown: `loop_control.label`, or the item's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What the module returned, as `register` would see it; censored under `no_log`. In JSON it is plain: tuples are
    /// arrays, and what is undefined is `null`.
    #[serde(with = "plain_map")]
    pub result: Map,
    /// Whether the result shall be shown to people whatever the verbosity is, as that of `debug`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verbose: bool,
    /// Whether the differences in the result shall be shown to people.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub diff: bool,
    /// Where the task stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Place>,
    /// Seconds it took.
    #[serde(default)]
    pub seconds: f64,
}

/// A dictionary as plain JSON, without the marks of the lossless form.
mod plain_map {
    use rustle_value::{Map, Value, json};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(map: &Map, serializer: S) -> Result<S::Ok, S::Error> {
        json::to_json(&Value::Map(map.clone())).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map, D::Error> {
        match json::from_json(&serde_json::Value::deserialize(deserializer)?) {
            Value::Map(map) => Ok(map),
            other => {
                Err(serde::de::Error::custom(format!("an object was expected, not {}", other.type_name())))
            }
        }
    }
}

/// The same for a value that may be missing; `null` is a value.
mod plain_option {
    use rustle_value::{Value, json};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        json::to_json(value.as_ref().unwrap_or(&Value::None)).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        Ok(Some(json::from_json(&serde_json::Value::deserialize(deserializer)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_plain_json_and_a_null_item_stays() {
        let result = TaskResult {
            play: "p".into(),
            task: "t".into(),
            host: "h".into(),
            action: "debug".into(),
            status: Status::Ok,
            item: Some(Value::None),
            label: None,
            result: Map::from([("pair", Value::tuple([Value::Int(1)]))]),
            verbose: false,
            diff: false,
            path: None,
            seconds: 0.5,
        };
        let text = serde_json::to_string(&Event::TaskResult(Box::new(result))).unwrap();
        assert_eq!(
            text,
            r#"{"event":"task_result","play":"p","task":"t","host":"h","action":"debug","status":"ok","item":null,"result":{"pair":[1]},"seconds":0.5}"#
        );
        let Event::TaskResult(back) = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
        assert_eq!(back.item, Some(Value::None));
    }
}
