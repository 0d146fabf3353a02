//! One worker, as the runner sees it.

use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{ChildStdin, ChildStdout};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};
use rustle_schema::worker::{Hello, Request, Response, WORKER_FORMAT};

use super::frame;
use super::start::{Started, start};
use crate::executor::Become;
use crate::signals::Interrupt;

/// How long a worker that is told to stop has for it.
const GRACE: Duration = Duration::from_secs(2);

/// How often an interruption is looked for while a worker works.
const GLANCE: Duration = Duration::from_millis(50);

/// How long a worker may take to say its first word; sudo may ask a slow server who may do what.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running worker.
pub struct Worker {
    process: Started,
    input: Option<ChildStdin>,
    output: ChildStdout,
}

/// Why there is no response.
pub enum Failure {
    /// The time is over.
    TimedOut,
    /// The run shall end.
    Interrupted,
    /// The worker has ended.
    Ended(String),
}

impl Worker {
    /// Starts one and waits for its first word.
    ///
    /// # Errors
    /// If it cannot be started or refuses to work.
    pub fn start(user: Option<&Become>, interrupt: &Interrupt) -> io::Result<Worker> {
        let mut process = start(user)?;
        let input = process.child.stdin.take();
        let output = process.child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut worker = Worker { process, input, output };
        match worker.receive::<Hello>(Some(Instant::now() + PATIENCE), interrupt) {
            Ok(Hello { format: WORKER_FORMAT, refusal: None }) => {
                worker.process.forward_errors();
                Ok(worker)
            }
            Ok(Hello { refusal: Some(refusal), .. }) => Err(io::Error::other(refusal)),
            Ok(Hello { format, .. }) => {
                Err(io::Error::other(format!("the worker speaks another format, {format}")))
            }
            Err(Failure::Ended(_)) => {
                let who = worker.process.through.unwrap_or("the worker");
                let reason = worker.process.reason();
                Err(io::Error::other(if reason.starts_with("Missing") {
                    reason
                } else {
                    format!("{who}: {reason}")
                }))
            }
            Err(Failure::TimedOut) => Err(io::Error::other("the worker does not answer")),
            Err(Failure::Interrupted) => Err(io::ErrorKind::Interrupted.into()),
        }
    }

    /// Has it apply a module.
    ///
    /// # Errors
    /// If it does not answer in time, or ends.
    pub fn apply(
        &mut self,
        request: &Request,
        timeout: Option<Duration>,
        interrupt: &Interrupt,
    ) -> Result<Response, Failure> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let Some(input) = &mut self.input else { return Err(self.ended()) };
        if frame::write(input, request).is_err() {
            return Err(self.ended());
        }
        self.receive(deadline, interrupt)
    }

    fn receive<T: serde::de::DeserializeOwned>(
        &mut self,
        deadline: Option<Instant>,
        interrupt: &Interrupt,
    ) -> Result<T, Failure> {
        let mut length = [0; 4];
        self.fill(&mut length, deadline, interrupt)?;
        let length = u32::from_le_bytes(length);
        if length > frame::MAX {
            return Err(self.ended());
        }
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes, deadline, interrupt)?;
        frame::decode(&bytes).map_err(|error| Failure::Ended(error.to_string()))
    }

    /// Fills `bytes` from the worker's output, and looks at the clock and for interruptions meanwhile.
    fn fill(
        &mut self,
        bytes: &mut [u8],
        deadline: Option<Instant>,
        interrupt: &Interrupt,
    ) -> Result<(), Failure> {
        let mut at = 0;
        while let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(Failure::TimedOut);
            }
            if interrupt.cause().is_some() {
                return Err(Failure::Interrupted);
            }
            let wait = left.unwrap_or(GLANCE).min(GLANCE);
            let wait = Timespec { tv_sec: 0, tv_nsec: wait.as_nanos().try_into().unwrap_or(0) };
            match poll(&mut [PollFd::new(&self.output, PollFlags::IN)], Some(&wait)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(_) => return Err(self.ended()),
            }
            match self.output.read(rest) {
                Ok(0) => return Err(self.ended()),
                Ok(read) => at += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(self.ended()),
            }
        }
        Ok(())
    }

    /// How it has ended.
    fn ended(&mut self) -> Failure {
        self.input = None;
        if self.process.through.is_some() && self.process.child.stderr.is_some() {
            return Failure::Ended(String::new());
        }
        Failure::Ended(match self.process.child.wait() {
            Ok(status) => match status.signal() {
                Some(signal) => format!("signal {signal}"),
                None => status.to_string(),
            },
            Err(error) => error.to_string(),
        })
    }
}

impl Drop for Worker {
    /// Its end of the pipe tells it to stop and to kill what it has started. It is killed itself if it does not.
    fn drop(&mut self) {
        self.input = None;
        let until = Instant::now() + GRACE;
        while matches!(self.process.child.try_wait(), Ok(None)) {
            if Instant::now() >= until {
                let group = i32::try_from(self.process.child.id()).ok().and_then(Pid::from_raw);
                if let Some(group) = group {
                    // That of another user cannot be killed; it has been told, and nobody waits for it.
                    let _ = kill_process_group(group, Signal::KILL);
                }
                let _ = self.process.child.try_wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
