//! Where an event goes: to the disk, into memory, or nowhere.

use std::time::{Duration, Instant};

use rustle_runtime::schema::controller::ControllerEvent;

use super::Inner;
use crate::event_json::{dropped, timed};
use crate::spool::record::{Kind, Record};

/// How many bytes are kept in memory where the disk takes none.
const MEMORY: usize = 4 << 20;

/// What may be written beyond the spool's size, so that it can be told what is lost, and how the run has ended.
const RESERVE: u64 = 64 << 10;

/// A disk that took nothing is tried again after this time.
const PAUSE: Duration = Duration::from_secs(1);

impl Inner {
    pub(super) fn add(&mut self, kind: Kind, json: Vec<u8>) {
        self.oldest.get_or_insert_with(Instant::now);
        self.waiting_bytes += json.len() as u64;
        if !self.tell_lost(0) {
            self.lose();
            return;
        }
        let record = Record { kind, number: self.next, json };
        if self.place(record, 0) {
            self.next += 1;
        } else {
            self.lose();
        }
    }

    /// The next number is lost.
    fn lose(&mut self) {
        self.lost_from.get_or_insert(self.next);
        self.next += 1;
        self.dropped += 1;
    }

    /// Puts the event that tells of lost ones in its place, if there are some.
    pub(super) fn tell_lost(&mut self, reserve: u64) -> bool {
        let Some(first) = self.lost_from else { return true };
        let json = dropped(first, self.next - first, &self.lost_because);
        let placed = self.place(Record { kind: Kind::Dropped, number: self.next, json }, reserve);
        if placed {
            self.lost_from = None;
            self.next += 1;
        }
        placed
    }

    /// Puts a record on disk, or else into memory. `reserve` is how much room it may take beyond the limits of both.
    fn place(&mut self, record: Record, reserve: u64) -> bool {
        if self.disk.as_ref().is_some_and(|disk| disk.not_before.is_none_or(|at| at <= Instant::now())) {
            self.flush_memory();
        }
        if self.memory.is_empty() && self.put_on_disk(&record, reserve) {
            return true;
        }
        let room = MEMORY + usize::try_from(reserve).unwrap_or(0);
        if self.memory_bytes + record.json.len() > room {
            return false;
        }
        self.memory_bytes += record.json.len();
        self.memory.push_back(record);
        true
    }

    fn put_on_disk(&mut self, record: &Record, reserve: u64) -> bool {
        let Some(disk) = &mut self.disk else {
            self.lost_because = "there is no spool".into();
            return false;
        };
        if disk.not_before.is_some_and(|at| at > Instant::now()) {
            return false;
        }
        match disk.append(record, reserve) {
            Ok(()) => {
                disk.not_before = None;
                self.on_disk = record.number + 1;
                true
            }
            Err(why) => {
                disk.not_before = Some(Instant::now() + PAUSE);
                if self.lost_because != why {
                    self.troubles
                        .push(format!("{why}; events are kept in memory, up to {} MiB", MEMORY >> 20));
                    self.lost_because = why;
                }
                false
            }
        }
    }

    /// Takes what is in memory to the disk, in order, as far as it takes it.
    fn flush_memory(&mut self) {
        while let Some(record) = self.memory.pop_front() {
            if !self.put_on_disk(&record, 0) {
                self.memory.push_front(record);
                return;
            }
            self.memory_bytes = self.memory_bytes.saturating_sub(record.json.len());
        }
    }

    /// Tries the disk again at once.
    pub(super) fn retry_disk(&mut self) {
        if let Some(disk) = &mut self.disk {
            disk.not_before = None;
        }
        self.flush_memory();
        if let Some(disk) = &mut self.disk {
            disk.not_before = None;
        }
    }

    /// Makes the end of the run an event, if it is not one yet.
    pub(super) fn place_summary(&mut self) {
        if self.summary.is_none() || !self.tell_lost(RESERVE) {
            return;
        }
        let Some(mut summary) = self.summary.take() else { return };
        (summary.events, summary.dropped) = (self.next, self.dropped);
        let json = timed(&ControllerEvent::Report(Box::new(summary.clone())));
        if self.place(Record { kind: Kind::Last, number: self.next, json }, RESERVE) {
            self.next += 1;
        } else {
            self.summary = Some(summary);
        }
    }
}
