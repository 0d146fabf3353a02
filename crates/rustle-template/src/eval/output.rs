//! What a template renders.

use rustle_value::Value;

use super::State;
use super::files::Module;
use super::finish::{finished, is_missing_else};
use crate::error::Error;

/// What a template has rendered so far. A single value keeps its type; as soon as there is more, all is text.
#[derive(Default)]
pub(crate) enum Output {
    /// Nothing, or nothing but `none`.
    #[default]
    Empty,
    /// One value.
    One(Value),
    /// Text.
    Text(String),
    /// Something undefined was to become text; what follows does not matter.
    Undefined(Value),
}

impl Output {
    /// What was rendered.
    pub(super) fn into_value(self) -> Value {
        match self {
            Output::Empty => Value::None,
            Output::One(value) | Output::Undefined(value) => value,
            Output::Text(text) => Value::from(text),
        }
    }
}

impl State<'_> {
    pub(super) fn push_text(&self, out: &mut Output, text: &str) -> Result<(), Error> {
        match out {
            Output::Text(sum) => sum.push_str(text),
            Output::Empty => *out = Output::One(Value::str(text)),
            Output::Undefined(_) => {}
            Output::One(_) => {
                self.to_text(out)?;
                if let Output::Text(sum) = out {
                    sum.push_str(text);
                }
            }
        }
        Ok(())
    }

    pub(super) fn push(&self, out: &mut Output, value: Value) -> Result<(), Error> {
        match out {
            _ if value.is_none() => {}
            Output::Undefined(_) => {}
            Output::Empty => *out = Output::One(self.printed(value)),
            Output::One(_) => {
                self.to_text(out)?;
                self.push(out, value)?;
            }
            Output::Text(sum) => {
                if let Some(undefined) = self.append(sum, value)? {
                    *out = Output::Undefined(undefined);
                }
            }
        }
        Ok(())
    }

    /// A value as it is when it is printed: later changes to it are not seen. An imported template prints what it renders.
    fn printed(&self, value: Value) -> Value {
        match value {
            Value::List(items) if self.changing.get() => Value::from(items.to_vec()),
            Value::Map(map) if self.changing.get() => {
                Value::Map(map.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
            }
            Value::Object(object) if object.as_any().is::<Module>() => Value::from(object.text()),
            value => value,
        }
    }

    fn to_text(&self, out: &mut Output) -> Result<(), Error> {
        let Output::One(value) = std::mem::take(out) else { return Ok(()) };
        let mut text = String::new();
        *out = match self.append(&mut text, value)? {
            Some(undefined) => Output::Undefined(undefined),
            None => Output::Text(text),
        };
        Ok(())
    }

    /// Appends the text of `value`, or returns what is undefined in it.
    fn append(&self, sum: &mut String, value: Value) -> Result<Option<Value>, Error> {
        use std::fmt::Write as _;
        match &value {
            Value::Str(text) => sum.push_str(text),
            Value::Int(int) => {
                // Writing to a string cannot fail.
                let _ = write!(sum, "{int}");
            }
            Value::Omit => {}
            Value::Bytes(bytes) => sum.push_str(&String::from_utf8_lossy(bytes)),
            Value::Undefined(undefined) if is_missing_else(undefined) => {}
            Value::Undefined(_) => return Ok(Some(value)),
            Value::Object(object) => sum.push_str(&object.text()),
            _ => {
                let value = self.settle(value)?;
                if let Err(error) = self.check_defined(&value) {
                    return Ok(Some(self.defer(error)));
                }
                sum.push_str(&rustle_value::python::str(&finished(value)));
            }
        }
        Ok(None)
    }

    /// What a whole template rendered. If it failed after something undefined was rendered, the latter counts.
    pub(super) fn collected(&self, out: Output, result: Result<(), Error>) -> Result<Value, Error> {
        let value = out.into_value();
        match result {
            Err(error) if self.check_defined(&value).is_ok() => Err(error),
            _ => Ok(value),
        }
    }
}
