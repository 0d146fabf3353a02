//! The part of the spool that a run has.

use std::time::Instant;

use crate::spool::record::Record;
use crate::spool::segments::Writer;

/// The run's part of the spool.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) writer: Writer,
    /// How many bytes the spool holds.
    pub(crate) used: u64,
    /// How many it may hold.
    pub(crate) most: u64,
    /// It is not tried before.
    pub(super) not_before: Option<Instant>,
    /// Whether there is something that is not on the disk itself.
    pub(super) unsynced: bool,
}

impl Disk {
    pub(crate) fn new(writer: Writer, used: u64, most: u64) -> Disk {
        Disk { writer, used, most, not_before: None, unsynced: false }
    }

    /// So many bytes are free again.
    pub(super) fn freed(&mut self, bytes: u64) {
        self.used = self.used.saturating_sub(bytes);
        if bytes > 0 {
            self.not_before = None;
        }
    }

    /// Adds a record, if there is room; `reserve` may be taken beyond what the spool may hold.
    pub(super) fn append(&mut self, record: &Record, reserve: u64) -> Result<(), String> {
        if self.used + record.length() > self.most + reserve {
            return Err(format!("the spool has reached its size of {} MiB", self.most >> 20));
        }
        self.writer.append(record).map_err(|error| format!("the spool cannot be written: {error}"))?;
        self.used += record.length();
        self.unsynced = true;
        Ok(())
    }
}
