//! `--follow DIR`: what a job tells, until it has ended.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use rustle_schema::job::{ERRORS, EVENTS, JobEnded, REPORT};

use super::folder;

/// How long nobody looks when nothing happened: first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(200));

/// How much of standard error is told in the end.
const ERRORS_TOLD: u64 = 64 << 10;

/// How many bytes are copied at once.
const PIECE: usize = 64 << 10;

/// Writes the events of the job in `folder` to `out`, whole lines from byte `from` on, as they come. When the job has ended,
/// a [`JobEnded`] follows, with the report and the end of standard error behind it. Returns the exit code of the job; 250
/// where it was killed.
///
/// # Errors
/// If there is no job, or `out` is closed.
pub fn follow(folder: &Path, from: u64, out: &mut dyn Write) -> io::Result<u8> {
    let mut status = folder::status_file(folder, false).map_err(|error| {
        io::Error::new(error.kind(), format!("there is no job in {}: {error}", folder.display()))
    })?;
    let mut events = Lines { file: None, position: from, begun: Vec::new() };
    let mut pause = PAUSES.0;
    loop {
        // What is written before the end must be read after it was seen.
        let lives = folder::lives(&status, false)?;
        if events.copy(folder, out)? {
            pause = PAUSES.0;
        }
        if !lives {
            break;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(PAUSES.1);
    }
    let status = folder::read_status(&mut status)?.unwrap_or_default();
    let report = File::open(folder.join(REPORT)).ok();
    let errors = File::open(folder.join(ERRORS)).ok();
    let length = |file: &Option<File>| file.as_ref().map_or(0, |file| folder::length(file.metadata()));
    let told = length(&errors).min(ERRORS_TOLD);
    let skipped = length(&errors) - told;
    let exit_code = status.exit_code;
    let ended = JobEnded { job_ended: status, report: length(&report), errors: told };
    serde_json::to_writer(&mut *out, &ended)?;
    out.write_all(b"\n")?;
    for (file, skip, length) in [(report, 0, ended.report), (errors, skipped, told)] {
        let Some(mut file) = file else { continue };
        file.seek(SeekFrom::Start(skip))?;
        if io::copy(&mut file.take(length), out)? != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    out.flush()?;
    Ok(exit_code.map_or(250, |code| u8::try_from(code).unwrap_or(250)))
}

/// The file of events, as far as it was told.
struct Lines {
    file: Option<File>,
    /// Where the next byte is read.
    position: u64,
    /// A line that has begun.
    begun: Vec<u8>,
}

impl Lines {
    /// Copies the whole lines that have come; says whether there were bytes.
    fn copy(&mut self, folder: &Path, out: &mut dyn Write) -> io::Result<bool> {
        if self.file.is_none() {
            match File::open(folder.join(EVENTS)) {
                Ok(mut file) => {
                    file.seek(SeekFrom::Start(self.position))?;
                    self.file = Some(file);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        let Some(file) = &mut self.file else { return Ok(false) };
        let mut piece = vec![0; PIECE];
        let mut any = false;
        loop {
            let length = file.read(&mut piece)?;
            let read = piece.get(..length).unwrap_or_default();
            if read.is_empty() {
                break;
            }
            any = true;
            self.position += length as u64;
            match read.iter().rposition(|byte| *byte == b'\n') {
                Some(end) => {
                    let (lines, rest) = read.split_at(end + 1);
                    out.write_all(&self.begun)?;
                    out.write_all(lines)?;
                    self.begun = rest.to_vec();
                }
                None => self.begun.extend_from_slice(read),
            }
        }
        if any {
            out.flush()?;
        }
        Ok(any)
    }
}

#[cfg(test)]
mod tests {
    use rustle_schema::job::JobStatus;

    use super::*;

    fn job(events: &str) -> (tempfile::TempDir, File) {
        let folder = tempfile::tempdir().unwrap();
        let status = folder::status_file(folder.path(), true).unwrap();
        std::fs::write(folder.path().join(EVENTS), events).unwrap();
        (folder, status)
    }

    #[test]
    fn a_job_that_has_ended_is_told_at_once() {
        let (folder, status) = job("{\"a\":1}\n{\"b\":2}\n{\"cut");
        std::fs::write(folder.path().join(REPORT), "{}").unwrap();
        std::fs::write(folder.path().join(ERRORS), "oh").unwrap();
        let said = JobStatus { pid: 1, exit_code: Some(2), ..JobStatus::default() };
        folder::write_status(&status, &said).unwrap();
        let mut out = Vec::new();
        assert_eq!(follow(folder.path(), 8, &mut out).unwrap(), 2);
        let text = String::from_utf8(out).unwrap();
        let wanted = "{\"b\":2}\n{\"job_ended\":{\"pid\":1,\"exit_code\":2},\"report\":2,\"errors\":2}\n{}oh";
        assert_eq!(text, wanted);
    }

    #[test]
    fn a_job_that_was_killed_has_no_exit_code() {
        let (folder, status) = job("");
        folder::write_status(&status, &JobStatus { pid: 1, ..JobStatus::default() }).unwrap();
        let mut out = Vec::new();
        assert_eq!(follow(folder.path(), 0, &mut out).unwrap(), 250);
        assert_eq!(out, b"{\"job_ended\":{\"pid\":1},\"report\":0,\"errors\":0}\n");
    }

    #[test]
    fn events_are_told_as_they_come() {
        let (folder, status) = job("");
        assert!(!folder::lives(&status, true).unwrap());
        let path = folder.path().to_owned();
        let (mut read, write) = std::os::unix::net::UnixStream::pair().unwrap();
        let follower = std::thread::spawn(move || follow(&path, 0, &mut &write).unwrap());
        let mut events = File::options().append(true).open(folder.path().join(EVENTS)).unwrap();
        let mut seen = [0; 4];
        events.write_all(b"one").unwrap();
        events.write_all(b"\ntw").unwrap();
        read.read_exact(&mut seen).unwrap();
        assert_eq!(&seen, b"one\n");
        events.write_all(b"o\n").unwrap();
        read.read_exact(&mut seen).unwrap();
        assert_eq!(&seen, b"two\n");
        folder::write_status(&status, &JobStatus { exit_code: Some(0), ..JobStatus::default() }).unwrap();
        drop(status);
        assert_eq!(follower.join().unwrap(), 0);
    }

    #[test]
    fn there_may_be_no_job() {
        let folder = tempfile::tempdir().unwrap();
        let error = follow(folder.path(), 0, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().starts_with("there is no job in "), "{error}");
    }
}
