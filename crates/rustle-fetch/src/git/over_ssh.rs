//! Git's protocol through the user's own ssh.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use git2::transport::{Service, SmartSubtransport, SmartSubtransportStream};

use super::address::SshAddress;
use super::bounds::Bounds;
use crate::{FetchError, Waiting};

/// The most that is kept of what ssh complains.
const MAX_COMPLAINT: usize = 4096;

/// One fetch over ssh.
pub(super) struct OverSsh {
    program: PathBuf,
    address: SshAddress,
    bounds: Arc<Bounds>,
}

impl OverSsh {
    pub(super) fn new(program: PathBuf, address: SshAddress, bounds: Arc<Bounds>) -> Self {
        Self { program, address, bounds }
    }

    /// What ssh is told. There is no shell on this side; the one on the other side gets a quoted path.
    fn arguments(&self) -> Vec<OsString> {
        let SshAddress { user, host, port, path } = &self.address;
        // Nothing is asked of a person who may not be there, and nothing is lent to the other side.
        let mut arguments = vec!["-o", "BatchMode=yes", "-o", "PermitLocalCommand=no", "-a", "-x", "-T"]
            .into_iter()
            .map(OsString::from)
            .collect::<Vec<_>>();
        if let Some(port) = port {
            arguments.extend(["-p".into(), port.to_string().into()]);
        }
        let place = user.as_deref().map_or_else(|| host.clone(), |user| format!("{user}@{host}"));
        arguments.extend(["--".into(), place.into(), format!("git-upload-pack '{path}'").into()]);
        arguments
    }

    fn start(self: &Arc<Self>) -> Result<Stream, FetchError> {
        let network = |reason: String| FetchError::Network { url: self.bounds.shown.clone(), reason };
        let mut child = Command::new(&self.program)
            .args(self.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| network(format!("{} does not start: {error}", self.program.display())))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(mut stderr)) = pipes else {
            return Err(network("no pipes to ssh".to_owned()));
        };
        let complaint = Arc::new(Mutex::new(Vec::new()));
        let heard = complaint.clone();
        // Nobody waits for this thread for long: a connection that ssh shares with later ones keeps the pipe open.
        let listener = std::thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok(count @ 1..) = stderr.read(&mut buffer) {
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                let room = MAX_COMPLAINT.saturating_sub(heard.len());
                heard.extend(buffer.iter().take(count.min(room)));
            }
        });
        let process = Arc::new(Process {
            child: Mutex::new(child),
            began: Instant::now(),
            last: AtomicU64::new(0),
            waiting: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let watched = process.clone();
        let bounds = self.bounds.clone();
        let watch = std::thread::spawn(move || watched.watch(&bounds));
        Ok(Stream {
            wire: self.clone(),
            process,
            input: Some(input),
            output,
            came: 0,
            complaint,
            listener,
            watch: Some(watch),
        })
    }
}

/// The running ssh.
struct Process {
    child: Mutex<Child>,
    began: Instant,
    /// When something last happened, in milliseconds since it began.
    last: AtomicU64,
    /// Whether somebody waits for it right now.
    waiting: AtomicBool,
    over: AtomicBool,
}

impl Process {
    fn since_began(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn waits(&self, waiting: bool) {
        self.last.store(self.since_began(), Ordering::Release);
        self.waiting.store(waiting, Ordering::Release);
    }

    /// Ends it when it takes too long; a blocked reader then sees its end.
    fn watch(&self, bounds: &Bounds) {
        while !self.over.load(Ordering::Acquire) {
            let silent = self.since_began().saturating_sub(self.last.load(Ordering::Acquire));
            let stalled = self.waiting.load(Ordering::Acquire) && Duration::from_millis(silent) > bounds.idle;
            if stalled || bounds.deadline.left().is_zero() {
                // What is remembered first is what is told.
                let _ = bounds.failed(if stalled {
                    let url = bounds.shown.clone();
                    FetchError::Time { url, waiting_for: Waiting::NextBytes, limit: bounds.idle }
                } else {
                    bounds.too_long()
                });
                self.end();
                return;
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }

    fn end(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// What libgit2 holds on to.
pub(super) struct Subtransport(pub(super) Arc<OverSsh>);

impl SmartSubtransport for Subtransport {
    fn action(&self, _url: &str, action: Service) -> Result<Box<dyn SmartSubtransportStream>, git2::Error> {
        match action {
            // One connection serves both steps; libgit2 keeps the stream of the first.
            Service::UploadPackLs | Service::UploadPack => {
                let stream = self.0.start().map_err(|error| self.0.bounds.git_error(error))?;
                Ok(Box::new(stream))
            }
            Service::ReceivePackLs | Service::ReceivePack => {
                Err(git2::Error::from_str("nothing is ever pushed from here"))
            }
        }
    }

    fn close(&self) -> Result<(), git2::Error> {
        Ok(())
    }
}

struct Stream {
    wire: Arc<OverSsh>,
    process: Arc<Process>,
    input: Option<ChildStdin>,
    output: ChildStdout,
    came: u64,
    complaint: Arc<Mutex<Vec<u8>>>,
    listener: JoinHandle<()>,
    watch: Option<JoinHandle<()>>,
}

impl Stream {
    /// It ended, or refuses to be told more: what ssh has to say about it.
    fn gone(&mut self) -> io::Error {
        self.input = None;
        self.process.end();
        for _ in 0..20 {
            if self.listener.is_finished() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let complaint: String = String::from_utf8_lossy(&complaint)
            .trim()
            .chars()
            .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
            .collect();
        let reason = if complaint.is_empty() {
            "ssh ended without a word".to_owned()
        } else {
            format!("ssh says: {complaint}")
        };
        self.wire.bounds.failed(FetchError::Network { url: self.wire.bounds.shown.clone(), reason })
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wire.bounds.in_time().map_err(|error| self.wire.bounds.failed(error))?;
        self.process.waits(true);
        let result = self.output.read(buffer);
        self.process.waits(false);
        match result {
            Ok(0) if !buffer.is_empty() => Err(self.gone()),
            Ok(count) => {
                self.came += count as u64;
                if self.came > self.wire.bounds.transfer {
                    return Err(self.wire.bounds.failed(self.wire.bounds.too_much()));
                }
                Ok(count)
            }
            Err(error) => Err(error),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.process.waits(true);
        let result = match &mut self.input {
            Some(input) => input.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        self.process.waits(false);
        match result {
            // The last word of a conversation may find nobody there; what matters was read by then.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(self.gone()),
            result => result,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.input.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.input = None;
        self.process.over.store(true, Ordering::Release);
        self.process.end();
        if let Some(watch) = self.watch.take() {
            watch.thread().unpark();
            let _ = watch.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::Address;
    use super::*;
    use crate::http::Deadline;

    #[test]
    fn the_host_stands_behind_two_dashes() {
        let Ok(Address::Ssh(address)) = Address::parse("ssh://git@h.example:2222/a/b.git") else {
            panic!("an ssh address");
        };
        let second = Duration::from_secs(1);
        let bounds = Bounds::new(String::new(), Deadline::after(second), second, second, 1);
        let arguments = OverSsh::new("ssh".into(), address, Arc::new(bounds)).arguments();
        let tail: Vec<&str> = arguments.iter().rev().take(5).rev().filter_map(|it| it.to_str()).collect();
        assert_eq!(tail, ["-p", "2222", "--", "git@h.example", "git-upload-pack '/a/b.git'"]);
    }
}
