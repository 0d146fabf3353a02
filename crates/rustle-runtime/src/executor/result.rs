//! What an outcome becomes: the result that `register` sees, and what is shown of it.

use rustle_schema::event::Status;
use rustle_schema::outcome::{Diff, Effect, Outcome};
use rustle_value::{Map, Value};

use crate::variables::facts;

/// What stands in for a result that must not be shown.
const CENSORED: &str =
    "the output has been hidden due to the fact that 'no_log: true' was specified for this result";

/// The keys that are shown of such a result.
const SHOWN: [&str; 3] = ["attempts", "changed", "retries"];

/// A finished task, or a finished item of its loop.
#[derive(Clone, Debug, Default)]
pub(super) struct Finished {
    /// What `register` sees.
    pub result: Map,
    /// What it does to the variables.
    pub effects: Vec<Effect>,
    /// What it notifies, if it changed something.
    pub notify: Vec<String>,
    /// Whether a failure is ignored.
    pub ignore_errors: bool,
    /// Whether the result must not be shown.
    pub no_log: bool,
    /// Which items of a loop may be shown though the whole must not: `no_log` can depend on the item.
    pub shown_items: Vec<usize>,
    /// Whether it is shown in full always.
    pub verbose: bool,
    /// Whether the process that should have done it could not be started.
    pub unreachable: bool,
    /// Whether differences in the result are shown.
    pub diff: bool,
    /// Warnings.
    pub warnings: Vec<String>,
}

impl Finished {
    /// A task that failed before or beside its module.
    pub fn failed(message: impl Into<String>) -> Finished {
        let message: String = message.into();
        let result = Map::from([
            ("changed", Value::Bool(false)),
            ("failed", Value::Bool(true)),
            ("msg", Value::from(message)),
        ]);
        Finished { result, ..Finished::default() }
    }

    /// Whether something changed.
    pub fn changed(&self) -> bool {
        self.result.get("changed").is_some_and(Value::is_true)
    }

    /// Whether it was not done.
    pub fn skipped(&self) -> bool {
        self.result.get("skipped").is_some_and(Value::is_true)
    }

    /// Whether it failed; what `failed_when` says counts before all else.
    pub fn is_failed(&self) -> bool {
        let verdict = self.result.get("failed_when_result").or_else(|| self.result.get("failed"));
        verdict.is_some_and(Value::is_true)
    }

    /// How it ended.
    pub fn status(&self) -> Status {
        if self.unreachable {
            Status::Unreachable
        } else if self.is_failed() {
            if self.ignore_errors { Status::Ignored } else { Status::Failed }
        } else if self.skipped() {
            Status::Skipped
        } else if self.changed() {
            Status::Changed
        } else {
            Status::Ok
        }
    }

    /// The result as it may be shown.
    pub fn shown(&self) -> Map {
        if self.no_log { censored(&self.result, &self.shown_items) } else { self.result.clone() }
    }
}

/// What is shown of a result that must not be shown; of a loop, the items in `open` may be.
pub(super) fn censored(result: &Map, open: &[usize]) -> Map {
    let kept = SHOWN.iter().filter_map(|key| result.get(key).map(|value| (*key, value.clone())));
    let mut shown: Map = kept.collect();
    shown.insert("censored", CENSORED);
    if let Some(Value::List(items)) = result.get("results") {
        let items = items.iter().enumerate().map(|(index, item)| match item {
            Value::Map(item) if !open.contains(&index) => Value::Map(censored(item, &[])),
            other => other.clone(),
        });
        shown.insert("results", Value::list(items));
    }
    shown
}

/// The result that `register` sees of what a module did.
pub(super) fn of(outcome: Outcome) -> Finished {
    let Outcome { changed, failed, skipped, msg, data, diff, effects, warnings, verbose } = outcome;
    let mut result = Map::with_capacity(data.len() + 4);
    result.insert("changed", changed);
    if let Some(msg) = msg {
        result.insert("msg", msg);
    }
    result.extend_from(&data);
    result.insert("changed", changed);
    add_lines(&mut result);
    insert_diff(&mut result, diff);
    if !result.contains_key("ansible_facts")
        && let Some(found) = facts_of(&effects)
    {
        result.insert("ansible_facts", found);
    }
    if skipped {
        result.insert("skipped", true);
    }
    result.insert("failed", failed);
    if !warnings.is_empty() {
        result.insert("warnings", Value::from(warnings.clone()));
    }
    Finished { result, effects, verbose, warnings, ..Finished::default() }
}

/// Output is returned by line too, unless the module says otherwise.
fn add_lines(result: &mut Map) {
    for (text, lines) in [("stdout", "stdout_lines"), ("stderr", "stderr_lines")] {
        let split = match (result.get(lines), result.get(text)) {
            (None, Some(Value::Str(text))) => split_lines(text).into_iter().collect::<Value>(),
            (Some(Value::Omit), _) => {
                result.remove(lines);
                continue;
            }
            _ => continue,
        };
        result.insert(lines, split);
    }
}

/// Differences stand in the result as the module wants them: one as a mapping, several as a list, and as a list in any
/// case where the module returns one itself.
fn insert_diff(result: &mut Map, diff: Vec<Diff>) {
    let mut diff: Vec<Value> = diff.into_iter().map(diff_value).collect();
    match (result.get("diff"), diff.len()) {
        (_, 0) => {}
        (Some(Value::List(items)), _) => {
            let all = Value::list(items.iter().cloned().chain(diff));
            result.insert("diff", all);
        }
        (_, 1) => {
            result.insert("diff", diff.remove(0));
        }
        _ => {
            result.insert("diff", diff);
        }
    }
}

/// What Ansible's result calls `ansible_facts`: every variable that the module sets.
fn facts_of(effects: &[Effect]) -> Option<Map> {
    let mut found = Map::new();
    for effect in effects {
        match effect {
            Effect::SetVariables(vars) | Effect::IncludeVariables(vars) => found.extend_from(vars),
            Effect::SetFacts(new) => facts::merge(&mut found, new, facts::long),
        }
    }
    (!effects.is_empty()).then_some(found)
}

fn diff_value(diff: Diff) -> Value {
    let Diff { before_header, after_header, before, after, prepared } = diff;
    let mut map = Map::new();
    if !before.is_none() || !after.is_none() {
        map.insert("before", before);
        map.insert("after", after);
    }
    for (key, text) in
        [("before_header", before_header), ("after_header", after_header), ("prepared", prepared)]
    {
        if let Some(text) = text {
            map.insert(key, text);
        }
    }
    Value::Map(map)
}

/// Python's `splitlines()`.
fn split_lines(text: &str) -> Vec<&str> {
    let breaks =
        ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(breaks) {
        let (line, after) = rest.split_at(at);
        lines.push(line);
        let width =
            if after.starts_with("\r\n") { 2 } else { after.chars().next().map_or(1, char::len_utf8) };
        rest = &after[width..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_has_ansibles_keys() {
        let finished = of(Outcome::changed().with("rc", 0).with("stdout", "a\nb\n"));
        let keys: Vec<String> = finished.result.keys().map(Value::to_string).collect();
        assert_eq!(keys, ["changed", "rc", "stdout", "stdout_lines", "failed"]);
        assert_eq!(finished.result.get("stdout_lines"), Some(&["a", "b"].into_iter().collect()));
        assert_eq!(finished.status(), Status::Changed);
    }

    #[test]
    fn one_difference_is_a_mapping_unless_the_module_says_otherwise() {
        let diff = || Diff { before: "a".into(), after: "b".into(), ..Diff::default() };
        let one = of(Outcome::changed().diff(diff()));
        assert!(matches!(one.result.get("diff"), Some(Value::Map(map)) if map.len() == 2));
        let listed = of(Outcome::changed().with("diff", Value::list([])).diff(diff()));
        assert!(matches!(listed.result.get("diff"), Some(Value::List(items)) if items.len() == 1));
        let two = of(Outcome::changed().diff(diff()).diff(diff()));
        assert!(matches!(two.result.get("diff"), Some(Value::List(items)) if items.len() == 2));
    }

    #[test]
    fn failed_when_decides_whatever_the_module_said() {
        let mut finished = of(Outcome::failed("no"));
        assert_eq!(finished.status(), Status::Failed);
        finished.result.insert("failed_when_result", false);
        assert_eq!(finished.status(), Status::Ok);
    }

    #[test]
    fn what_is_secret_is_not_shown() {
        let mut finished = of(Outcome::changed().with("password", "x"));
        finished.no_log = true;
        let shown = finished.shown();
        assert_eq!(shown.get("changed"), Some(&Value::Bool(true)));
        assert!(shown.get("password").is_none() && shown.get("censored").is_some());
        assert!(finished.result.get("password").is_some(), "a playbook may still use it");
    }

    #[test]
    fn lines_split_as_in_python() {
        assert_eq!(split_lines("a\r\nb\n\nc"), ["a", "b", "", "c"]);
        assert!(split_lines("").is_empty());
    }
}
