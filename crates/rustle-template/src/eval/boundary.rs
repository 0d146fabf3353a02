//! Where errors become undefined values, and where they get the words that Ansible puts around them.

use rustle_value::Value;

use super::State;
use crate::error::{Error, ErrorKind};

impl State<'_> {
    /// What a filter, function, method, macro or variable gave, which stands at `at`: what failed in it flows on as an
    /// undefined value and fails where it is used. If it was something undefined, `default` may still replace it.
    pub(super) fn called(&self, result: Result<Value, Error>, at: Option<u32>) -> Result<Value, Error> {
        match result {
            Err(error) if error.kind() == ErrorKind::Recursion => Err(error),
            Err(error) => Ok(self.defer(match at {
                Some(at) => error.at(at as usize),
                None => error,
            })),
            ok => ok,
        }
    }

    /// The first value among the arguments that is undefined.
    pub(super) fn first_undefined<'v>(&self, mut values: impl Iterator<Item = &'v Value>) -> Option<Value> {
        values.find(|value| value.is_undefined()).cloned()
    }
}

/// What surrounds an error in a filter, test or lookup, which names it.
pub(super) fn of_plugin(error: Error, kind: &str, name: &str) -> Error {
    if error.is_whole() || error.kind() == ErrorKind::Undefined {
        return error;
    }
    error.within(format_args!("The {kind} plugin '{name}' failed: ")).whole()
}

/// What surrounds an error in the text that is evaluated, a `template` or an `expression`.
pub(crate) fn of_text(error: Error, what: &str) -> Error {
    if error.is_whole() || error.kind() == ErrorKind::Undefined {
        return error;
    }
    match error.kind() {
        ErrorKind::Unknown => error.within(format_args!("Syntax error in {what}: ")).whole(),
        _ => error.within(format_args!("Error rendering {what}: ")).whole(),
    }
}
