//! The files of a run in the spool: segments, each named after the number of its first record, to which records are only
//! added.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::record::{self, HEAD, Record};

/// A segment that is this long is followed by another one.
const SEGMENT: u64 = 1 << 20;

/// The segments of a run: the number of the first record, and where it lies; in order.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|it| it.to_str()).and_then(|it| it.strip_suffix(".log"));
        if let Some(first) = name.and_then(|name| name.parse().ok()) {
            segments.push((first, path));
        }
    }
    segments.sort();
    Ok(segments)
}

/// Writes records to a run's segments.
#[derive(Debug)]
pub(crate) struct Writer {
    folder: PathBuf,
    file: Option<File>,
    length: u64,
}

impl Writer {
    /// Begins a segment of its own with the first record.
    pub(crate) fn new(folder: PathBuf) -> Writer {
        Writer { folder, file: None, length: 0 }
    }

    /// Adds a record. What a failure has written of it is taken away again, or else never read.
    pub(crate) fn append(&mut self, record: &Record) -> io::Result<()> {
        if self.length >= SEGMENT {
            self.file = None;
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let path = self.folder.join(format!("{:020}.log", record.number));
                // A file of this name is there only if writing its first record failed.
                let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
                self.length = 0;
                none.insert(file)
            }
        };
        let written = file.write_all_at(&record.encode(), self.length).and_then(|()| file.flush());
        match written {
            Ok(()) => self.length += record.length(),
            Err(_) if file.set_len(self.length).is_ok() => {}
            // A reader goes on with the next segment where one ends with half a record.
            Err(_) => self.file = None,
        }
        written
    }

    /// The file that records go to now, to be synced without the writer.
    pub(crate) fn file(&self) -> Option<File> {
        self.file.as_ref()?.try_clone().ok()
    }
}

/// Reads the records of a run in order.
#[derive(Debug)]
pub(crate) struct Reader {
    folder: PathBuf,
    /// The segment: its first number, its file, and how far it was read.
    at: Option<(u64, File, u64)>,
}

impl Reader {
    pub(crate) fn new(folder: PathBuf) -> Reader {
        Reader { folder, at: None }
    }

    /// Begins anew.
    pub(crate) fn rewind(&mut self) {
        self.at = None;
    }

    /// The next record whose number is at least `number`. `None` where there is none yet.
    pub(crate) fn next(&mut self, number: u64) -> io::Result<Option<Record>> {
        loop {
            let Some((first, file, offset)) = &mut self.at else {
                // The last segment that may hold the number.
                let segments = list(&self.folder)?;
                let at = segments.iter().rposition(|(first, _)| *first <= number).unwrap_or(0);
                let Some((first, path)) = segments.get(at) else { return Ok(None) };
                self.at = Some((*first, File::open(path)?, 0));
                continue;
            };
            match read(file, *offset)? {
                Some(record) => {
                    *offset += record.length();
                    if record.number >= number {
                        return Ok(Some(record));
                    }
                }
                None => {
                    let first = *first;
                    let next = list(&self.folder)?.into_iter().find(|(it, _)| *it > first);
                    let Some((next, path)) = next else { return Ok(None) };
                    // Nothing is added to a segment once there is another one.
                    if let Some(record) = read(file, *offset)? {
                        *offset += record.length();
                        if record.number >= number {
                            return Ok(Some(record));
                        }
                        continue;
                    }
                    self.at = Some((next, File::open(path)?, 0));
                }
            }
        }
    }

    /// Steps back before a record that `next` has returned last.
    pub(crate) fn unread(&mut self, record: &Record) {
        if let Some((_, _, offset)) = &mut self.at {
            *offset = offset.saturating_sub(record.length());
        }
    }
}

/// The record at `offset`, if there is a whole one.
fn read(file: &File, offset: u64) -> io::Result<Option<Record>> {
    let mut head = [0; HEAD];
    if !filled(file, &mut head, offset)? {
        return Ok(None);
    }
    let Some(length) = record::announced(&head) else { return Ok(None) };
    // What is announced is there, or nothing is made room for.
    if file.metadata()?.len() < offset + (HEAD + length) as u64 {
        return Ok(None);
    }
    let mut json = vec![0; length];
    if !filled(file, &mut json, offset + HEAD as u64)? {
        return Ok(None);
    }
    Ok(record::decode(&head, json))
}

fn filled(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<bool> {
    match file.read_exact_at(buffer, offset) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::record::Kind;

    fn record(number: u64, length: usize) -> Record {
        Record { kind: Kind::Event, number, json: vec![b'x'; length] }
    }

    fn numbers(folder: &Path, from: u64) -> Vec<u64> {
        let mut reader = Reader::new(folder.to_owned());
        let mut found = Vec::new();
        let mut number = from;
        while let Some(record) = reader.next(number).unwrap() {
            found.push(record.number);
            number = record.number + 1;
        }
        found
    }

    #[test]
    fn records_come_back_over_segments() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(folder.path().to_owned());
        for number in 0..10 {
            writer.append(&record(number, 300_000)).unwrap();
        }
        assert_eq!(list(folder.path()).unwrap().len(), 3);
        assert_eq!(numbers(folder.path(), 0), (0..10).collect::<Vec<_>>());
        assert_eq!(numbers(folder.path(), 7), [7, 8, 9]);
        fs::remove_file(&list(folder.path()).unwrap()[0].1).unwrap();
        assert_eq!(numbers(folder.path(), 5), [5, 6, 7, 8, 9]);
    }

    #[test]
    fn a_torn_tail_is_no_record_wherever_it_was_torn() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(folder.path().to_owned());
        for number in 0..3 {
            writer.append(&record(number, 50)).unwrap();
        }
        let path = list(folder.path()).unwrap()[0].1.clone();
        let whole = fs::read(&path).unwrap();
        let two = whole.len() / 3 * 2;
        for length in two..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(numbers(folder.path(), 0), [0, 1], "{length} bytes");
        }
        // A block that was never written reads as zeros.
        let mut zeros = whole.clone();
        zeros[two..].fill(0);
        fs::write(&path, &zeros).unwrap();
        assert_eq!(numbers(folder.path(), 0), [0, 1]);
    }

    #[test]
    fn a_reader_sees_what_is_added_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(folder.path().to_owned());
        let mut reader = Reader::new(folder.path().to_owned());
        assert_eq!(reader.next(0).unwrap(), None);
        writer.append(&record(0, 10)).unwrap();
        let first = reader.next(0).unwrap().unwrap();
        assert_eq!((first.number, reader.next(1).unwrap()), (0, None));
        reader.unread(&first);
        assert_eq!(reader.next(0).unwrap(), Some(first));
        writer.append(&record(1, 10)).unwrap();
        assert_eq!(reader.next(1).unwrap().unwrap().number, 1);
    }

    #[test]
    fn a_damaged_segment_does_not_hide_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(folder.path().to_owned());
        for number in 0..6 {
            writer.append(&record(number, 500_000)).unwrap();
        }
        let segments = list(folder.path()).unwrap();
        let mut bytes = fs::read(&segments[0].1).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        fs::write(&segments[0].1, bytes).unwrap();
        let mut reader = Reader::new(folder.path().to_owned());
        let mut found = vec![];
        while let Some(record) = reader.next(found.last().map_or(0, |it| it + 1)).unwrap() {
            found.push(record.number);
        }
        assert_eq!(found, [0, 3, 4, 5]);
    }
}
