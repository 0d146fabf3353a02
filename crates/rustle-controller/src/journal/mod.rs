//! What a run has told, until the controller has it: on disk, or in memory where the disk does not take it.
//!
//! Every event gets a number. Its record is written to the spool at once, so that it outlives the process; where that
//! fails it stays in memory, up to a limit, and every later one as well, so that the order stays as it is. What has room
//! nowhere is counted, and an event says which numbers are lost.

mod disk;
mod placing;

use std::collections::VecDeque;
use std::fs::File;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustle_runtime::schema::controller::{State, Summary};

pub(crate) use disk::Disk;

use crate::spool::record::{Kind, Record};

/// What a run has told.
#[derive(Debug)]
pub(crate) struct Journal {
    inner: Mutex<Inner>,
    /// Something is there to be done.
    wake: Condvar,
}

#[derive(Debug)]
struct Inner {
    disk: Option<Disk>,
    memory: VecDeque<Record>,
    memory_bytes: usize,
    /// The number of the next event.
    next: u64,
    /// Everything before is on disk, lost or acknowledged.
    on_disk: u64,
    /// Everything before is acknowledged.
    acknowledged: u64,
    /// The first of the lost events that no event has told of yet.
    lost_from: Option<u64>,
    /// Why they are lost.
    lost_because: String,
    /// How many are lost.
    dropped: u64,
    /// Bytes that are not acknowledged, roughly.
    waiting_bytes: u64,
    /// Whether who sends was woken because of that.
    plenty: bool,
    /// When the oldest of those that were not sent came.
    oldest: Option<Instant>,
    begun: Instant,
    task: Option<String>,
    /// The end of the run, until it is an event.
    summary: Option<Summary>,
    ended: bool,
    signal: u64,
    /// What the operator should know.
    troubles: Vec<String>,
}

/// What there is to send.
#[derive(Debug)]
pub(crate) enum Waiting {
    /// Nothing.
    Nothing,
    /// What begins with this number is on disk.
    OnDisk,
    /// These.
    Records(Vec<Record>),
}

/// How much goes into one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) events: usize,
    pub(crate) bytes: u64,
}

impl Limits {
    /// Whether `record` can go with those that are there.
    pub(crate) fn admit(&self, there: &[Record], record: &Record) -> bool {
        let Some(last) = there.last() else { return true };
        let bytes: u64 = there.iter().map(Record::length).sum();
        // The first and the last event of a run go alone, and numbers have no gaps.
        let alone = |kind: Kind| matches!(kind, Kind::Start | Kind::Last);
        there.len() < self.events
            && bytes + record.length() <= self.bytes
            && !alone(last.kind)
            && !alone(record.kind)
            && record.number == last.number + 1
    }
}

/// What is left of a run when nobody waits for it any longer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// Events that are kept in the spool.
    pub(crate) kept: u64,
    /// Events that are lost, and why.
    pub(crate) lost: u64,
    pub(crate) because: String,
}

impl Journal {
    /// An empty one. `disk` is none where there is no spool, and then the text says why.
    pub(crate) fn new(disk: Result<Disk, String>) -> Journal {
        let (disk, troubles) = match disk {
            Ok(disk) => (Some(disk), Vec::new()),
            Err(why) => (None, vec![format!("{why}; what the controller does not take is lost at the end")]),
        };
        let inner = Inner {
            disk,
            memory: VecDeque::new(),
            memory_bytes: 0,
            next: 0,
            on_disk: 0,
            acknowledged: 0,
            lost_from: None,
            lost_because: String::new(),
            dropped: 0,
            waiting_bytes: 0,
            plenty: false,
            signal: 0,
            oldest: None,
            begun: Instant::now(),
            task: None,
            summary: None,
            ended: false,
            troubles,
        };
        Journal { inner: Mutex::new(inner), wake: Condvar::new() }
    }

    /// One more event. `enough` is how much makes it worth to wake who sends.
    pub(crate) fn add(&self, kind: Kind, json: Vec<u8>, enough: Limits) {
        let mut inner = self.lock();
        let first = inner.acknowledged == inner.next;
        inner.add(kind, json);
        let many = inner.next - inner.acknowledged == enough.events as u64;
        let bytes = inner.waiting_bytes >= enough.bytes && !inner.plenty;
        inner.plenty |= bytes;
        if first || many || bytes {
            inner.signal += 1;
            drop(inner);
            self.wake.notify_all();
        }
    }

    /// The task that runs now.
    pub(crate) fn task(&self, name: &str) {
        let mut inner = self.lock();
        let task = inner.task.get_or_insert_default();
        task.clear();
        task.push_str(name);
    }

    /// The run has ended. How many events there were, and how many are lost, is filled in.
    pub(crate) fn end(&self, summary: Summary) {
        let mut inner = self.lock();
        inner.summary = Some(summary);
        inner.ended = true;
        inner.signal += 1;
        inner.retry_disk();
        if inner.memory.is_empty() {
            inner.place_summary();
        }
        drop(inner);
        self.wake.notify_all();
    }

    /// What is to be sent next, and its number.
    pub(crate) fn waiting(&self, limits: Limits) -> (u64, Waiting) {
        let mut inner = self.lock();
        if inner.acknowledged >= inner.on_disk && inner.memory.is_empty() {
            // All that is not lost is acknowledged, so there is room to say what is.
            inner.tell_lost(0);
            inner.place_summary();
        }
        let from = inner.acknowledged;
        if from < inner.on_disk {
            return (from, Waiting::OnDisk);
        }
        let mut records: Vec<Record> = Vec::new();
        for record in inner.memory.iter().filter(|it| it.number >= from) {
            if !limits.admit(&records, record) {
                break;
            }
            records.push(record.clone());
        }
        (from, if records.is_empty() { Waiting::Nothing } else { Waiting::Records(records) })
    }

    /// Everything before `next` is acknowledged; `freed` bytes of the spool are free again. Whether that was all of a
    /// run that has ended.
    pub(crate) fn acknowledge(&self, next: u64, freed: u64, sent: u64) -> bool {
        let mut inner = self.lock();
        inner.acknowledged = inner.acknowledged.max(next);
        while inner.memory.front().is_some_and(|it| it.number < next) {
            if let Some(record) = inner.memory.pop_front() {
                inner.memory_bytes = inner.memory_bytes.saturating_sub(record.json.len());
            }
        }
        if inner.memory.is_empty() {
            inner.on_disk = inner.on_disk.max(next);
        }
        inner.waiting_bytes = inner.waiting_bytes.saturating_sub(sent);
        inner.plenty = false;
        inner.oldest = (inner.acknowledged < inner.next).then(Instant::now);
        if let Some(disk) = &mut inner.disk {
            disk.freed(freed);
        }
        inner.ended
            && inner.acknowledged >= inner.next
            && inner.summary.is_none()
            && inner.lost_from.is_none()
    }

    /// Whether there is something to send now; if not, when there will be, unless something comes in between.
    pub(crate) fn due(&self, enough: Limits, interval: Duration) -> Result<(), Option<Instant>> {
        let inner = self.lock();
        if inner.acknowledged >= inner.next && inner.summary.is_none() {
            return Err(None);
        }
        let many = inner.next - inner.acknowledged >= enough.events as u64;
        if inner.ended || inner.acknowledged == 0 || many || inner.waiting_bytes >= enough.bytes {
            return Ok(());
        }
        let at = inner.oldest.unwrap_or_else(Instant::now) + interval;
        if at <= Instant::now() { Ok(()) } else { Err(Some(at)) }
    }

    /// How far the run is.
    pub(crate) fn state(&self) -> (u64, State) {
        let inner = self.lock();
        let seconds = inner.begun.elapsed().as_secs_f64();
        let (task, told, dropped) = (inner.task.clone(), inner.next, inner.dropped);
        (inner.acknowledged, State { seconds: (seconds * 1000.0).round() / 1000.0, task, told, dropped })
    }

    /// Whether the run has ended.
    pub(crate) fn ended(&self) -> bool {
        self.lock().ended
    }

    /// A number that changes whenever something happens that is worth to wake for.
    pub(crate) fn signal(&self) -> u64 {
        self.lock().signal
    }

    /// Waits until something has happened since [`Journal::signal`] was `seen`, or until `until`.
    pub(crate) fn wait(&self, until: Instant, seen: u64) {
        let inner = self.lock();
        let time = until.saturating_duration_since(Instant::now());
        drop(self.wake.wait_timeout_while(inner, time, |inner| inner.signal == seen));
    }

    /// Wakes who waits.
    pub(crate) fn notify(&self) {
        self.lock().signal += 1;
        self.wake.notify_all();
    }

    /// So many bytes of the spool are free again.
    pub(crate) fn freed(&self, bytes: u64) {
        if let Some(disk) = &mut self.lock().disk {
            disk.freed(bytes);
        }
    }

    /// The operator should know this.
    pub(crate) fn trouble(&self, trouble: String) {
        self.lock().troubles.push(trouble);
    }

    /// What the operator should know and was not told yet.
    pub(crate) fn troubles(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().troubles)
    }

    /// The file with what is not yet on the disk itself, and may be lost if the machine stops.
    pub(crate) fn unsynced(&self) -> Option<File> {
        let mut inner = self.lock();
        let disk = inner.disk.as_mut().filter(|disk| disk.unsynced)?;
        disk.unsynced = false;
        disk.writer.file()
    }

    /// The end, if not everything is delivered: what is in memory goes to the disk, or is lost.
    pub(crate) fn settle(&self) -> Left {
        let mut inner = self.lock();
        inner.retry_disk();
        if !inner.memory.is_empty() {
            inner.dropped += inner.memory.iter().filter(|it| it.kind != Kind::Dropped).count() as u64;
            inner.memory.clear();
            inner.memory_bytes = 0;
            inner.lost_from = Some(inner.on_disk.max(inner.acknowledged));
        }
        inner.place_summary();
        // What went to memory even now goes with the process.
        let lost = inner.dropped + inner.memory.len() as u64;
        let kept = inner.on_disk.saturating_sub(inner.acknowledged);
        Left { kept, lost, because: inner.lost_because.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
