//! The events of all hosts as one: Ansible's look.
//!
//! Hosts are not in step: each runs by itself. A task's banner is shown when the first host reaches it, and hosts that are
//! about to reach it are waited for a moment, so that its lines stand together as far as they can. Whoever is late gets
//! the banner again, as in Ansible's strategy `free`.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::{self, IsTerminal, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rustle_runtime::report::{Look, Progress, Reporter, Style, Terminal, WIDTH};
use rustle_schema::event::{Event, Status, TaskResult};
use rustle_schema::report::Recap;
use rustle_value::{Map, Value};
use serde_json::json;

use super::deployment::{HostEnd, State};
use super::host::What;

/// For how long a silent host keeps the others from being shown.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Where everything that hosts tell is shown.
pub struct Display {
    hosts: Vec<Host>,
    shown: Shown,
    /// The task whose banner was shown last.
    current: Option<Rc<Head>>,
    /// Warnings that were shown: what every host says is shown once.
    warnings: BTreeSet<String>,
    bar: Option<ProgressBar>,
}

/// How it is shown.
enum Shown {
    Text(Box<Terminal<io::Stdout>>),
    Json,
}

/// What a host has told and is not shown yet.
struct Host {
    name: String,
    play: Option<String>,
    /// How often the host has begun each task: a file may be included many times.
    begun: HashMap<Key, u32>,
    at: Option<Rc<Head>>,
    ordinal: u32,
    left: VecDeque<(Option<Rc<Head>>, Event)>,
    /// When it was last heard of, while it is dealt with.
    heard: Option<Instant>,
}

/// What a task is called and where it stands.
type Key = (String, String, Option<(String, u32, u32)>, bool);

/// A task that was begun.
struct Head {
    key: Key,
    /// How often it had been begun before.
    again: u32,
    /// Its number among the tasks of its host.
    ordinal: u32,
    play: Option<String>,
    event: Event,
}

impl Head {
    fn is(&self, other: &Head) -> bool {
        self.again == other.again && self.key == other.key
    }
}

impl Display {
    /// For hosts of these names.
    pub fn new(names: impl Iterator<Item = String>, json: bool, verbosity: u8, no_color: bool) -> Display {
        let host = |name| Host {
            name,
            play: None,
            begun: HashMap::new(),
            at: None,
            ordinal: 0,
            left: VecDeque::new(),
            heard: None,
        };
        let hosts: Vec<Host> = names.map(host).collect();
        let seen = io::stdout().is_terminal();
        let width = rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
        let look = Look {
            style: Style::new(seen && !no_color),
            verbosity,
            width: width.filter(|_| seen).map_or(WIDTH, |width| width.saturating_sub(1)),
            flush: true,
        };
        let shown = if json {
            Shown::Json
        } else {
            Shown::Text(Box::new(Terminal::new(io::stdout(), look, Progress::none())))
        };
        let bar = io::stderr().is_terminal().then(|| {
            let target = ProgressDrawTarget::stderr();
            let bar = ProgressBar::with_draw_target(Some(hosts.len() as u64), target);
            // The text is constant, so it cannot fail; without a style the line is merely plainer.
            if let Ok(style) =
                ProgressStyle::with_template("{spinner} {pos}/{len} hosts {elapsed} {wide_msg}")
            {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Display { hosts, shown, current: None, warnings: BTreeSet::new(), bar }
    }

    /// Takes what is told of a host.
    pub fn message(&mut self, number: usize, what: What) {
        let Some(host) = self.hosts.get_mut(number) else { return };
        host.heard = Some(Instant::now());
        match what {
            What::Doing(doing) => {
                if let Some(bar) = &self.bar {
                    bar.set_message(format!("{}: {doing}", host.name));
                }
            }
            What::Warning(message) => self.warning(message),
            What::Event(event) => match self.shown {
                Shown::Json => {
                    let name = host.name.clone();
                    let mut line = json!({"host": name});
                    merge(&mut line, serde_json::to_value(&*event).unwrap_or_default());
                    self.line(&line);
                }
                Shown::Text(_) => self.event(number, *event),
            },
            What::Ended(end) => {
                host.heard = None;
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
                self.ended(number, &end);
            }
        }
        self.show();
    }

    /// A host of which all was known before.
    pub fn known(&mut self, number: usize, end: &HostEnd) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        if matches!(self.shown, Shown::Json) {
            self.ended(number, end);
        }
    }

    /// Shows what has waited long enough.
    pub fn tick(&mut self) {
        self.show();
    }

    /// Shows everything that is left.
    pub fn drain(&mut self) {
        self.hosts.iter_mut().for_each(|host| host.heard = None);
        self.show();
    }

    /// Shows the recap of these hosts, and how the whole ended.
    pub fn finish(&mut self, recaps: &[(String, Recap)], exit_code: u8, words: &[String]) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        match &mut self.shown {
            Shown::Json => {
                let hosts: serde_json::Map<String, serde_json::Value> =
                    recaps.iter().map(|(name, recap)| (name.clone(), json!(recap))).collect();
                self.line(&json!({"event": "recap", "hosts": hosts}));
                self.line(&json!({"event": "end", "exit_code": exit_code, "notes": words}));
            }
            Shown::Text(terminal) => {
                terminal.recap_of(recaps.iter().map(|(name, recap)| (name.as_str(), recap)));
                let mut out = io::stderr().lock();
                for word in words {
                    // Where standard error is closed there is nobody to tell.
                    let _ = writeln!(out, "{word}");
                }
            }
        }
    }

    /// Takes an event of a host apart: a result belongs to the task that the host has begun before it.
    fn event(&mut self, number: usize, event: Event) {
        let Some(host) = self.hosts.get_mut(number) else { return };
        match event {
            Event::PlayStart { play } | Event::PlaySkipped { play } => host.play = Some(play),
            Event::TaskStart { ref play, ref task, handler, ref path, .. } => {
                let path = path.as_ref().map(|place| (place.file.clone(), place.line, place.column));
                let key = (play.clone(), task.clone(), path, handler);
                let times = host.begun.entry(key.clone()).or_default();
                let again = *times;
                *times += 1;
                host.ordinal += 1;
                let play = host.play.clone();
                host.at = Some(Rc::new(Head { key, again, ordinal: host.ordinal, play, event }));
                if let Some(bar) = &self.bar
                    && let Some(head) = &host.at
                {
                    bar.set_message(format!("{}: {}", host.name, head.key.1));
                }
            }
            Event::TaskResult(_) | Event::Retry { .. } | Event::Included { .. } | Event::Notified { .. } => {
                host.left.push_back((host.at.clone(), event));
            }
            Event::Warning { message } => self.warning(message),
            Event::End { stopped: Some(reason), .. } => {
                let name = host.name.clone();
                self.warning(format!("{name}: {reason}"));
            }
            Event::Start { .. } | Event::Recap { .. } | Event::End { .. } => {}
        }
    }

    fn ended(&mut self, number: usize, end: &HostEnd) {
        let Some(host) = self.hosts.get_mut(number) else { return };
        let name = host.name.clone();
        if matches!(self.shown, Shown::Json) {
            let mut line = json!({"host": name, "event": "host_end"});
            merge(&mut line, serde_json::to_value(end).unwrap_or_default());
            return self.line(&line);
        }
        let Some(message) = &end.message else { return };
        let (status, mut result) = match end.state {
            State::Unreachable => (Status::Unreachable, Map::from([("unreachable", Value::Bool(true))])),
            State::Lost => {
                return self
                    .warning(format!("the connection to {name} is lost, and its run goes on: {message}"));
            }
            State::Finished | State::NotBegun => (Status::Failed, Map::new()),
        };
        result.insert("msg", message.as_str());
        result.insert("changed", false);
        let result = TaskResult {
            play: String::new(),
            task: String::new(),
            host: name,
            action: String::new(),
            status,
            item: None,
            label: None,
            result,
            verbose: false,
            diff: false,
            path: None,
            seconds: 0.0,
        };
        host.left.push_back((None, Event::TaskResult(Box::new(result))));
    }

    fn warning(&mut self, message: String) {
        if !self.warnings.insert(message.clone()) {
            return;
        }
        match self.shown {
            Shown::Json => self.line(&json!({"event": "warning", "message": message})),
            Shown::Text(_) => self.tell(&Event::Warning { message }),
        }
    }

    /// Shows whatever can be shown now.
    fn show(&mut self) {
        loop {
            while let Some(event) = self.next_of_current() {
                self.tell(&event);
            }
            if self.is_waiting() {
                return;
            }
            // The host that has come least far is next.
            let heads = self.hosts.iter().filter_map(|host| Some(host.left.front()?.0.as_ref()));
            let ordinal = |head: &Option<&Rc<Head>>| head.map_or(0, |head| head.ordinal);
            match heads.min_by_key(ordinal) {
                None => return,
                Some(None) => {}
                Some(Some(head)) => {
                    let head = Rc::clone(head);
                    self.banner(head);
                }
            }
        }
    }

    /// The next event that belongs below the banner that stands there, or below none.
    fn next_of_current(&mut self) -> Option<Event> {
        let current = self.current.as_ref();
        let host = self.hosts.iter_mut().find(|host| match host.left.front() {
            Some((Some(head), _)) => current.is_some_and(|current| current.is(head)),
            Some((None, _)) => true,
            None => false,
        })?;
        host.left.pop_front().map(|(_, event)| event)
    }

    /// Whether a host may soon say something of the task that stands there.
    fn is_waiting(&self) -> bool {
        let ordinal = self.current.as_ref().map_or(0, |head| head.ordinal);
        self.hosts.iter().any(|host| {
            let behind = host.at.as_ref().map_or(0, |head| head.ordinal) <= ordinal;
            host.left.is_empty() && behind && host.heard.is_some_and(|heard| heard.elapsed() < PATIENCE)
        })
    }

    fn banner(&mut self, head: Rc<Head>) {
        let before = self.current.as_ref().and_then(|head| head.play.clone());
        if let Some(play) = head.play.clone().filter(|play| before.as_ref() != Some(play)) {
            self.tell(&Event::PlayStart { play });
        }
        self.tell(&head.event);
        self.current = Some(head);
    }

    fn tell(&mut self, event: &Event) {
        if let Shown::Text(terminal) = &mut self.shown {
            match &self.bar {
                Some(bar) => bar.suspend(|| terminal.event(event)),
                None => terminal.event(event),
            }
        }
    }

    fn line(&self, line: &serde_json::Value) {
        let print = || {
            // Whoever reads may have gone away; the hosts go on.
            println!("{line}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

/// Adds the entries of an object to another.
fn merge(line: &mut serde_json::Value, more: serde_json::Value) {
    if let (Some(line), serde_json::Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more);
    }
}
