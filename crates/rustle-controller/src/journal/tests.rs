//! The journal, with a disk that takes what it likes.

use std::collections::BTreeSet;

use rustle_runtime::schema::controller::RunHead;

use super::*;
use crate::outgoing::Source;
use crate::spool::Spool;
use crate::spool::run::RunFolder;
use crate::spool::segments::Writer;

const ENOUGH: Limits = Limits { events: 10, bytes: 1 << 20 };

fn event(number: u64, length: usize) -> Vec<u8> {
    format!("{{\"n\":{number},\"fill\":\"{}\"}}", "x".repeat(length)).into_bytes()
}

fn number(record: &Record) -> Option<u64> {
    serde_json::from_slice::<serde_json::Value>(&record.json).unwrap()["n"].as_u64()
}

/// A journal over a spool that may hold `most` bytes.
fn journal(folder: &std::path::Path, most: u64) -> (Journal, RunFolder) {
    let spool = Spool::open(&folder.join("spool"), most).unwrap();
    let head = RunHead { run: "ab".into(), ..RunHead::default() };
    let run = RunFolder::create(&spool.folder, &head).unwrap();
    (Journal::new(Ok(Disk::new(Writer::new(run.path.clone()), 0, most))), run)
}

/// Takes out what can be sent next, as the sender does.
fn next(journal: &Journal, source: &mut Source) -> Vec<Record> {
    match journal.waiting(ENOUGH) {
        (_, Waiting::Nothing) => Vec::new(),
        (_, Waiting::Records(records)) => records,
        (from, Waiting::OnDisk) => source.batch(from, ENOUGH).unwrap(),
    }
}

/// The numbers that `dropped` events name.
fn lost(records: &[Record]) -> BTreeSet<u64> {
    let of = |record: &Record| {
        let value: serde_json::Value = serde_json::from_slice(&record.json).unwrap();
        let (first, count) = (value["first"].as_u64().unwrap(), value["count"].as_u64().unwrap());
        first..first + count
    };
    records.iter().filter(|it| it.kind == Kind::Dropped).flat_map(of).collect()
}

#[test]
fn what_was_told_comes_out_in_order_with_the_ends_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, run) = journal(folder.path(), 1 << 30);
    let mut source = Source::new(&run);
    journal.add(Kind::Start, event(0, 0), ENOUGH);
    (1..25).for_each(|n| journal.add(Kind::Event, event(n, 0), ENOUGH));
    journal.end(Summary::default());
    let mut sizes = Vec::new();
    let mut told = Vec::new();
    loop {
        let records = next(&journal, &mut source);
        let Some(last) = records.last() else { break };
        sizes.push(records.len());
        told.extend(records.iter().filter_map(number));
        let (last, kind) = (last.number, last.kind);
        assert_eq!(journal.acknowledge(last + 1, 0, 0), kind == Kind::Last);
    }
    assert_eq!(sizes, [1, 10, 10, 4, 1]);
    assert_eq!(told, (0..25).collect::<Vec<_>>());
}

#[test]
fn what_is_not_acknowledged_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, run) = journal(folder.path(), 1 << 30);
    (0..5).for_each(|n| journal.add(Kind::Event, event(n, 0), ENOUGH));
    let mut source = Source::new(&run);
    let first = next(&journal, &mut source);
    source.rewind();
    assert_eq!(next(&journal, &mut source), first);
    journal.acknowledge(3, 0, 0);
    source.rewind();
    assert_eq!(next(&journal, &mut source), first[3..]);
}

/// With many sizes of disk and of events, and a controller that comes and goes: every number is sent, or named as lost;
/// what is sent is right; and what is left at the end is on disk, or counted.
#[test]
fn every_number_is_accounted_for() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |most: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % most
    };
    let mut with_losses = 0;
    for round in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let most = [0, 3_000, 100_000, 3_000_000, 1 << 30][round % 5];
        let (journal, run) = journal(folder.path(), most);
        let mut source = Source::new(&run);
        let (mut sent, mut told) = (Vec::new(), 0_u64);
        let large = usize::try_from(random(400_000)).unwrap();
        for n in 0..40 + random(60) {
            journal.add(Kind::Event, event(n, large), ENOUGH);
            told += 1;
            // The disk has room again now and then, and the controller listens now and then.
            if random(7) == 0 {
                journal.freed(random(200_000));
            }
            if random(5) == 0 {
                let records = next(&journal, &mut source);
                if let Some(last) = records.last().map(|it| it.number) {
                    sent.extend(records);
                    journal.acknowledge(last + 1, 0, 0);
                }
            }
        }
        journal.end(Summary::default());
        if round % 2 == 0 {
            // Nobody listens any more: the rest has to be on disk.
            journal.settle();
            let from = sent.last().map_or(0, |it: &Record| it.number + 1);
            let mut from = from;
            source.rewind();
            loop {
                let records = source.batch(from, ENOUGH).unwrap();
                let Some(last) = records.last() else { break };
                from = last.number + 1;
                sent.extend(records);
            }
        } else {
            loop {
                let records = next(&journal, &mut source);
                let Some(last) = records.last().map(|it| it.number) else { break };
                sent.extend(records);
                journal.acknowledge(last + 1, 0, 0);
            }
        }
        let numbers: Vec<u64> = sent.iter().map(|it| it.number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "round {round}: {numbers:?}");
        let lost = lost(&sent);
        let last = sent.last().expect("something");
        assert_eq!(last.kind, Kind::Last, "round {round}");
        for number in 0..last.number {
            let there = numbers.binary_search(&number).is_ok();
            assert!(there != lost.contains(&number), "round {round}: {number} of {}: {there}", last.number);
        }
        // Each that was told is among the sent ones, once, or among the lost ones.
        let events: BTreeSet<u64> = sent.iter().filter_map(number).collect();
        let summary: serde_json::Value = serde_json::from_slice(&last.json).unwrap();
        assert_eq!(summary["dropped"].as_u64(), Some(told - events.len() as u64), "round {round}");
        assert_eq!(summary["events"].as_u64(), Some(last.number), "round {round}");
        with_losses += u32::from(!lost.is_empty());
    }
    assert!(with_losses >= 10, "{with_losses}");
}

#[test]
fn without_a_disk_memory_has_its_limit() {
    let journal = Journal::new(Err("no spool".into()));
    assert_eq!(journal.troubles().len(), 1);
    for n in 0..10 {
        journal.add(Kind::Event, event(n, 1 << 20), ENOUGH);
    }
    let (from, waiting) = journal.waiting(Limits { events: 100, bytes: 1 << 30 });
    let Waiting::Records(records) = waiting else { panic!("{waiting:?}") };
    assert_eq!((from, records.len()), (0, 3), "4 MiB are a little less than four of them");
    assert_eq!(journal.state().1.dropped, 7);
    let left = journal.settle();
    assert_eq!((left.kept, left.because.as_str()), (0, "there is no spool"));
    assert!(left.lost >= 10, "{left:?}");
}
