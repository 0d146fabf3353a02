//! Reading what a program prints until it has ended.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::{Child, ExitStatus};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// How long it is quiet before somebody looks whether the program has ended.
const QUIET: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// Waits until the program has ended and returns its status and what it printed on its two outputs.
///
/// A program may leave others behind that hold its outputs open, as what starts a service does: once it has ended and
/// nothing more comes for a moment, that is the end, as for Ansible.
pub(super) fn collect(child: &mut Child) -> io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let mut stdout = Pipe::new(child.stdout.take());
    let mut stderr = Pipe::new(child.stderr.take());
    loop {
        let mut waited = Vec::with_capacity(2);
        waited.extend(stdout.source.as_ref().map(|it| PollFd::from_borrowed_fd(it.as_fd(), PollFlags::IN)));
        let has_stdout = !waited.is_empty();
        waited.extend(stderr.source.as_ref().map(|it| PollFd::from_borrowed_fd(it.as_fd(), PollFlags::IN)));
        if waited.is_empty() {
            break;
        }
        let ready = match poll(&mut waited, Some(&QUIET)) {
            Err(Errno::INTR) => continue,
            ready => ready?,
        };
        let mut said = waited.iter().map(|it| !it.revents().is_empty());
        let from_stdout = has_stdout && said.next().unwrap_or(false);
        let from_stderr = said.next().unwrap_or(false);
        if ready == 0 && child.try_wait()?.is_some() {
            break;
        }
        if from_stdout {
            stdout.read()?;
        }
        if from_stderr {
            stderr.read()?;
        }
    }
    Ok((child.wait()?, stdout.heard, stderr.heard))
}

/// One output of a program.
struct Pipe<R> {
    /// Nothing once it is at its end.
    source: Option<R>,
    heard: Vec<u8>,
}

impl<R: Read> Pipe<R> {
    fn new(source: Option<R>) -> Pipe<R> {
        Pipe { source, heard: Vec::new() }
    }

    /// Reads once, what is there.
    fn read(&mut self) -> io::Result<()> {
        let Some(source) = &mut self.source else { return Ok(()) };
        let mut buffer = [0; 32 * 1024];
        match source.read(&mut buffer) {
            Ok(0) => self.source = None,
            Ok(length) => self.heard.extend_from_slice(buffer.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
