//! What is not compared, and why: the one place that makes two runs of one case comparable.
//!
//! Dropped or masked, on both sides alike:
//!
//! - **paths**: the output folder is `{{OUT}}`, the case's folder `{{CASE}}`, the home directory `{{HOME}}`; a
//!   module's temporary folder is `{{TMP}}`; the process id and time in the name of a backup are `{{BACKUP}}`; the
//!   source position of a value, which some messages name, goes;
//! - **time and identity**: [`DROPPED`] keys at any depth, and in objects that describe a file those of [`FILE_DROPPED`];
//!   size and link count of a directory, which are the file system's, and the size of a link, which is the length of a
//!   path; owner and group, by name and number, when they are those of the user who runs the suite;
//! - **what is shown elsewhere**: keys that begin with `_ansible_`, warnings, deprecations, tracebacks, the invocation;
//!   `failed` and `skipped` at the top of a result, which the status already says (Ansible's callbacks drop them too);
//! - **where a copied file came from**: `src` of copy and template unless it lies in the output folder, and the
//!   `after_header` of their diffs, because a controller's temporary file has no counterpart in a static runner;
//! - **sets that are shown as lists**: the booleans that Python would accept come in another order each time;
//! - **includes that ran**: an `include_*` or `import_*` result with status ok stands for nothing; what it included
//!   reports for itself. A skipped or failed include stays. `meta` never says anything: the recap does not count it;
//! - **gathered facts**: they describe the machine; a case prints those that it wants to compare;
//! - **the order of find's files**, which is the directory's;
//! - the prefix `ansible.builtin.` or `ansible.legacy.` of an action, and of a task that is named after its action.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use fancy_regex::Regex;
use serde_json::{Map, Value};

use super::case::Case;
use super::event::Stream;
use super::model::{Run, TaskResult, TreeEntry};
use super::scratch::{Scratch, User};

/// Keys that are dropped wherever they are.
pub const DROPPED: [&str; 16] = [
    "invocation",
    "warnings",
    "deprecations",
    "exception",
    "failed_when_suppressed_exception",
    "start",
    "stop",
    "end",
    "delta",
    "elapsed",
    "mtime",
    "atime",
    "ctime",
    "inode",
    "dev",
    "device_type",
];

/// Keys that are dropped from the description of a file, as stat and find give it: they depend on the file system and
/// on the tools that are installed.
pub const FILE_DROPPED: [&str; 7] =
    ["attributes", "attr_flags", "version", "mimetype", "charset", "blocks", "block_size"];

/// Text that no two runs agree on, and what stands for it.
const MASKS: [(&str, &str); 7] = [
    (r#"[^\s'":,]*/ansible-tmp-[^/\s'"]+(/|(?=\W|$))"#, "{{TMP}}/"),
    (r#"[^\s'":,]*/ansible-local-[^/\s'"]+(/|(?=\W|$))"#, "{{TMP}}/"),
    (r"\.\d+\.\d{4}-\d{2}-\d{2}@\d{2}:\d{2}:\d{2}~", ".{{BACKUP}}~"),
    (r"Valid booleans include: .*", "Valid booleans include: {{SET}}"),
    (r" at '([^']+:\d+:\d+|<unknown>)'", ""),
    // How Python words it depends on where the limit is met.
    (r"(maximum recursion depth exceeded) while calling a Python object", "$1"),
    (r"Paused for \d+(\.\d+)? (seconds|minutes)", "Paused for {{N}} $2"),
];

/// Makes finished runs of one case comparable.
#[derive(Debug)]
pub struct Normaliser {
    places: Vec<(String, &'static str)>,
    masks: Vec<(Regex, &'static str)>,
    ignored: BTreeSet<String>,
    user: User,
}

impl Normaliser {
    /// The normaliser for a case that runs in these surroundings, and whose playbook lies in the bundle's folder `playbook`.
    pub fn new(case: &Case, playbook: &str, scratch: &Scratch) -> io::Result<Normaliser> {
        let mut places = vec![
            (scratch.out().to_string_lossy().into_owned(), "{{OUT}}"),
            (scratch.home().to_string_lossy().into_owned(), "{{HOME}}"),
            (case.dir.to_string_lossy().into_owned(), "{{CASE}}"),
            (playbook.to_owned(), "{{CASE}}"),
        ];
        // The longest first, in case that one lies in another.
        places.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Normaliser::with(places, case.config.ignore.iter().cloned().collect(), scratch.user().clone())
    }

    fn with(
        places: Vec<(String, &'static str)>,
        ignored: BTreeSet<String>,
        user: User,
    ) -> io::Result<Normaliser> {
        let masks = MASKS
            .iter()
            .map(|(pattern, mask)| Ok((Regex::new(pattern).map_err(io::Error::other)?, *mask)))
            .collect::<io::Result<_>>()?;
        Ok(Normaliser { places, masks, ignored, user })
    }

    /// Cleans one run: its exit code, its events and its files.
    pub fn run(&self, exit_code: i32, stream: Stream, tree: Vec<TreeEntry>) -> Run {
        let results = stream.results.into_iter().filter(says_something).map(|result| self.result(result));
        let mut tree: Vec<TreeEntry> = tree.into_iter().map(|entry| self.entry(entry)).collect();
        tree.sort_by(|a, b| a.path.cmp(&b.path));
        let recap: BTreeMap<_, _> = stream.recap;
        Run { exit_code, recap, results: results.collect(), tree }
    }

    fn result(&self, result: TaskResult) -> TaskResult {
        let TaskResult { play, task, action, status, item, result } = result;
        let named_after_action = task.ends_with(action.as_str());
        let action = short(&action).to_owned();
        let task = if named_after_action { shorten_end(&task) } else { task };
        let mut result = self.object(result, &action);
        result.shift_remove("failed");
        result.shift_remove("skipped");
        if action == "gather_facts" {
            result.shift_remove("ansible_facts");
        }
        TaskResult {
            play: self.text(&play),
            task: self.text(&task),
            status,
            item: item.map(|item| self.value(item, &action)),
            result,
            action,
        }
    }

    fn value(&self, value: Value, action: &str) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item, action)).collect(),
            Value::Object(map) => Value::Object(self.object(map, action)),
            other => other,
        }
    }

    fn object(&self, mut map: Map<String, Value>, action: &str) -> Map<String, Value> {
        map.retain(|key, value| !self.is_noise(key, value));
        if let Some(is_dir) = map.get("isdir").and_then(Value::as_bool) {
            map.retain(|key, _| !FILE_DROPPED.contains(&key.as_str()));
            if is_dir {
                map.shift_remove("nlink");
            }
        }
        if has_foreign_size(&map) {
            map.shift_remove("size");
        }
        let mut map: Map<String, Value> =
            map.into_iter().map(|(key, value)| (self.text(&key), self.value(value, action))).collect();
        if matches!(action, "copy" | "template") {
            let own = |path: &Value| path.as_str().is_some_and(|path| path.starts_with("{{OUT}}"));
            map.retain(|key, value| key != "after_header" && (key != "src" || own(value)));
        }
        if let ("find", Some(Value::Array(files))) = (action, map.get_mut("files")) {
            files.sort_by_key(|file| file["path"].as_str().unwrap_or_default().to_owned());
        }
        map
    }

    fn is_noise(&self, key: &str, value: &Value) -> bool {
        let own = match key {
            "uid" => value.as_u64() == Some(self.user.uid.into()),
            "gid" => value.as_u64() == Some(self.user.gid.into()),
            "owner" | "pw_name" => value.as_str() == Some(&self.user.name),
            "group" | "gr_name" => value.as_str() == Some(&self.user.group),
            _ => false,
        };
        own || key.starts_with("_ansible_") || DROPPED.contains(&key) || self.ignored.contains(key)
    }

    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (path, name) in &self.places {
            text = text.replace(path.as_str(), name);
        }
        for (pattern, mask) in &self.masks {
            let replaced = pattern.try_replacen(&text, 0, *mask).map(|masked| masked.into_owned());
            // The engine gives up on pathological text only; then nothing is masked, and the comparison says so.
            if let Ok(masked) = replaced {
                text = masked;
            }
        }
        text
    }

    fn entry(&self, mut entry: TreeEntry) -> TreeEntry {
        entry.path = self.text(&entry.path);
        entry.content = entry.content.map(|content| self.text(&content));
        entry.target = entry.target.map(|target| self.text(&target));
        entry
    }
}

/// The size of a directory is the file system's, that of a link the length of a path that differs from run to run.
fn has_foreign_size(map: &Map<String, Value>) -> bool {
    let is = |key: &str| map.get(key) == Some(&Value::Bool(true));
    let state = map.get("state").and_then(Value::as_str);
    is("isdir") || is("islnk") || matches!(state, Some("directory" | "link"))
}

fn says_something(result: &TaskResult) -> bool {
    let control = short(&result.action);
    let is_include =
        control.starts_with("include_") && control != "include_vars" || control.starts_with("import_");
    control != "meta" && !(is_include && matches!(result.status.as_str(), "ok" | "changed"))
}

fn short(action: &str) -> &str {
    action
        .strip_prefix("ansible.builtin.")
        .or_else(|| action.strip_prefix("ansible.legacy."))
        .unwrap_or(action)
}

/// `role : ansible.builtin.debug` is the banner of an unnamed task; only the last word is the action.
fn shorten_end(task: &str) -> String {
    match task.rsplit_once(" : ") {
        Some((role, action)) => format!("{role} : {}", short(action)),
        None => short(task).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn normaliser() -> Normaliser {
        let places = vec![("/tmp/c/out".to_owned(), "{{OUT}}"), ("/repo/case".to_owned(), "{{CASE}}")];
        let user = User { uid: 7, gid: 8, name: "me".into(), group: "us".into() };
        Normaliser::with(places, BTreeSet::from(["secs".to_owned()]), user).expect("the patterns compile")
    }

    fn cleaned(action: &str, result: Value) -> Value {
        let Value::Object(result) = result else { panic!("an object") };
        let task = TaskResult {
            play: "p".into(),
            task: action.into(),
            action: action.into(),
            status: "changed".into(),
            item: None,
            result,
        };
        Value::Object(normaliser().result(task).result)
    }

    #[test]
    fn paths_times_and_the_own_user_go() {
        let result = json!({"dest": "/tmp/c/out/a", "owner": "me", "group": "others", "uid": 7, "gid": 9, "mtime": 3.5,
            "backup_file": "/tmp/c/out/a.4711.2026-11-20@10:00:00~", "secs": 1, "_ansible_no_log": false});
        let expected = json!({"dest": "{{OUT}}/a", "group": "others", "gid": 9,
            "backup_file": "{{OUT}}/a.{{BACKUP}}~"});
        assert_eq!(cleaned("copy", result), expected);
    }

    #[test]
    fn temporary_sources_of_copy_go_and_real_ones_stay() {
        let src = "/root/.ansible/tmp/ansible-tmp-1.2-3-4/.source";
        assert_eq!(cleaned("copy", json!({"src": src})), json!({}));
        assert_eq!(cleaned("copy", json!({"src": "/tmp/c/out/x"})), json!({"src": "{{OUT}}/x"}));
        assert_eq!(cleaned("file", json!({"src": "../x"})), json!({"src": "../x"}));
        assert_eq!(
            cleaned("debug", json!({"msg": format!("at {src}.")})),
            json!({"msg": "at {{TMP}}/.source."})
        );
    }

    #[test]
    fn the_size_of_a_directory_is_the_file_systems() {
        assert_eq!(cleaned("file", json!({"state": "directory", "size": 40})), json!({"state": "directory"}));
        let stat = json!({"stat": {"isdir": true, "size": 40, "nlink": 2, "version": "1", "mode": "0755"}});
        assert_eq!(cleaned("stat", stat), json!({"stat": {"isdir": true, "mode": "0755"}}));
    }

    #[test]
    fn actions_are_short_and_unnamed_tasks_too() {
        assert_eq!(shorten_end("r : ansible.builtin.debug"), "r : debug");
        assert_eq!(shorten_end("ansible.builtin.debug"), "debug");
        assert_eq!(short("ansible.legacy.copy"), "copy");
        assert_eq!(short("acme.copy"), "acme.copy");
    }
}
