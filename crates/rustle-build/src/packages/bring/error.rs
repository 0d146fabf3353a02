//! What could not be brought, as a problem.

use std::fmt::Display;

use rustle_playbook::Problem;

/// The problem with what `error` says.
pub(crate) fn refused(code: &'static str, error: &impl Display) -> Box<Problem> {
    Box::new(Problem::error(code, error.to_string()))
}
