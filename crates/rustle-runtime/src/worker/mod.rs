//! Other processes of this executable that apply modules: as another user, and where a time limit holds.

use std::time::Duration;

use rustle_schema::outcome::Outcome;
use rustle_schema::worker::Request;

use crate::executor::Become;
use crate::signals::Interrupt;

/// Workers, started when they are needed and kept.
#[derive(Debug, Default)]
pub struct Pool {}

/// What a task needs of a worker.
#[derive(Clone, Debug)]
pub struct Needed {
    user: Option<Become>,
    timeout: Option<Duration>,
}

impl Pool {
    /// What a task needs of a worker; `None` if it needs none.
    pub fn needed(&self, user: Option<&Become>, timeout: Option<Duration>) -> Option<Needed> {
        (user.is_some() || timeout.is_some()).then(|| Needed { user: user.cloned(), timeout })
    }

    /// Applies a module in a worker.
    pub fn apply(&mut self, _needed: &Needed, _request: &Request, _interrupt: &Interrupt) -> Outcome {
        Outcome::failed("no worker")
    }
}

/// The argument by which an executable becomes a worker.
pub const ARGUMENT: &str = "__worker";

/// Serves requests until there are no more.
pub fn serve(_open: impl FnOnce() -> Option<rustle_bundle::Bundle>) -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
