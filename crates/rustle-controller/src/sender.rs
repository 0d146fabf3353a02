//! The thread that sends: earlier runs first, then the present one as it goes on.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustle_runtime::report::linked::Warn;
use rustle_runtime::schema::controller::RunHead;

use crate::backoff::Backoff;
use crate::control::Control;
use crate::event_json::dropped;
use crate::journal::{Journal, Limits, Waiting};
use crate::link::{Failure, FailureKind, Link};
use crate::outgoing::{Older, Source};
use crate::request;
use crate::spool::record::{Kind, Record};
use crate::spool::run::RunFolder;

/// What was written is on the disk itself after this time, at the latest.
const SYNC: Duration = Duration::from_secs(5);

/// Nothing is looked after less often.
const LONG: Duration = Duration::from_secs(3600);

/// What sends.
pub(crate) struct Sender {
    /// The way to the controller, or why there is none.
    pub(crate) link: Result<Link, String>,
    /// How its address is shown.
    pub(crate) address: String,
    pub(crate) journal: Arc<Journal>,
    pub(crate) control: Arc<Control>,
    pub(crate) head: RunHead,
    /// The present run in the spool; `None` without one.
    pub(crate) own: Option<(RunFolder, Source)>,
    /// Runs that earlier runners have left, the oldest first.
    pub(crate) older: VecDeque<Older>,
    pub(crate) limits: Limits,
    pub(crate) interval: Duration,
    pub(crate) heartbeat: Option<Duration>,
    pub(crate) warn: Warn,
    pub(crate) pace: Pace,
}

/// When what was done, and may be done again.
pub(crate) struct Pace {
    backoff: Backoff,
    not_before: Option<Instant>,
    /// Whether the controller itself has said when.
    ordered: bool,
    /// Whether the end of the run was noticed.
    hurried: bool,
    /// When the present run was last told of.
    told: Instant,
    synced: Instant,
    /// How many events the controller takes at once, if it has refused more.
    smaller: Option<usize>,
    warned: BTreeSet<String>,
    /// Whether earlier runs were passed over because they were refused.
    pub(crate) refused: bool,
}

impl Pace {
    pub(crate) fn new() -> Pace {
        Pace {
            backoff: Backoff::default(),
            not_before: None,
            ordered: false,
            hurried: false,
            told: Instant::now(),
            synced: Instant::now(),
            smaller: None,
            warned: BTreeSet::new(),
            refused: false,
        }
    }
}

/// What one step came to.
enum Step {
    /// Something was acknowledged.
    Sent,
    /// Everything is.
    Delivered,
    /// A request has failed.
    Failed(Failure),
    /// There is nothing to do before that.
    Idle(Instant),
}

impl Sender {
    /// Sends until everything of a run that has ended is acknowledged, or nobody waits for it any more.
    pub(crate) fn run(mut self) {
        loop {
            let seen = self.journal.signal();
            self.tend();
            if self.control.stopped() {
                return self.finish(false);
            }
            let ended = self.journal.ended();
            if ended && !self.pace.hurried {
                self.pace.hurried = true;
                if !self.pace.ordered {
                    self.pace.not_before = None;
                }
            }
            if let Some(at) = self.pace.not_before.filter(|at| *at > Instant::now()) {
                if ended && self.control.too_late(at) {
                    return self.finish(false);
                }
                self.journal.wait(at.min(self.pace.synced + SYNC), seen);
                continue;
            }
            match self.step() {
                Step::Sent => self.went_well(),
                Step::Delivered => {
                    self.went_well();
                    return self.finish(true);
                }
                Step::Failed(failure) => {
                    let hopeless = matches!(failure.kind, FailureKind::Lasting | FailureKind::Refused);
                    self.failed(&failure);
                    if ended && hopeless {
                        return self.finish(false);
                    }
                }
                Step::Idle(until) => self.journal.wait(until.min(self.pace.synced + SYNC), seen),
            }
        }
    }

    /// Delivers what earlier runs have left, until it is all delivered or a request fails. How many runs were delivered.
    pub(crate) fn send_older(&mut self) -> Result<usize, Failure> {
        let mut delivered = 0;
        while let Some(older) = self.older.pop_front() {
            let before = self.older.len();
            self.older.push_front(older);
            match self.step_older() {
                Step::Failed(failure) if failure.kind == FailureKind::TooLarge => {}
                Step::Failed(failure) => return Err(failure),
                _ if self.older.len() == before && !self.pace.refused => delivered += 1,
                _ => {}
            }
        }
        Ok(delivered)
    }

    /// Tells what there is to tell the operator, and syncs the spool.
    fn tend(&mut self) {
        for trouble in self.journal.troubles() {
            self.warn.tell(trouble);
        }
        if self.pace.synced.elapsed() >= SYNC {
            self.pace.synced = Instant::now();
            if let Some(file) = self.journal.unsynced() {
                let _ = file.sync_data();
            }
        }
    }

    fn step(&mut self) -> Step {
        if !self.older.is_empty() {
            return self.step_older();
        }
        match self.journal.due(self.limits, self.interval) {
            Ok(()) => self.step_own(),
            Err(at) => {
                let beat = self.heartbeat.map(|every| self.pace.told + every);
                if beat.is_some_and(|beat| beat <= Instant::now()) && !self.journal.ended() {
                    return self.beat();
                }
                let long = Instant::now() + LONG;
                Step::Idle(at.into_iter().chain(beat).fold(long, Instant::min))
            }
        }
    }

    fn step_own(&mut self) -> Step {
        let limits = self.limits();
        let (from, waiting) = self.journal.waiting(limits);
        let records = match (waiting, &mut self.own) {
            (Waiting::Records(records), _) => records,
            (Waiting::OnDisk, Some((_, source))) => match source.batch(from, limits) {
                Ok(records) => records,
                Err(error) => {
                    source.rewind();
                    return Step::Failed(Failure::lasting(format!("the spool cannot be read: {error}")));
                }
            },
            _ => Vec::new(),
        };
        if records.is_empty() {
            return Step::Idle(Instant::now() + self.interval);
        }
        let head = self.head.clone();
        let next = match self.post(&head, &records) {
            Ok(next) => next,
            Err(failure) => {
                if let Some((_, source)) = &mut self.own {
                    source.rewind();
                }
                return Step::Failed(failure);
            }
        };
        self.pace.told = Instant::now();
        let bytes = records.iter().map(|it| it.json.len() as u64).sum();
        let done = records.last().is_some_and(|it| it.kind == Kind::Last);
        let freed = match self.own.as_ref().map(|(run, _)| run.acknowledge(next, done)) {
            Some(Ok(freed)) => freed,
            Some(Err(error)) => {
                self.cannot_note(&error);
                0
            }
            None => 0,
        };
        if self.journal.acknowledge(next, freed, bytes) { Step::Delivered } else { Step::Sent }
    }

    fn step_older(&mut self) -> Step {
        let limits = self.limits();
        let Some(mut older) = self.older.pop_front() else { return Step::Sent };
        if older.done {
            // Whoever delivered it was killed before it was removed.
            return self.remove(older);
        }
        let records = match older.batch(limits) {
            Ok(records) => records,
            Err(error) => {
                self.pace.refused = true;
                self.warn_once(format!("an earlier run cannot be read from the spool: {error}"));
                return Step::Sent;
            }
        };
        match self.post(&older.run.head, &records) {
            Ok(_) => {}
            Err(failure) if failure.kind == FailureKind::Refused => {
                self.pace.refused = true;
                let address = &self.address;
                self.warn_once(format!(
                    "the controller {address} refuses an earlier run, which stays in {}: {}",
                    older.run.path.display(),
                    failure.message
                ));
                return Step::Sent;
            }
            Err(failure) => {
                self.older.push_front(older);
                return Step::Failed(failure);
            }
        }
        match older.acknowledge(&records) {
            Ok(freed) => self.journal.freed(freed),
            Err(error) => self.cannot_note(&error),
        }
        if older.done {
            return self.remove(older);
        }
        self.older.push_front(older);
        Step::Sent
    }

    /// Takes a run that was delivered out of the spool.
    fn remove(&mut self, older: Older) -> Step {
        match older.run.remove() {
            Ok(freed) => self.journal.freed(freed),
            Err(error) => self.warn_once(format!("an earlier run cannot be removed from the spool: {error}")),
        }
        Step::Sent
    }

    fn cannot_note(&mut self, error: &std::io::Error) {
        self.warn_once(format!("what is acknowledged cannot be noted in the spool: {error}"));
    }

    fn beat(&mut self) -> Step {
        let (first, state) = self.journal.state();
        let json = request::heartbeat(&self.head, first, state);
        let posted = match &self.link {
            Ok(link) => link.post(&self.head.run, &json),
            Err(why) => Err(Failure::lasting(why.clone())),
        };
        self.pace.told = Instant::now();
        match posted {
            Ok(()) => Step::Sent,
            Err(failure) => Step::Failed(failure),
        }
    }

    /// Posts `records` of the run `head`; the number after the last of them.
    fn post(&mut self, head: &RunHead, records: &[Record]) -> Result<u64, Failure> {
        let link = self.link.as_ref().map_err(|why| Failure::lasting(why.clone()))?;
        let json = request::events(head, records, self.pace.backoff.failures() + 1);
        let next = records.last().map_or(0, |it| it.number + 1);
        match (link.post(&head.run, &json), records) {
            (Ok(()), _) => Ok(next),
            // An event that never gets through would hold up all that follow.
            (Err(failure), [record])
                if failure.kind == FailureKind::TooLarge && record.kind == Kind::Event =>
            {
                let reason = format!("it is too large for the controller: {} bytes", record.json.len());
                let json = dropped(record.number, 1, &reason);
                let told = Record { kind: Kind::Dropped, number: record.number, json };
                link.post(&head.run, &request::events(head, &[told], 1)).map(|()| next)
            }
            (Err(failure), [_]) if failure.kind == FailureKind::TooLarge => {
                Err(Failure { kind: FailureKind::Lasting, ..failure })
            }
            (Err(failure), _) => {
                if failure.kind == FailureKind::TooLarge {
                    self.pace.smaller = Some((records.len() / 2).max(1));
                }
                Err(failure)
            }
        }
    }

    fn limits(&self) -> Limits {
        let events = self.pace.smaller.map_or(self.limits.events, |it| it.min(self.limits.events));
        Limits { events, ..self.limits }
    }

    fn went_well(&mut self) {
        self.pace.backoff.reset();
        (self.pace.not_before, self.pace.ordered) = (None, false);
        self.control.failed(None);
    }

    fn failed(&mut self, failure: &Failure) {
        let pause = self.pace.backoff.after(failure, random());
        self.pace.not_before = Some(Instant::now() + pause);
        self.pace.ordered = failure.after.is_some();
        self.control.failed(Some(failure.message.clone()));
        if failure.kind != FailureKind::TooLarge {
            let kept = if self.own.is_some() { "kept in the spool" } else { "kept in memory" };
            let address = &self.address;
            self.warn_once(format!(
                "the controller {address} has not acknowledged: {}; what is not acknowledged is {kept}",
                failure.message
            ));
        }
    }

    fn warn_once(&mut self, message: String) {
        if self.pace.warned.insert(message.clone()) {
            self.warn.tell(message);
        }
    }

    /// The end: what is delivered leaves the spool.
    fn finish(mut self, delivered: bool) {
        let mut older = !self.older.is_empty() || self.pace.refused;
        if delivered && let Some((run, _)) = self.own.take() {
            older |= run.remove().is_err();
        }
        self.control.finish(delivered, older);
    }
}

/// Any number.
fn random() -> u64 {
    use ring::rand::{SecureRandom, SystemRandom};
    let mut bytes = [0; 8];
    // Without randomness everybody waits for as long; nothing worse.
    let _ = SystemRandom::new().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
