//! One host, from the first connection to its report.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use rustle_schema::event::{Event, Status};
use rustle_schema::report::Recap;

use super::connection::Common;
use super::deployment::{Deployment, HostEnd, Known, State};
use super::follow::{self, Ended, Place};
use super::install::{self, Problem};
use super::kept::Kept;
use super::options::Arguments;
use super::remote::{Broken, Session};
use super::targets::Target;
use crate::executable::Runner;

/// The first pause before a lost connection is sought again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What all hosts have in common.
#[derive(Debug)]
pub struct Shared<'a> {
    /// What is deployed.
    pub runner: &'a Runner,
    /// Where it is noted.
    pub deployment: &'a Deployment,
    /// What the runner is told.
    pub arguments: &'a Arguments,
    /// The contents of the files of extra variables.
    pub files: &'a [Vec<u8>],
    /// What all connections have in common.
    pub common: Common,
    /// For how long a lost connection is sought again.
    pub reconnect: Duration,
    /// The private folder of the sockets of connections.
    pub sockets: PathBuf,
    /// Whether nothing may begin.
    pub collect: bool,
}

/// What is told of a host while it is dealt with.
#[derive(Debug)]
pub struct Message {
    /// The host's place among the targets.
    pub host: usize,
    /// What is told.
    pub what: What,
}

/// What is told of a host while it is dealt with.
#[derive(Debug)]
pub enum What {
    /// What is being done, for who watches.
    Doing(&'static str),
    /// Something that should be known of it.
    Warning(String),
    /// An event of its run.
    Event(Box<Event>),
    /// It is over.
    Ended(Box<HostEnd>),
}

/// Deals with a host to its end, which is told and noted. Says whether the host failed.
pub fn drive(number: usize, target: &Target, shared: &Shared<'_>, tell: &Sender<Message>) -> bool {
    let say = |what: What| {
        // Whoever listens does so to the end.
        let _ = tell.send(Message { host: number, what });
    };
    let known = shared.deployment.known.get(&target.name).cloned().unwrap_or_default();
    let connected = Cell::new(false);
    let (there, copied) = (Cell::new(0), Cell::new(0));
    let tally = Tally::default();
    let mut host = Host { number, target, shared, say: &say, tally, connected, there, copied, sessions: 0 };
    let end = host.drive(&known);
    if let Err(error) = shared.deployment.ended(&target.name, &end) {
        say(What::Warning(format!("the end of {} cannot be noted: {error}", target.name)));
    }
    let failed = end.failed();
    say(What::Ended(Box::new(end)));
    failed
}

struct Host<'a> {
    number: usize,
    target: &'a Target,
    shared: &'a Shared<'a>,
    say: &'a dyn Fn(What),
    tally: Tally,
    /// Whether the host has answered this controller.
    connected: Cell<bool>,
    /// How much of the runner lay there when it was looked at last, and how much more than the time before.
    there: Cell<u64>,
    copied: Cell<u64>,
    sessions: usize,
}

impl Host<'_> {
    fn drive(&mut self, known: &Known) -> HostEnd {
        let mut kept = match self.shared.deployment.events(&self.target.name) {
            Ok(kept) => kept,
            Err(error) => {
                return self.end(State::NotBegun, format!("its events cannot be kept here: {error}"));
            }
        };
        // What an earlier controller has received is part of the whole.
        let replayed = kept.replay(|event| {
            self.tally.event(&event, &self.target.name);
            (self.say)(What::Event(Box::new(event)));
        });
        if let Err(error) = replayed {
            return self.end(State::NotBegun, format!("its events cannot be read here: {error}"));
        }
        let place = |folder: &str| {
            let Deployment { record, .. } = self.shared.deployment;
            Place::of(folder, &record.sha256, &record.id, &self.target.name)
        };
        // A run that an earlier controller has begun may not have been: who says so again begins it once all the same.
        let may_run = known.begun.is_some();
        let mut begun = known.begun.as_deref().filter(|_| self.shared.collect).map(place);
        let mut patience = Patience::new(self.shared.reconnect);
        loop {
            let socket = self.shared.sockets.join(format!("{}.{}", self.number, self.sessions));
            self.sessions += 1;
            let session = Session::new(&self.target.connection, self.shared.common, socket);
            let length = kept.length();
            let broken = match self.attempt(&session, &mut begun, &mut kept) {
                Ok(ended) => return self.finished(ended),
                Err(Problem::Broken(broken)) => broken,
                Err(Problem::Host(message)) => {
                    return self.end(if may_run { State::Lost } else { State::NotBegun }, message);
                }
            };
            // Whatever has come further may take its time again.
            if kept.length() > length || self.copied.replace(0) > 0 {
                patience = Patience::new(self.shared.reconnect);
            }
            match broken {
                Broken::Connection(message) => {
                    // A host that has never answered is not waited for: as in Ansible.
                    let pause = if self.connected.get() { patience.next() } else { None };
                    match pause {
                        Some(pause) => {
                            (self.say)(What::Doing("reconnecting"));
                            drop(session);
                            std::thread::sleep(pause);
                        }
                        None if may_run || begun.is_some() => return self.end(State::Lost, message),
                        None => return self.end(State::Unreachable, message),
                    }
                }
                Broken::Refused(follow::NOT_EXECUTABLE, message) if begun.is_some() => {
                    let message = format!("the runner cannot be executed there: {message}");
                    return self.end(State::NotBegun, message);
                }
                Broken::Refused(follow::NOT_BEGUN, message) if begun.is_some() => {
                    return self.end(State::NotBegun, message);
                }
                Broken::Refused(_, message) | Broken::Here(message) => {
                    // A run that may go on is not one that was never begun.
                    let lost = may_run || begun.is_some();
                    return self.end(if lost { State::Lost } else { State::NotBegun }, message);
                }
            }
        }
    }

    /// Goes as far as the connection holds.
    fn attempt(
        &mut self,
        session: &Session<'_>,
        begun: &mut Option<Place>,
        kept: &mut Kept,
    ) -> Result<Ended, Problem> {
        let Shared { runner, deployment, .. } = self.shared;
        let say = self.say;
        if begun.is_none() {
            if self.shared.collect {
                return Err(Problem::Host("nothing was begun there".into()));
            }
            say(What::Doing("connecting"));
            let copying = |there: u64| {
                self.connected.set(true);
                // What an earlier connection has brought there is what this one does not copy.
                self.copied.set(there.saturating_sub(self.there.replace(there)));
                say(What::Doing("copying"));
            };
            let remote_dir = &deployment.record.remote_dir;
            let id = &deployment.record.id;
            let whose = format!("{id} {}", self.target.name);
            let installed = install::install(session, runner, remote_dir, &whose, copying)?;
            self.connected.set(true);
            let place = Place::of(&installed.folder, &runner.sha256, id, &self.target.name);
            follow::put(session, &place, self.shared.files)?;
            // From here on the run may have begun, whatever this side hears of it.
            deployment
                .begun(&self.target.name, &installed.folder)
                .map_err(|error| Broken::Here(format!("it cannot be noted: {error}")))?;
            *begun = Some(place);
        }
        let Some(place) = begun else { return Err(Problem::Host("nothing was begun there".into())) };
        // In one word: a name may begin as an option does.
        let mut words = vec![format!("--host={}", self.target.name)];
        words.extend(self.shared.arguments.with_files_in(&place.vars));
        let words = (!self.shared.collect).then_some(&words[..]);
        say(What::Doing("running"));
        let (tally, name, connected) = (&mut self.tally, &self.target.name, &self.connected);
        follow::run(session, place, name, words, kept, |event| {
            connected.set(true);
            tally.event(&event, name);
            say(What::Event(Box::new(event)));
        })
    }

    /// The run has ended, and this is what it left.
    fn finished(&mut self, ended: Ended) -> HostEnd {
        let name = &self.target.name;
        if let Err(error) = self.shared.deployment.keep(name, &ended.report, &ended.errors) {
            (self.say)(What::Warning(format!("the report of {name} cannot be kept here: {error}")));
        }
        let status = ended.end.job_ended;
        let mut recap = status.recap.unwrap_or(self.tally.recap);
        let mut message = None;
        match status.exit_code {
            Some(0) => {}
            Some(code) => {
                if recap.failed == 0 && recap.unreachable == 0 {
                    recap.failed = 1;
                    message = Some(match &self.tally.stopped {
                        Some(reason) => reason.clone(),
                        None if ended.errors.is_empty() => format!("the run ended with exit code {code}"),
                        None => ended.errors.clone(),
                    });
                }
            }
            None => {
                recap.failed += 1;
                message = Some("the run was killed, or its host was restarted".into());
            }
        }
        if let Some(reason) = status.events_lost {
            (self.say)(What::Warning(format!(
                "{name} could not keep all of its events and its report: {reason}. Its numbers in the recap are complete"
            )));
        }
        HostEnd { state: State::Finished, message, exit_code: status.exit_code, recap }
    }

    /// It did not come to its end, and why.
    fn end(&self, state: State, message: String) -> HostEnd {
        let mut recap = self.tally.recap;
        match state {
            State::Unreachable | State::Lost => recap.unreachable += 1,
            State::Finished | State::NotBegun => recap.failed += 1,
        }
        HostEnd { state, message: Some(message), exit_code: None, recap }
    }
}

/// The numbers of a host, as far as its events tell them.
#[derive(Debug, Default)]
struct Tally {
    recap: Recap,
    stopped: Option<String>,
}

impl Tally {
    fn event(&mut self, event: &Event, host: &str) {
        match event {
            // The item of a loop is not a task; only the whole counts.
            Event::TaskResult(result) if result.item.is_none() && result.host == host => {
                let recap = &mut self.recap;
                match result.status {
                    Status::Ok => recap.ok += 1,
                    Status::Changed => {
                        recap.ok += 1;
                        recap.changed += 1;
                    }
                    Status::Skipped => recap.skipped += 1,
                    Status::Failed => recap.failed += 1,
                    Status::Ignored => {
                        recap.ok += 1;
                        recap.ignored += 1;
                    }
                    Status::Unreachable => recap.unreachable += 1,
                }
            }
            Event::Recap { hosts } => {
                if let Some(recap) = hosts.get(host) {
                    self.recap = *recap;
                }
            }
            Event::End { stopped, .. } => self.stopped.clone_from(stopped),
            _ => {}
        }
    }
}

/// For how long, and how often, a lost connection is sought again.
#[derive(Debug)]
struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    fn new(reconnect: Duration) -> Patience {
        Patience { until: Instant::now() + reconnect, pause: FIRST_PAUSE }
    }

    /// How long to wait before the next attempt; `None` if it was enough.
    fn next(&mut self) -> Option<Duration> {
        let left = self.until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
        let pause = self.pause.min(left);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Some(pause)
    }
}
