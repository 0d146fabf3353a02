//! What Python's protocols ask of a value: its items, its truth, its text, what it contains.

use std::sync::Arc;

use rustle_value::Value;

use super::State;
use super::builtins::RangeValue;
use crate::error::Error;

impl State<'_> {
    /// The items over which Python would iterate.
    pub(crate) fn iterate(&self, value: &Value) -> Result<Vec<Value>, Error> {
        Ok(Arc::unwrap_or_clone(self.items(value)?))
    }

    /// The items over which Python would iterate, shared if they are those of a list.
    pub(super) fn items(&self, value: &Value) -> Result<Arc<Vec<Value>>, Error> {
        Ok(match value {
            Value::List(items) | Value::Tuple(items) => items.clone(),
            Value::Map(map) => Arc::new(map.keys().cloned().collect()),
            Value::Str(text) => {
                Arc::new(text.chars().map(|c| Value::str(c.encode_utf8(&mut [0; 4]))).collect())
            }
            Value::Bytes(bytes) => Arc::new(bytes.iter().map(|byte| Value::from(*byte)).collect()),
            Value::Undefined(undefined) => return Err(self.trip(undefined)),
            Value::Object(object) => match object.as_any().downcast_ref::<RangeValue>() {
                Some(range) => Arc::new(range.items()?),
                None => return Err(not_iterable(value)),
            },
            other => return Err(not_iterable(other)),
        })
    }

    /// Python's `str(value)`.
    pub(crate) fn text(&self, value: &Value) -> Result<String, Error> {
        match value {
            Value::Str(text) => Ok(text.to_string()),
            Value::Undefined(undefined) => Err(self.trip(undefined)),
            Value::List(_) | Value::Tuple(_) | Value::Map(_) => {
                let value = self.settle(value.clone())?;
                self.check_defined(&value)?;
                Ok(rustle_value::python::str(&value))
            }
            other => Ok(rustle_value::python::str(other)),
        }
    }

    /// Python's `bool(value)`.
    #[inline]
    pub(crate) fn truth(&self, value: &Value) -> Result<bool, Error> {
        match value {
            Value::Bool(bool) => Ok(*bool),
            Value::Undefined(undefined) => Err(self.trip(undefined)),
            Value::Object(object) => match object.as_any().downcast_ref::<RangeValue>() {
                Some(range) => Ok(range.len() > 0),
                None => Ok(true),
            },
            other => Ok(other.is_true()),
        }
    }

    /// `needle in haystack`
    pub(super) fn contains(&self, haystack: &Value, needle: &Value) -> Result<bool, Error> {
        match haystack {
            Value::List(items) | Value::Tuple(items) => {
                for item in items.iter() {
                    if let (Value::Undefined(undefined), _) | (_, Value::Undefined(undefined)) =
                        (item, needle)
                    {
                        return Err(self.trip(undefined));
                    }
                    if item == needle {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Value::Map(map) => {
                if let Value::Undefined(undefined) = needle {
                    return Err(self.trip(undefined));
                }
                super::expressions::hashable(needle)?;
                Ok(map.get_value(needle).is_some())
            }
            Value::Str(text) => match needle {
                Value::Str(part) => Ok(text.contains(&**part)),
                Value::Undefined(undefined) => Err(self.trip(undefined)),
                other => Err(Error::type_error(format!(
                    "'in <string>' requires string as left operand, not {}",
                    other.type_name()
                ))),
            },
            Value::Bytes(bytes) => match needle {
                Value::Int(byte) => Ok(bytes.iter().any(|it| i64::from(*it) == *byte)),
                Value::Bytes(part) => {
                    Ok(part.is_empty() || bytes.windows(part.len()).any(|window| window == &**part))
                }
                other => Err(Error::type_error(format!(
                    "a bytes-like object is required, not '{}'",
                    other.type_name()
                ))),
            },
            Value::Object(object) => match object.as_any().downcast_ref::<RangeValue>() {
                Some(range) => Ok(range.contains(needle)),
                None => Err(not_container(haystack)),
            },
            other => Err(not_container(other)),
        }
    }
}

fn not_iterable(value: &Value) -> Error {
    Error::type_error(format!("'{}' object is not iterable", value.type_name()))
}

fn not_container(value: &Value) -> Error {
    Error::type_error(format!("argument of type '{}' is not iterable", value.type_name()))
}
