//! The operators of Python on values: what they give, and in which words they fail.

mod arithmetic;
mod compare;
mod power;
mod sequence;

use std::fmt;

use crate::value::{Undefined, Value};

pub use arithmetic::{add, div, floordiv, modulo, mul, sub};
pub use compare::{Comparison, compare, less, sort_by_key};
pub use power::{neg, pos, pow, truncate};
pub use sequence::{concat, contains, item, len, slice};

/// Why an operator failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpError {
    /// An operand is undefined.
    Undefined(Undefined),
    /// `TypeError`: the operands have the wrong types.
    Type(String),
    /// `ValueError`, `IndexError`, `KeyError`: the types are right, the values are not.
    Value(String),
    /// `ZeroDivisionError`.
    ZeroDivision(String),
    /// `OverflowError` and `MemoryError`: the result would be too large.
    Overflow(String),
}

impl OpError {
    /// The name of the Python exception.
    pub fn kind(&self) -> &'static str {
        match self {
            OpError::Undefined(_) => "UndefinedError",
            OpError::Type(_) => "TypeError",
            OpError::Value(_) => "ValueError",
            OpError::ZeroDivision(_) => "ZeroDivisionError",
            OpError::Overflow(_) => "OverflowError",
        }
    }

    /// The message, without the kind.
    pub fn message(&self) -> &str {
        match self {
            OpError::Undefined(undefined) => &undefined.message,
            OpError::Type(message)
            | OpError::Value(message)
            | OpError::ZeroDivision(message)
            | OpError::Overflow(message) => message,
        }
    }
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for OpError {}

/// Fails if one of the operands is undefined.
pub(crate) fn defined(operands: &[&Value]) -> Result<(), OpError> {
    match operands.iter().find_map(|operand| match operand {
        Value::Undefined(undefined) => Some(undefined.clone()),
        _ => None,
    }) {
        Some(undefined) => Err(OpError::Undefined(undefined)),
        None => Ok(()),
    }
}
