//! What the runtime tells of a run goes into the journal; at the end it is waited for, for a while.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustle_runtime::report::Reporter;
use rustle_runtime::report::linked::Warn;
use rustle_runtime::schema::controller::Summary;
use rustle_runtime::schema::event::Event;

use crate::cleanup::Executable;
use crate::control::Control;
use crate::event_json::{now, timed};
use crate::journal::{Journal, Limits};
use crate::sender::Sender;
use crate::spool::record::Kind;

/// The exit code of a run that went well, and whose report is not acknowledged although that is required: EX_TEMPFAIL of
/// sysexits(3), "try again later".
const UNACKNOWLEDGED: u8 = 75;

/// Tells the controller.
pub(crate) struct Controller {
    /// What sends, until the run begins.
    pub(crate) sender: Option<Sender>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) control: Arc<Control>,
    pub(crate) enough: Limits,
    pub(crate) summary: Summary,
    pub(crate) end: End,
    pub(crate) warn: Warn,
}

/// What is done at the end of a run.
pub(crate) struct End {
    /// How long the controller is waited for.
    pub(crate) wait: Duration,
    /// Whether the report has to be acknowledged.
    pub(crate) required: bool,
    /// The executable as the run began, if it removes itself.
    pub(crate) cleanup: Option<io::Result<Executable>>,
    /// How the operator has what is left delivered.
    pub(crate) advice: String,
}

impl Reporter for Controller {
    fn event(&mut self, event: &Event) {
        match event {
            Event::TaskStart { task, .. } => self.journal.task(task),
            Event::Recap { hosts } => self.summary.recap.clone_from(hosts),
            _ => {}
        }
        let kind = if matches!(event, Event::Start { .. }) { Kind::Start } else { Kind::Event };
        self.journal.add(kind, timed(event), self.enough);
        // Not before there is something to send, and somebody who is told what goes wrong.
        if let Some(sender) = self.sender.take() {
            self.spawn(sender);
        }
        if let Event::End { exit_code, stopped } = event {
            self.summary.exit_code = *exit_code;
            self.summary.stopped.clone_from(stopped);
            self.summary.ended = now();
            self.journal.end(self.summary.clone());
        }
    }

    fn close(&mut self) -> Option<u8> {
        let finished = self.control.wait(Instant::now() + self.end.wait);
        self.journal.notify();
        let told = |journal: &Journal| journal.troubles().into_iter().for_each(|it| self.warn.tell(it));
        if finished.delivered {
            told(&self.journal);
            if let Some(executable) = &self.end.cleanup
                && !self.summary.check
            {
                self.remove(executable, finished.older);
            }
            return None;
        }
        let left = self.journal.settle();
        if let Some(file) = self.journal.unsynced() {
            let _ = file.sync_data();
        }
        told(&self.journal);
        let why = finished.failure.unwrap_or_else(|| "there was no time".into());
        let mut message = format!("the report is not acknowledged ({why})");
        if left.kept > 0 {
            message += &format!("; {}", self.end.advice.replace("{}", &left.kept.to_string()));
        }
        if left.lost > 0 {
            message += &format!("; {} events are lost: {}", left.lost, left.because);
        }
        self.warn.tell(message);
        self.end.required.then_some(UNACKNOWLEDGED)
    }
}

impl Controller {
    fn spawn(&self, sender: Sender) {
        let spawned = std::thread::Builder::new().name("controller".into()).spawn(move || sender.run());
        if let Err(error) = spawned {
            self.control.failed(Some(format!("no thread can be started: {error}")));
            self.control.finish(false, true);
        }
    }

    fn remove(&self, executable: &io::Result<Executable>, older: bool) {
        let failed = |error: &io::Error| format!("the executable cannot be removed: {error}");
        let trouble = match executable {
            _ if older => Some(
                "the executable stays: earlier runs are in the spool, and it is what delivers them".into(),
            ),
            Ok(executable) => executable.remove().err().map(|error| failed(&error)),
            Err(error) => Some(failed(error)),
        };
        if let Some(trouble) = trouble {
            self.warn.tell(trouble);
        }
    }
}
