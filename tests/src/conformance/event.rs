//! The lines that both sides print: the recorder's callback and the runner's `--json` share one format.

use std::collections::BTreeMap;
use std::io;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::model::{Recap, TaskResult};

/// What the event stream of one run said, in its order.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Stream {
    /// Every `task_result`.
    pub results: Vec<TaskResult>,
    /// The hosts of the `recap`; empty when the run ended before it.
    pub recap: BTreeMap<String, Recap>,
}

#[derive(Deserialize)]
struct TaskEvent {
    play: String,
    task: String,
    action: String,
    status: String,
    #[serde(default, deserialize_with = "super::model::present")]
    item: Option<Value>,
    result: Map<String, Value>,
}

#[derive(Deserialize)]
struct RecapEvent {
    hosts: BTreeMap<String, Recap>,
}

/// Reads JSON lines. Events of other kinds are none of our business; a line that is no event at all is an error,
/// because `--json` promises that standard output holds nothing else.
pub fn read(text: &str) -> io::Result<Stream> {
    let mut stream = Stream::default();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let broken =
            |problem: serde_json::Error| io::Error::other(format!("event {}: {problem}: {line}", index + 1));
        let value: Value = serde_json::from_str(line).map_err(broken)?;
        match value.get("event").and_then(Value::as_str) {
            Some("task_result") => {
                let event: TaskEvent = serde_json::from_value(value).map_err(broken)?;
                let TaskEvent { play, task, action, status, item, result } = event;
                stream.results.push(TaskResult { play, task, action, status, item, result });
            }
            Some("recap") => {
                let event: RecapEvent = serde_json::from_value(value).map_err(broken)?;
                stream.recap = event.hosts;
            }
            Some(_) => {}
            None => return Err(io::Error::other(format!("line {} is no event: {line}", index + 1))),
        }
    }
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_results_and_recap_and_passes_over_other_events() {
        let text = concat!(
            r#"{"event":"play_start","play":"p"}"#,
            "\n",
            r#"{"event":"task_result","play":"p","task":"t","host":"h","action":"ping","status":"ok","item":null,"result":{"ping":"pong"}}"#,
            "\n",
            r#"{"event":"recap","hosts":{"h":{"ok":1,"changed":0,"unreachable":0,"failed":0,"skipped":0,"rescued":0,"ignored":0}}}"#,
            "\n"
        );
        let stream = read(text).expect("readable");
        assert_eq!(stream.results.len(), 1);
        assert_eq!(stream.results[0].item, Some(Value::Null));
        assert_eq!(stream.recap["h"].ok, 1);
    }

    #[test]
    fn text_between_the_events_is_an_error() {
        assert!(read("hello\n").is_err());
        assert!(read("{\"no\":\"event\"}\n").is_err());
    }
}
