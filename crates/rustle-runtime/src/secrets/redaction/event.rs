//! Events without secrets.

use rustle_schema::event::{Event, TaskResult};
use rustle_value::{Map, Value};

use super::{Redaction, diff};

/// Words of a result that stand there whatever the secrets are: they tell nothing, and reporters look for them.
const WORDS: [&str; 16] = [
    "ansible_facts",
    "attempts",
    "censored",
    "changed",
    "diff",
    "failed",
    "item",
    "msg",
    "rc",
    "results",
    "skipped",
    "stderr",
    "stderr_lines",
    "stdout",
    "stdout_lines",
    "warnings",
];

impl Redaction {
    /// Takes the secrets out of an event. Hosts, actions and places come from what the executable shows to anybody, and
    /// are left as they are.
    pub fn event(&self, event: &mut Event) {
        if !self.is_active() {
            return;
        }
        match event {
            Event::PlayStart { play } | Event::PlaySkipped { play } => self.text_in_place(play),
            Event::TaskStart { play, task, .. } => {
                self.text_in_place(play);
                self.text_in_place(task);
            }
            Event::Retry { task, .. } => self.text_in_place(task),
            Event::TaskResult(result) => self.result(result),
            Event::Notified { handler, .. } => self.text_in_place(handler),
            Event::Included { included, label, .. } => {
                self.text_in_place(included);
                label.iter_mut().for_each(|label| self.text_in_place(label));
            }
            Event::Warning { message } => self.text_in_place(message),
            Event::End { stopped, .. } => stopped.iter_mut().for_each(|it| self.text_in_place(it)),
            Event::Start { .. } | Event::Recap { .. } => {}
        }
    }

    fn result(&self, result: &mut TaskResult) {
        let TaskResult { play, task, item, label, result, .. } = result;
        self.text_in_place(play);
        self.text_in_place(task);
        label.iter_mut().for_each(|label| self.text_in_place(label));
        if let Some(redacted) = item.as_ref().and_then(|item| self.value(item)) {
            *item = Some(redacted);
        }
        *result = self.result_map(result);
    }

    /// A result, or that of one item among the `results` of a loop.
    fn result_map(&self, result: &Map) -> Map {
        let entry = |(key, value): (&Value, &Value)| {
            let word = key.as_str().filter(|key| WORDS.contains(key));
            let value = match (word, value) {
                (Some("diff"), _) => diff::redacted(self, value),
                (Some("results"), Value::List(items)) => Value::list(items.iter().map(|item| match item {
                    Value::Map(item) => Value::Map(self.result_map(item)),
                    other => self.value(other).unwrap_or_else(|| other.clone()),
                })),
                _ => self.value(value).unwrap_or_else(|| value.clone()),
            };
            let key = if word.is_some() { None } else { self.value(key) }.unwrap_or_else(|| key.clone());
            (key, value)
        };
        result.iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustle_schema::event::Status;

    use super::super::tests::{Plain, redaction};
    use super::*;

    fn result(result: Map) -> Event {
        Event::TaskResult(Box::new(TaskResult {
            play: "hunter2".into(),
            task: "set hunter2".into(),
            host: "h".into(),
            action: "debug".into(),
            status: Status::Ok,
            item: Some(Value::str("hunter2")),
            label: Some("is hunter2".into()),
            result,
            verbose: true,
            diff: true,
            path: None,
            seconds: 0.0,
        }))
    }

    #[test]
    fn no_text_of_an_event_keeps_a_secret() {
        let looped = Value::list([Value::Map(Map::from([("stdout", "hunter2")]))]);
        let mut events = [
            result(Map::from([("msg", Value::str("hunter2!")), ("results", looped)])),
            Event::PlayStart { play: "hunter2".into() },
            Event::PlaySkipped { play: "hunter2".into() },
            Event::TaskStart {
                play: "hunter2".into(),
                task: "hunter2".into(),
                action: "debug".into(),
                handler: false,
                path: None,
            },
            Event::Retry { task: "hunter2".into(), host: "h".into(), left: 1 },
            Event::Notified { handler: "hunter2".into(), host: "h".into() },
            Event::Included { host: "h".into(), included: "hunter2".into(), label: Some("hunter2".into()) },
            Event::Warning { message: "hunter2".into() },
            Event::End { exit_code: 1, stopped: Some("hunter2".into()) },
        ];
        for event in &mut events {
            redaction().event(event);
            let text = serde_json::to_string(event).unwrap();
            assert!(!text.contains("hunter2") && text.contains("********"), "{text}");
        }
    }

    #[test]
    fn a_secret_that_is_a_word_of_results_does_not_break_them() {
        let mut event = result(Map::from([("changed", Value::Bool(true)), ("msg", "changed".into())]));
        Redaction::new(Arc::new(Plain("changed"))).event(&mut event);
        let Event::TaskResult(result) = event else { panic!() };
        assert_eq!(result.result.get("changed"), Some(&Value::Bool(true)));
        assert_eq!(result.result.get("msg"), Some(&Value::str("********")));
    }
}
