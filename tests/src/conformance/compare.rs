//! The differences of two recordings, by path, and in words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::model::{Recording, Run, TaskResult, TreeEntry};

/// One place where two recordings of one case differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The JSON path in `expected.json`, such as `runs[0].results[3].result.msg`. Entries of the tree are addressed by
    /// their path: `runs[0].tree[etc/motd].mode`.
    pub path: String,
    /// The task that it belongs to, if it belongs to one.
    pub task: Option<String>,
    /// What is recorded; nothing when the actual side has more.
    pub expected: Option<Value>,
    /// What came out; nothing when something is missing.
    pub actual: Option<Value>,
}

/// All differences of two recordings, in the order of the run.
pub fn compare(expected: &Recording, actual: &Recording) -> Vec<Difference> {
    let mut found = Found::default();
    if expected.runs.len() != actual.runs.len() {
        found.differ("runs.length", Some(expected.runs.len().into()), Some(actual.runs.len().into()));
    }
    for (index, (expected, actual)) in expected.runs.iter().zip(&actual.runs).enumerate() {
        found.run(&format!("runs[{index}]"), expected, actual);
    }
    found.differences
}

/// A list of differences for people: task by task, key by key.
pub fn report(case: &str, differences: &[Difference]) -> String {
    let mut text = format!("{case}: {} difference(s)\n", differences.len());
    let mut task = None;
    for difference in differences {
        if difference.task.is_some() && difference.task != task {
            task.clone_from(&difference.task);
            let _ = writeln!(text, "  task {}", task.as_deref().unwrap_or_default());
        }
        let _ = writeln!(text, "    {}", difference.path);
        for (side, value) in [("expected", &difference.expected), ("actual  ", &difference.actual)] {
            let _ = match value {
                Some(value) => writeln!(text, "      {side} {value}"),
                None => writeln!(text, "      {side} (nothing)"),
            };
        }
    }
    text
}

#[derive(Default)]
struct Found {
    differences: Vec<Difference>,
    task: Option<String>,
}

impl Found {
    fn differ(&mut self, path: &str, expected: Option<Value>, actual: Option<Value>) {
        let (path, task) = (path.to_owned(), self.task.clone());
        self.differences.push(Difference { path, task, expected, actual });
    }

    fn run(&mut self, at: &str, expected: &Run, actual: &Run) {
        self.results(&format!("{at}.results"), &expected.results, &actual.results);
        self.task = None;
        if expected.exit_code != actual.exit_code {
            let (one, other) = (expected.exit_code.into(), actual.exit_code.into());
            self.differ(&format!("{at}.exit_code"), Some(one), Some(other));
        }
        let recap = |run: &Run| serde_json::to_value(&run.recap).unwrap_or_default();
        self.value(&format!("{at}.recap"), Some(&recap(expected)), Some(&recap(actual)));
        self.tree(&format!("{at}.tree"), &expected.tree, &actual.tree);
    }

    /// A missing task must not make every later one differ: the two lists are aligned on what identifies a result.
    fn results(&mut self, at: &str, expected: &[TaskResult], actual: &[TaskResult]) {
        for (left, right) in align(expected, actual) {
            let index = left.or(right).unwrap_or_default();
            let path = format!("{at}[{index}]");
            let (left, right) =
                (left.and_then(|index| expected.get(index)), right.and_then(|index| actual.get(index)));
            self.task = left.or(right).map(title);
            match (left, right) {
                (Some(left), Some(right)) => {
                    let (left, right) = (body(left), body(right));
                    self.object(&path, &left, &right);
                }
                (left, right) => self.differ(&path, left.map(whole), right.map(whole)),
            }
        }
    }

    fn tree(&mut self, at: &str, expected: &[TreeEntry], actual: &[TreeEntry]) {
        let by_path = |tree: &[TreeEntry]| -> BTreeMap<String, Value> {
            let value = |entry| serde_json::to_value(entry).unwrap_or_default();
            tree.iter().map(|entry| (entry.path.clone(), value(entry))).collect()
        };
        let (expected, actual) = (by_path(expected), by_path(actual));
        let mut paths: Vec<&String> = expected.keys().chain(actual.keys()).collect();
        paths.sort();
        paths.dedup();
        for path in paths {
            self.value(&format!("{at}[{path}]"), expected.get(path), actual.get(path));
        }
    }

    fn value(&mut self, at: &str, expected: Option<&Value>, actual: Option<&Value>) {
        match (expected, actual) {
            (Some(Value::Object(expected)), Some(Value::Object(actual))) => self.object(at, expected, actual),
            (Some(Value::Array(expected)), Some(Value::Array(actual))) if expected.len() == actual.len() => {
                for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                    self.value(&format!("{at}[{index}]"), Some(expected), Some(actual));
                }
            }
            (expected, actual) if expected != actual => self.differ(at, expected.cloned(), actual.cloned()),
            _ => {}
        }
    }

    fn object(&mut self, at: &str, expected: &Map<String, Value>, actual: &Map<String, Value>) {
        for (key, value) in expected {
            self.value(&format!("{at}.{key}"), Some(value), actual.get(key));
        }
        for (key, value) in actual.iter().filter(|(key, _)| !expected.contains_key(*key)) {
            self.differ(&format!("{at}.{key}"), None, Some(value.clone()));
        }
    }
}

fn title(result: &TaskResult) -> String {
    match &result.item {
        Some(item) => format!("[{}] ({}) item={item}", result.task, result.action),
        None => format!("[{}] ({})", result.task, result.action),
    }
}

fn whole(result: &TaskResult) -> Value {
    serde_json::to_value(result).unwrap_or_default()
}

fn body(result: &TaskResult) -> Map<String, Value> {
    match whole(result) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Whether two results are the same step of a playbook. The item is left to the comparison, so that a wrong item is
/// one difference and not a missing and a surplus result.
fn same_step(a: &TaskResult, b: &TaskResult) -> bool {
    a.play == b.play && a.task == b.task && a.action == b.action && a.item.is_some() == b.item.is_some()
}

/// The longest common subsequence, with what lies between it: pairs of positions in both lists.
fn align(a: &[TaskResult], b: &[TaskResult]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut length = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            length[i][j] = if same_step(&a[i], &b[j]) {
                length[i + 1][j + 1] + 1
            } else {
                length[i + 1][j].max(length[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && same_step(&a[i], &b[j]) {
            pairs.push((Some(i), Some(j)));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || i < a.len() && length[i + 1][j] >= length[i][j + 1] {
            pairs.push((Some(i), None));
            i += 1;
        } else {
            pairs.push((None, Some(j)));
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn result(task: &str, result: Value) -> Value {
        json!({"play": "p", "task": task, "action": "debug", "status": "ok", "result": result})
    }

    fn recording(results: Vec<Value>) -> Recording {
        let tree = json!([{"path": "f", "type": "file", "mode": "0644", "content": "x"}]);
        let run = json!({"exit_code": 0, "recap": {}, "results": results, "tree": tree});
        serde_json::from_value(json!({"ansible_core": "1", "runs": [run]})).expect("a recording")
    }

    #[test]
    fn equal_recordings_do_not_differ() {
        let one = recording(vec![result("a", json!({"b": 1}))]);
        assert_eq!(compare(&one, &one.clone()), []);
    }

    #[test]
    fn a_missing_task_is_one_difference() {
        let one =
            recording(vec![result("a", json!({})), result("b", json!({})), result("c", json!({"k": 1}))]);
        let other = recording(vec![result("a", json!({})), result("c", json!({"k": 2}))]);
        let differences = compare(&one, &other);
        let paths: Vec<&str> = differences.iter().map(|difference| difference.path.as_str()).collect();
        assert_eq!(paths, ["runs[0].results[1]", "runs[0].results[2].result.k"]);
        let text = report("case", &differences);
        assert!(
            text.contains("task [c] (debug)\n    runs[0].results[2].result.k\n      expected 1\n"),
            "{text}"
        );
    }

    #[test]
    fn files_are_compared_by_path() {
        let one = recording(vec![]);
        let mut other = one.clone();
        other.runs[0].tree[0].content = Some("y".into());
        other.runs[0].exit_code = 2;
        let paths: Vec<String> =
            compare(&one, &other).into_iter().map(|difference| difference.path).collect();
        assert_eq!(paths, ["runs[0].exit_code", "runs[0].tree[f].content"]);
    }
}
