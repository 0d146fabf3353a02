//! The workers of a run.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use rustle_schema::outcome::Outcome;
use rustle_schema::worker::Request;
use rustle_value::Map;

use super::client::{Failure, Worker};
use super::identity;
use crate::executor::Become;
use crate::secrets;
use crate::signals::Interrupt;

/// Workers, started when they are needed and kept.
#[derive(Default)]
pub struct Pool {
    workers: HashMap<Option<Become>, Worker>,
    /// Whether a user is the one that this process is.
    current: HashMap<String, bool>,
}

/// What a task needs of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    user: Option<Become>,
    timeout: Option<Duration>,
}

impl Pool {
    /// What a task needs of a worker; `None` if it needs none.
    pub fn needed(&mut self, user: Option<&Become>, timeout: Option<Duration>) -> Option<Needed> {
        let user = user.filter(|user| !self.is_current(&user.user));
        (user.is_some() || timeout.is_some()).then(|| Needed { user: user.cloned(), timeout })
    }

    fn is_current(&mut self, user: &str) -> bool {
        match self.current.get(user) {
            Some(current) => *current,
            None => {
                let current = identity::is_current(user);
                self.current.insert(user.to_owned(), current);
                current
            }
        }
    }

    /// Applies a module in a worker. Whatever goes wrong with the worker is the task's failure.
    pub fn apply(&mut self, needed: &Needed, mut request: Request, interrupt: &Interrupt) -> Outcome {
        if !self.workers.contains_key(&needed.user) {
            match Worker::start(needed.user.as_ref(), interrupt) {
                Ok(worker) => {
                    self.workers.insert(needed.user.clone(), worker);
                    request.sealed = secrets::sealed_files();
                }
                Err(error) => {
                    return Outcome::failed(cannot_become(needed.user.as_ref(), &error.to_string()));
                }
            }
        }
        let Some(worker) = self.workers.get_mut(&needed.user) else {
            return Outcome::failed("there is no worker");
        };
        let failure = match worker.apply(&request, needed.timeout, interrupt) {
            Ok(response) => return response.outcome,
            Err(failure) => failure,
        };
        // A worker that did not answer is of no use any more.
        self.workers.remove(&needed.user);
        match failure {
            Failure::TimedOut => timed_out(needed.timeout.unwrap_or_default()),
            Failure::Interrupted => Outcome::failed("interrupted"),
            Failure::Ended(how) => Outcome::failed(format!("The module crashed its process: {how}")),
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("workers", &self.workers.len()).finish_non_exhaustive()
    }
}

fn cannot_become(user: Option<&Become>, reason: &str) -> String {
    match user {
        // Ansible's own words, which playbooks and people look for.
        Some(_) if reason.starts_with("Missing") => reason.to_owned(),
        Some(user) => format!("The user {} cannot be become: {reason}", user.user),
        None => format!("A worker cannot be started: {reason}"),
    }
}

fn timed_out(timeout: Duration) -> Outcome {
    let seconds = timeout.as_secs_f64();
    let period =
        if seconds.fract() == 0.0 { rustle_value::Value::Int(seconds as i64) } else { seconds.into() };
    let detail = Map::from([
        (
            "frame",
            rustle_value::Value::str("Configure `DISPLAY_TRACEBACK` to see a traceback on timeout errors."),
        ),
        ("period", period.clone()),
    ]);
    Outcome::failed(format!("Task failed: Timed out after {period} second(s).")).with("timedout", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_user_needs_no_worker() {
        let mut pool = Pool::default();
        let become_ = |user: &str| Become { user: user.into(), method: "sudo".into(), flags: String::new() };
        let uid = rustix::process::geteuid();
        let own =
            crate::fs::users::user_by_id(uid.as_raw()).map_or(uid.as_raw().to_string(), |user| user.name);
        assert_eq!(pool.needed(Some(&become_(&own)), None), None);
        assert_eq!(pool.needed(None, None), None);
        assert!(pool.needed(Some(&become_("no such user")), None).is_some());
        assert!(pool.needed(None, Some(Duration::from_secs(1))).is_some());
    }

    #[test]
    fn a_timeout_says_what_ansible_says() {
        let outcome = timed_out(Duration::from_secs(1));
        assert_eq!(outcome.msg.as_deref(), Some("Task failed: Timed out after 1 second(s)."));
        assert_eq!(
            timed_out(Duration::from_millis(1500)).msg.as_deref(),
            Some("Task failed: Timed out after 1.5 second(s).")
        );
    }
}
