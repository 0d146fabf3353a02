//! Where errors become undefined values, and where they get the words that Ansible puts around them.

use rustle_value::Value;

use super::State;
use crate::error::{Error, ErrorKind};

impl State<'_> {
    /// What a filter, function, method or macro gave: something undefined that it stumbled over flows on as a value, which
    /// `default` may still replace.
    pub(super) fn called(&self, result: Result<Value, Error>) -> Result<Value, Error> {
        match result {
            Err(error) if error.kind() == ErrorKind::Undefined && !error.is_whole() => {
                Ok(Value::undefined(error.message()))
            }
            other => other,
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
