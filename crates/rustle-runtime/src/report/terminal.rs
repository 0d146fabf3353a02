//! What people read: Ansible's text, line by line.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rustle_schema::event::{Event, Place, Status, TaskResult};
use rustle_schema::names::canonical;
use rustle_schema::report::Recap;
use rustle_value::json::{DumpsOptions, dumps};
use rustle_value::{Map, Value};

use super::style::{Kind, Style, harmless};
use super::{Progress, Reporter, diff};

/// The width of a banner where the width of the terminal is not known.
pub const WIDTH: usize = 79;

/// Keys that are never shown among a result.
const HIDDEN: [&str; 6] = ["failed", "skipped", "exception", "warnings", "deprecations", "invocation"];

/// Keys that `debug` shows beside its message.
const DEBUG_SHOWN: [&str; 3] = ["msg", "skip_reason", "skipped_reason"];

/// Keys that `debug` hides beside its value.
const DEBUG_HIDDEN: [&str; 5] =
    ["changed", "skip_reason", "ansible_loop_var", "ansible_index_var", "ansible_loop"];

/// How the terminal is written to.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Colours.
    pub style: Style,
    /// How many `-v`.
    pub verbosity: u8,
    /// Characters in a line.
    pub width: usize,
    /// Whether every event is seen at once.
    pub flush: bool,
}

/// Writes what Ansible's default output writes.
pub struct Terminal<W> {
    out: W,
    look: Look,
    progress: Progress,
    /// The hosts of which items of the current task were shown.
    items: BTreeSet<String>,
    /// Whether whoever reads has gone away.
    closed: bool,
}

impl<W: Write + Send> Terminal<W> {
    /// Writes to `out`, with a live line.
    pub fn new(out: W, look: Look, progress: Progress) -> Terminal<W> {
        Terminal { out, look, progress, items: BTreeSet::new(), closed: false }
    }

    /// Writes the recap of hosts, in their order.
    pub fn recap_of<'a>(&mut self, hosts: impl Iterator<Item = (&'a str, &'a Recap)>) {
        self.banner("PLAY RECAP");
        for (host, recap) in hosts {
            self.recap(host, recap);
        }
        self.line("", Kind::Plain);
    }

    fn line(&mut self, text: &str, kind: Kind) {
        if self.closed {
            return;
        }
        let text = self.look.style.paint(text, kind);
        let (out, flush) = (&mut self.out, self.look.flush);
        let written = self.progress.aside(|| {
            writeln!(out, "{text}")?;
            if flush { out.flush() } else { Ok(()) }
        });
        // The run goes on for the host's sake, whoever reads.
        self.closed = written.is_err();
    }

    fn banner(&mut self, text: &str) {
        let text = harmless(text.trim()).into_owned();
        let stars = self.look.width.saturating_sub(text.chars().count()).max(3);
        self.line(&format!("\n{text} {}", "*".repeat(stars)), Kind::Plain);
    }

    fn warning(&mut self, text: &str) {
        let text = self.look.style.paint(&format!("[WARNING]: {}", harmless(text)), Kind::Warning);
        // What was written before shall be seen before.
        let _ = self.out.flush();
        self.progress.aside(|| {
            let _ = writeln!(io::stderr(), "{text}");
        });
    }

    fn place(&mut self, place: Option<&Place>) {
        if let Some(Place { file, line, .. }) = place {
            self.line(&format!("task path: {file}:{line}"), Kind::Debug);
        }
    }

    fn result(&mut self, result: &TaskResult) {
        let censored = result.result.contains_key("censored");
        if result.diff
            && !censored
            && result.result.get("changed").is_some_and(Value::is_true)
            && let Some(difference) = result.result.get("diff")
        {
            let text = diff::render(difference, self.look.style);
            if !text.is_empty() {
                self.line(&text, Kind::Plain);
            }
        }
        let host = &result.host;
        let include = matches!(canonical(&result.action), "include_tasks" | "include_role");
        let item = result.label.as_ref().map(|label| format!("(item={})", harmless(label)));
        if item.is_some() && !self.items.contains(host) {
            self.items.insert(host.clone());
        }
        // The items have said everything.
        let whole = item.is_none() && self.items.contains(host);
        match (result.status, item) {
            (Status::Ok | Status::Changed, _) if include || whole => {}
            (status @ (Status::Ok | Status::Changed), item) => {
                let (word, kind) = match status {
                    Status::Changed => ("changed", Kind::Changed),
                    _ => ("ok", Kind::Ok),
                };
                let item = item.map(|item| format!(" => {item}")).unwrap_or_default();
                let data = self.verbose_data(result).map(|data| format!(" => {data}")).unwrap_or_default();
                self.line(&format!("{word}: [{host}]{item}{data}"), kind);
            }
            (Status::Skipped, item) => {
                let item = item.map(|item| format!(" => {item} ")).unwrap_or_default();
                let data = self.verbose_data(result).filter(|_| !whole);
                let data = data.map(|data| format!(" => {data}")).unwrap_or_default();
                self.line(&format!("skipping: [{host}]{item}{data}"), Kind::Skipped);
            }
            (_, Some(item)) => {
                self.error(result);
                let data = self.data(result);
                self.line(&format!("failed: [{host}] {item} => {data}"), Kind::Failed);
            }
            (status, None) => {
                if !whole {
                    self.error(result);
                    let (word, kind) = match status {
                        Status::Unreachable => ("UNREACHABLE", Kind::Unreachable),
                        _ => ("FAILED", Kind::Failed),
                    };
                    let data = self.data(result);
                    self.line(&format!("fatal: [{host}]: {word}! => {data}"), kind);
                }
                if status == Status::Ignored {
                    self.line("...ignoring", Kind::Skipped);
                }
            }
        }
    }

    /// The message of a failure and where its task stands, before all the data.
    fn error(&mut self, result: &TaskResult) {
        let Some(message) = result.result.get("msg").or_else(|| result.result.get("reason")) else { return };
        let mut text = format!("[ERROR]: {}", harmless(&message.to_string()));
        if let Some(Place { file, line, column }) = &result.path {
            text += &format!("\nOrigin: {file}:{line}:{column}");
        }
        self.line(&text, Kind::Failed);
    }

    /// The data of a result that went well, where it shall be shown.
    fn verbose_data(&self, result: &TaskResult) -> Option<String> {
        let facts = matches!(canonical(&result.action), "setup" | "gather_facts");
        (result.verbose || self.look.verbosity > 0).then_some(()).filter(|()| !facts)?;
        Some(self.data(result))
    }

    fn data(&self, result: &TaskResult) -> String {
        let mut shown: Map = result.result.clone();
        if canonical(&result.action) == "debug" {
            if shown.contains_key("msg") {
                shown.retain(|key, _| key.as_str().is_some_and(|key| DEBUG_SHOWN.contains(&key)));
            } else {
                shown.retain(|key, _| key.as_str().is_none_or(|key| !DEBUG_HIDDEN.contains(&key)));
            }
        }
        let diff_shown = self.look.verbosity >= 3;
        shown.retain(|key, _| {
            key.as_str().is_none_or(|key| !HIDDEN.contains(&key) && (key != "diff" || diff_shown))
        });
        let indent = result.verbose || self.look.verbosity > 2;
        dump(&Value::Map(shown), indent)
    }

    fn recap(&mut self, host: &str, recap: &Recap) {
        let style = self.look.style;
        let host_kind = if recap.failed > 0 || recap.unreachable > 0 {
            Kind::Failed
        } else if recap.changed > 0 {
            Kind::Changed
        } else {
            Kind::Ok
        };
        let host = if style.is_coloured() {
            // Ansible pads the coloured text, escapes included.
            format!("{:<37}", style.paint(host, host_kind))
        } else {
            format!("{host:<26}")
        };
        let numbers = [
            ("ok", recap.ok, Kind::Ok),
            ("changed", recap.changed, Kind::Changed),
            ("unreachable", recap.unreachable, Kind::Unreachable),
            ("failed", recap.failed, Kind::Failed),
            ("skipped", recap.skipped, Kind::Skipped),
            ("rescued", recap.rescued, Kind::Ok),
            ("ignored", recap.ignored, Kind::Warning),
        ];
        let numbers = numbers.map(|(word, number, kind)| {
            let text = format!("{word}={number:<4}");
            if number == 0 { text } else { style.paint(&text, kind) }
        });
        self.line(&format!("{host} : {}", numbers.join(" ")), Kind::Plain);
    }
}

impl<W: Write + Send> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Start { plan, .. } => {
                if self.look.verbosity > 1 {
                    self.banner(&format!("PLAYBOOK: {plan}"));
                }
            }
            Event::PlayStart { play } => self.banner(&format!("PLAY [{play}]")),
            Event::PlaySkipped { .. } => self.line("skipping: no hosts matched", Kind::Skipped),
            Event::TaskStart { task, handler, path, .. } => {
                self.items.clear();
                self.progress.task(task);
                let word = if *handler { "RUNNING HANDLER" } else { "TASK" };
                self.banner(&format!("{word} [{}]", task.trim()));
                if self.look.verbosity >= 2 {
                    self.place(path.as_ref());
                }
            }
            Event::Retry { task, host, left } => {
                let task = harmless(task);
                self.line(
                    &format!("FAILED - RETRYING: [{host}]: {task} ({left} retries left)."),
                    Kind::Debug,
                );
            }
            Event::TaskResult(result) => self.result(result),
            Event::Notified { handler, host } => {
                if self.look.verbosity > 1 {
                    self.line(&format!("NOTIFIED HANDLER {} for {host}", harmless(handler)), Kind::Verbose);
                }
            }
            Event::Included { host, included, label } => {
                let label = label.as_ref().map(|label| format!(" => (item={})", harmless(label)));
                let label = label.unwrap_or_default();
                self.line(&format!("included: {} for {host}{label}", harmless(included)), Kind::Skipped);
            }
            Event::Warning { message } => self.warning(message),
            Event::Recap { hosts } => {
                self.progress.end();
                self.recap_of(hosts.iter().map(|(host, recap)| (host.as_str(), recap)));
            }
            Event::End { stopped, .. } => {
                self.progress.end();
                let _ = self.out.flush();
                if let Some(reason) = stopped {
                    let text = self.look.style.paint(&format!("[ERROR]: {}", harmless(reason)), Kind::Failed);
                    let _ = writeln!(io::stderr(), "{text}");
                }
            }
        }
    }

    fn pause(&mut self) {
        self.progress.end();
        let _ = self.out.flush();
    }
}

/// The JSON that Ansible shows: sorted, on one line or indented, and letters as they are.
fn dump(value: &Value, indent: bool) -> String {
    let nice = DumpsOptions { ensure_ascii: false, ..DumpsOptions::nice() };
    let options = if indent { nice } else { DumpsOptions { indent: None, separators: None, ..nice } };
    dumps(value, &options).unwrap_or_else(|_| rustle_value::json::to_json(value).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(verbosity: u8, colour: bool, events: &[Event]) -> String {
        let mut out = Vec::new();
        let look = Look { style: Style::new(colour), verbosity, width: WIDTH, flush: false };
        let mut terminal = Terminal::new(&mut out, look, Progress::none());
        events.iter().for_each(|event| terminal.event(event));
        String::from_utf8(out).unwrap()
    }

    fn result(action: &str, status: Status, label: Option<&str>, result: Map) -> Event {
        Event::TaskResult(Box::new(TaskResult {
            play: "p".into(),
            task: "t".into(),
            host: "localhost".into(),
            action: action.into(),
            status,
            item: label.map(Value::from),
            label: label.map(str::to_owned),
            result,
            verbose: canonical(action) == "debug",
            diff: false,
            path: None,
            seconds: 0.0,
        }))
    }

    #[test]
    fn letters_beyond_ascii_are_shown_as_they_are() {
        let map = Map::from([("msg", Value::from("ünï"))]);
        let shown = text(0, false, &[result("ansible.builtin.debug", Status::Ok, None, map.clone())]);
        assert!(shown.contains("    \"msg\": \"ünï\"\n"), "{shown}");
        let shown = text(1, false, &[result("command", Status::Ok, None, map)]);
        assert!(shown.contains("\"ünï\""), "{shown}");
    }

    #[test]
    fn banners_fill_the_line() {
        let shown = text(0, false, &[Event::PlayStart { play: "localhost".into() }]);
        assert_eq!(shown, format!("\nPLAY [localhost] {}\n", "*".repeat(63)));
    }

    #[test]
    fn the_recap_is_ansibles() {
        let recap = Recap { ok: 27, skipped: 5, rescued: 1, ignored: 7, ..Recap::default() };
        let hosts = [("localhost".to_string(), recap)].into();
        let shown = text(0, false, &[Event::Recap { hosts }]);
        let line = "localhost                  : ok=27   changed=0    unreachable=0    failed=0    skipped=5    rescued=1    ignored=7   \n\n";
        assert!(shown.ends_with(line), "{shown}");
    }

    #[test]
    fn debug_shows_its_message_alone() {
        let map =
            Map::from([("changed", Value::Bool(false)), ("msg", "hi".into()), ("failed", false.into())]);
        let shown = text(0, false, &[result("ansible.builtin.debug", Status::Ok, None, map)]);
        assert_eq!(shown, "ok: [localhost] => {\n    \"msg\": \"hi\"\n}\n");
    }

    #[test]
    fn results_are_one_line_from_v_on() {
        let map = Map::from([("rc", Value::Int(0)), ("changed", true.into()), ("diff", Value::list([]))]);
        let event = || result("command", Status::Changed, None, map.clone());
        assert_eq!(text(0, false, &[event()]), "changed: [localhost]\n");
        assert_eq!(text(1, false, &[event()]), "changed: [localhost] => {\"changed\": true, \"rc\": 0}\n");
    }

    #[test]
    fn items_speak_for_their_loop() {
        let map = || Map::from([("msg", "no")]);
        let shown = text(
            0,
            false,
            &[
                result("command", Status::Changed, Some("a"), Map::new()),
                result("command", Status::Skipped, Some("b"), Map::new()),
                result("command", Status::Failed, Some("c"), map()),
                result("command", Status::Ignored, None, Map::from([("results", Value::list([]))])),
            ],
        );
        assert_eq!(
            shown,
            "changed: [localhost] => (item=a)\nskipping: [localhost] => (item=b) \n[ERROR]: no\nfailed: [localhost] (item=c) => {\"msg\": \"no\"}\n...ignoring\n"
        );
    }

    #[test]
    fn colours_wrap_lines() {
        let shown = text(0, true, &[result("command", Status::Ok, None, Map::new())]);
        assert_eq!(shown, "\x1b[0;32mok: [localhost]\x1b[0m\n");
    }
}
