//! Carries out a plan, for the one host that this machine is.
//!
//! The executor walks plays, roles, blocks and tasks in order. A `Flow` says what comes after each step; everything
//! else (failures that are rescued, handlers that wait, variables that are set) is state of the [`Executor`].

mod arguments;
mod attempt;
mod blocks;
mod conditions;
mod handlers;
mod includes;
mod keywords;
mod looping;
mod meta;
pub(crate) mod panics;
mod play;
mod rendering;
mod result;
mod roles;
mod state;
mod tags;
mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustle_schema::event::Event;
use rustle_schema::plan::Plan;
use rustle_schema::report::Recap;

pub use keywords::Become;
pub use state::State;
pub(crate) use task::action_name;

use crate::embedded::Contents;
use crate::report::Reporters;
use crate::settings::Settings;
use crate::signals::Interrupt;
use crate::worker::Pool;

/// What comes after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// The next step.
    Next,
    /// The step has failed: a `rescue` section, if there is one, else the end.
    Failed,
    /// The role ends here.
    EndRole,
    /// The play ends here, without failure.
    EndPlay,
    /// The run ends here; [`Executor::stopped`] says why.
    Stop,
}

/// Why a run ended before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The exit code.
    pub exit_code: i32,
    /// `interrupted`, `terminated`, `timeout`, or an error's text.
    pub reason: String,
    /// Whether it is an error of the plan, which ends the run without a recap, as Ansible does.
    pub fatal: bool,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The exit code.
    pub exit_code: i32,
    /// Why it ended before its end.
    pub stopped: Option<Stopped>,
}

/// Carries out a plan.
pub struct Executor<'p> {
    pub(crate) state: State<'p>,
    reporters: Arc<Reporters>,
    interrupt: Arc<Interrupt>,
    pool: Pool,
    /// How many of the blocks that the current step is in would rescue a failure.
    rescuing: u32,
    /// How many chunks of its list the current step lies in.
    chunks: u32,
    /// Whether handlers run.
    flushing: bool,
    /// Whether `clear_host_errors` has forgotten the failure that an `always` section runs after.
    errors_cleared: bool,
    /// Whether tasks are passed over until `--start-at-task`.
    seeking: bool,
    /// Whether each task is confirmed first.
    stepping: bool,
    stopped: Option<Stopped>,
}

impl<'p> Executor<'p> {
    /// An executor of `plan` for the inventory's `host`.
    pub fn new(
        plan: &'p Plan,
        settings: Settings,
        host: &str,
        files: Arc<dyn Contents>,
        reporters: Arc<Reporters>,
        interrupt: Arc<Interrupt>,
    ) -> Executor<'p> {
        let (seeking, stepping) = (settings.start_at_task.is_some(), settings.step);
        Executor {
            state: State::new(plan, settings, host, files),
            reporters,
            interrupt,
            pool: Pool::default(),
            rescuing: 0,
            chunks: 0,
            flushing: false,
            errors_cleared: false,
            seeking,
            stepping,
            stopped: None,
        }
    }

    /// Runs every play.
    pub fn run(&mut self) -> Ended {
        panics::silence();
        let mut failed = false;
        for play in &self.state.plan.plays {
            match self.play(play) {
                Flow::Next | Flow::EndPlay | Flow::EndRole => {}
                Flow::Failed => {
                    failed = true;
                    break;
                }
                Flow::Stop => break,
            }
        }
        self.tell_start_not_found();
        let recap = self.recap();
        let exit_code = match &self.stopped {
            Some(stopped) => stopped.exit_code,
            None if recap.unreachable > 0 => 4,
            None if failed => 2,
            None => 0,
        };
        Ended { exit_code, stopped: self.stopped.take() }
    }

    /// Says that nothing was run because no task is the one of `--start-at-task`, in Ansible's words and, like there, without
    /// a failure.
    fn tell_start_not_found(&self) {
        let Some(wanted) = self.state.settings.start_at_task.as_deref().filter(|_| self.seeking) else {
            return;
        };
        // A run that was ended before may not have come to it.
        if self.stopped.is_none() {
            self.send(Event::Warning {
                message: format!(
                    "No matching task \"{wanted}\" found. Note: --start-at-task can only follow static includes."
                ),
            });
        }
    }

    /// The numbers so far.
    fn recap(&self) -> Recap {
        self.reporters.recap(self.state.hosts.own())
    }

    /// Changes the numbers.
    fn count(&self, change: impl FnOnce(&mut Recap)) {
        self.reporters.count(self.state.hosts.own(), change);
    }

    fn send(&self, event: Event) {
        self.reporters.send(event);
    }

    /// Tells the warnings that evaluations have left.
    fn send_warnings(&self) {
        for message in self.state.take_warnings() {
            self.send(Event::Warning { message });
        }
    }

    /// Ends the run because the plan cannot be carried out.
    fn stop_with_error(&mut self, reason: String) -> Flow {
        self.stopped = Some(Stopped { exit_code: 1, reason, fatal: true });
        Flow::Stop
    }

    /// Ends the run if somebody has asked for it.
    fn check_interrupt(&mut self) -> Flow {
        let Some(cause) = self.interrupt.cause() else { return Flow::Next };
        let reason = cause.reason().to_owned();
        self.stopped.get_or_insert(Stopped { exit_code: cause.exit_code(), reason, fatal: false });
        Flow::Stop
    }
}
