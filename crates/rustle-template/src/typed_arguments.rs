//! Arguments of a call as the types that filters, tests and lookups want.

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;

impl Call<'_> {
    /// The value that is piped in.
    pub(crate) fn take_value(&mut self) -> Value {
        std::mem::take(&mut self.value)
    }

    /// Python's `str()` of the value that is piped in.
    pub(crate) fn value_text(&self) -> Result<String, Error> {
        self.text(&self.value)
    }

    /// The items of the value that is piped in, all of which must be defined.
    pub(crate) fn value_items(&self) -> Result<Vec<Value>, Error> {
        self.items_of(&self.value)
    }

    /// The items of a value, all of which must be defined.
    pub(crate) fn items_of(&self, value: &Value) -> Result<Vec<Value>, Error> {
        let items = self.iterate(value)?;
        items.iter().try_for_each(|item| self.check_defined(item))?;
        Ok(items)
    }

    /// Fails if the value is undefined.
    fn check_defined(&self, value: &Value) -> Result<(), Error> {
        if value.is_undefined() { self.defined(value.clone()).map(|_| ()) } else { Ok(()) }
    }

    /// Fails if anything in the value is undefined, however deep.
    pub(crate) fn check_whole(&self, value: &Value) -> Result<(), Error> {
        match value {
            Value::List(items) | Value::Tuple(items) => {
                items.iter().try_for_each(|item| self.check_whole(item))
            }
            Value::Map(map) => map.values().try_for_each(|item| self.check_whole(item)),
            other => self.check_defined(other),
        }
    }

    /// An argument, unless it is left out or `none`.
    pub(crate) fn given(&mut self, index: usize, name: &str) -> Option<Value> {
        self.arg(index, name).filter(|value| !value.is_none())
    }

    /// An argument as text, or what holds if it is left out.
    pub(crate) fn text_arg(&mut self, index: usize, name: &str, default: &str) -> Result<String, Error> {
        self.arg(index, name).map_or_else(|| Ok(default.to_owned()), |value| self.text(&value))
    }

    /// An argument as text, if it is given.
    pub(crate) fn text_given(&mut self, index: usize, name: &str) -> Result<Option<String>, Error> {
        self.given(index, name).map(|value| self.text(&value)).transpose()
    }

    /// An integer argument, or what holds if it is left out or `none`.
    pub(crate) fn int_arg(&mut self, index: usize, name: &str, default: i64) -> Result<i64, Error> {
        self.given(index, name).map_or(Ok(default), |value| integer(&value))
    }

    /// Whether an argument is given and true.
    pub(crate) fn flag(&mut self, index: usize, name: &str) -> Result<bool, Error> {
        self.arg(index, name).map_or(Ok(false), |value| self.truth(&value))
    }
}

/// The integer that `value` is.
pub(crate) fn integer(value: &Value) -> Result<i64, Error> {
    match value {
        Value::Int(int) => Ok(*int),
        Value::Bool(bool) => Ok(i64::from(*bool)),
        Value::BigInt(_) => Err(Error::value_error("cannot fit 'int' into an index-sized integer")),
        other => Err(Error::type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            other.type_name()
        ))),
    }
}

/// The length that an integer means; a negative one means nothing.
pub(crate) fn length(int: i64) -> usize {
    usize::try_from(int).unwrap_or(0)
}
