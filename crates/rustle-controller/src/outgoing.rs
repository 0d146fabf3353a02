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

/// More events than a run tells between two times that its spool is synced.
const UNKNOWN: u64 = 10_000_000;

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
        let mut end = self.end();
        // Who delivers may be killed as well; the next one shall say the same. On a full disk it says it with another time.
        let mut writer = Writer::new(self.run.path.clone());
        let _ = end.iter().try_for_each(|record| writer.append(record));
        // The last goes alone.
        end.truncate(1);
        Ok(end)
    }

    /// What is missing behind the last event that is here. Where the receiver may have events that are not, the end is
    /// numbered behind all of them: a number that the receiver has is passed over.
    fn end(&self) -> Vec<Record> {
        let abandoned = |number| {
            let json = timed(&ControllerEvent::Abandoned { noticed: now() });
            Record { kind: Kind::Last, number, json }
        };
        // Whoever comes after one that was killed here finds the same number.
        let is_behind = self.next >= UNKNOWN && self.next.is_multiple_of(UNKNOWN);
        if self.run.is_whole() || is_behind {
            return vec![abandoned(self.next)];
        }
        let behind = (self.next / UNKNOWN + 2) * UNKNOWN;
        let why = "the machine or its disk has failed: how many of these there were is not known";
        let json = dropped(self.next, behind - self.next, why);
        vec![Record { kind: Kind::Dropped, number: behind - 1, json }, abandoned(behind)]
    }

    /// `records` are acknowledged.
    pub(crate) fn acknowledge(&mut self, records: &[Record]) -> io::Result<u64> {
        let Some(last) = records.last() else { return Ok(0) };
        self.next = last.number + 1;
        self.done = last.kind == Kind::Last;
        self.run.acknowledge(self.next, self.done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { events: 100, bytes: 1 << 20 };

    /// The numbers and kinds of what is sent of a run with the events 0 to 50, of which 30 are noted as acknowledged.
    fn sent(boot: Option<&str>, is_killed: bool) -> Vec<(Kind, u64)> {
        let spool = tempfile::tempdir().unwrap();
        let head = rustle_runtime::schema::controller::RunHead { run: "ab".into(), ..Default::default() };
        let run = RunFolder::create(spool.path(), &head).unwrap();
        let mut writer = Writer::new(run.path.clone());
        for number in 0..=50 {
            writer.append(&Record { kind: Kind::Event, number, json: b"{}".to_vec() }).unwrap();
        }
        run.acknowledge(30, false).unwrap();
        if let Some(boot) = boot {
            std::fs::write(run.path.join("boot"), boot).unwrap();
        }
        let mut older = Older::new(run);
        let mut sent = Vec::new();
        while !older.done {
            let records = older.batch(LIMITS).unwrap();
            assert_eq!(older.batch(LIMITS).unwrap(), records, "the same once more");
            older.acknowledge(&records).unwrap();
            sent.extend(records.iter().map(|it| (it.kind, it.number)));
            if is_killed && records[0].kind == Kind::Dropped {
                // Nothing of the end could be written.
                for (_, path) in crate::spool::segments::list(&older.run.path).unwrap() {
                    std::fs::remove_file(path).unwrap();
                }
            }
        }
        assert_eq!(sent[0], (Kind::Event, 30));
        sent.split_off(21)
    }

    #[test]
    fn the_end_of_a_killed_run_follows_its_last_event() {
        assert_eq!(sent(None, false), [(Kind::Last, 51)]);
    }

    #[test]
    fn after_a_power_failure_the_end_is_behind_all_that_the_receiver_may_have() {
        for is_killed in [false, true] {
            let expected = [(Kind::Dropped, 2 * UNKNOWN - 1), (Kind::Last, 2 * UNKNOWN)];
            assert_eq!(sent(Some("another boot"), is_killed), expected);
        }
    }
}
