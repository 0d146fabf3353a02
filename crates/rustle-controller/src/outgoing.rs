//! A run that is being delivered, from its spool: the present one, or one that an earlier runner has left.

use std::io;

use rustle_runtime::schema::controller::ControllerEvent;

use crate::event_json::{dropped, now, timed};
use crate::journal::Limits;
use crate::spool::record::{Kind, Record};
use crate::spool::run::RunFolder;
use crate::spool::segments::{Reader, Writer};

/// Reads events of the spool, as they go into requests.
#[derive(Debug)]
pub(crate) struct Source {
    reader: Reader,
}

impl Source {
    pub(crate) fn new(run: &RunFolder) -> Source {
        Source { reader: Reader::new(run.path.clone()) }
    }

    /// The next events from number `from` on, as many as go into one request. Numbers that are missing without a word
    /// are told of: the spool is damaged there.
    pub(crate) fn batch(&mut self, from: u64, limits: Limits) -> io::Result<Vec<Record>> {
        let mut records: Vec<Record> = Vec::new();
        let mut number = from;
        while let Some(record) = self.reader.next(number)? {
            let first = records.is_empty();
            if first && record.number > from && record.kind != Kind::Dropped {
                self.reader.unread(&record);
                let json = dropped(from, record.number - from, "the spool is damaged");
                return Ok(vec![Record { kind: Kind::Dropped, number: record.number - 1, json }]);
            }
            if !limits.admit(&records, &record) {
                self.reader.unread(&record);
                break;
            }
            number = record.number + 1;
            records.push(record);
        }
        // What was read is not sent yet, and may have to be read again.
        if records.is_empty() {
            self.reader.rewind();
        }
        Ok(records)
    }

    /// Reads from the beginning again.
    pub(crate) fn rewind(&mut self) {
        self.reader.rewind();
    }
}

/// A run that an earlier runner has left.
#[derive(Debug)]
pub(crate) struct Older {
    pub(crate) run: RunFolder,
    source: Source,
    /// The number of the first event that is not acknowledged.
    pub(crate) next: u64,
    /// Whether its last event is acknowledged.
    pub(crate) done: bool,
}

impl Older {
    pub(crate) fn new(run: RunFolder) -> Older {
        let (source, (next, done)) = (Source::new(&run), run.acknowledged());
        Older { run, source, next, done }
    }

    /// What is to be sent next. A run that ends without a last event gets one.
    pub(crate) fn batch(&mut self, limits: Limits) -> io::Result<Vec<Record>> {
        self.source.rewind();
        let records = self.source.batch(self.next, limits)?;
        if !records.is_empty() {
            return Ok(records);
        }
        let json = timed(&ControllerEvent::Abandoned { noticed: now() });
        let record = Record { kind: Kind::Last, number: self.next, json };
        // Who delivers may be killed as well; the next one shall say the same. On a full disk it says it with another time.
        let _ = Writer::new(self.run.path.clone()).append(&record);
        Ok(vec![record])
    }

    /// `records` are acknowledged.
    pub(crate) fn acknowledge(&mut self, records: &[Record]) -> io::Result<u64> {
        let Some(last) = records.last() else { return Ok(0) };
        self.next = last.number + 1;
        self.done = last.kind == Kind::Last;
        self.run.acknowledge(self.next, self.done)
    }
}
