//! Operators, in the evaluator's terms.

use rustle_value::Value;
use rustle_value::ops::{self, Comparison, OpError};

use crate::ast::{Binary, Comparator};
use crate::error::{Error, ErrorKind};

impl From<OpError> for Error {
    fn from(error: OpError) -> Error {
        let kind = match &error {
            OpError::Undefined(_) => ErrorKind::Undefined,
            OpError::Type(_) => ErrorKind::Type,
            OpError::Value(_) | OpError::ZeroDivision(_) | OpError::Overflow(_) => ErrorKind::Value,
        };
        Error::new(kind, error.message())
    }
}

pub(super) fn minus(value: &Value) -> Result<Value, Error> {
    Ok(ops::neg(value)?)
}

pub(super) fn plus(value: &Value) -> Result<Value, Error> {
    Ok(ops::pos(value)?)
}

pub(super) fn binary(op: Binary, left: &Value, right: &Value) -> Result<Value, Error> {
    Ok(match op {
        Binary::Add => ops::add(left, right)?,
        Binary::Sub => ops::sub(left, right)?,
        Binary::Mul => ops::mul(left, right)?,
        Binary::Div => ops::div(left, right)?,
        Binary::FloorDiv => ops::floordiv(left, right)?,
        Binary::Mod => ops::modulo(left, right)?,
        Binary::Pow => ops::pow(left, right)?,
    })
}

/// `<`, `<=`, `>` or `>=`.
pub(super) fn order(comparator: Comparator, left: &Value, right: &Value) -> Result<bool, Error> {
    let comparison = match comparator {
        Comparator::Le => Comparison::LessOrEqual,
        Comparator::Gt => Comparison::Greater,
        Comparator::Ge => Comparison::GreaterOrEqual,
        _ => Comparison::Less,
    };
    Ok(ops::compare(comparison, left, right)?)
}

/// Sorts as `list.sort` does.
pub(super) fn sort(items: &mut [Value], reverse: bool) -> Result<(), Error> {
    // Reversing before and after keeps equal items in their order.
    if reverse {
        items.reverse();
    }
    ops::sort_by_key(items, |item| item)?;
    if reverse {
        items.reverse();
    }
    Ok(())
}
