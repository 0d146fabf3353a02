//! Attributes, items and slices.

use std::sync::Arc;

use rustle_value::Value;

use super::State;
use super::builtins::{BoundMethod, RangeValue};
use super::expressions::hashable;
use crate::error::Error;

impl State<'_> {
    /// `value.name`: an attribute as Python has it, or else an item.
    pub(super) fn attribute(&self, value: &Value, name: &Arc<str>) -> Result<Value, Error> {
        match value {
            Value::Undefined(_) => return Ok(value.clone()),
            Value::Map(map) => {
                if !super::calls::is_method(value, name)
                    && let Some(item) = map.get(name)
                {
                    return self.reached(item.clone());
                }
            }
            Value::Object(object) => {
                if let Some(found) = object.get(name) {
                    return self.reached(found);
                }
            }
            // The pairs of `groupby` have names for their halves. No other pair of anything and a list is told from them:
            // it would have no attributes at all.
            Value::Tuple(pair) => {
                if let [common, items @ Value::List(_)] = &pair[..]
                    && let Some(half) =
                        [("grouper", common), ("list", items)].into_iter().find(|(half, _)| *half == &**name)
                {
                    return self.reached(half.1.clone());
                }
            }
            _ => {}
        }
        Ok(if super::calls::is_method(value, name) {
            Value::Object(Arc::new(BoundMethod { of: value.clone(), name: name.clone() }))
        } else if name.len() > 4 && name.starts_with("__") && name.ends_with("__") {
            let kind = value.type_name();
            Value::undefined(format!("access to attribute '{name}' of '{kind}' object is unsafe."))
        } else {
            missing(value, &Value::Str(name.clone()))
        })
    }

    /// `value[item]`: an item, or else an attribute.
    pub(super) fn item(&self, value: &Value, item: &Value) -> Result<Value, Error> {
        match (value, item) {
            (Value::Undefined(_), _) => return Ok(value.clone()),
            (_, Value::Undefined(undefined)) => return Err(self.trip(undefined)),
            (Value::Map(map), Value::Str(key)) => {
                if let Some(found) = map.get(key) {
                    return self.reached(found.clone());
                }
            }
            (Value::Map(map), key) => {
                if hashable(key).is_ok()
                    && let Some(found) = map.get_value(key)
                {
                    return self.reached(found.clone());
                }
            }
            (Value::List(items) | Value::Tuple(items), _) => {
                if let Some(found) = index_of(item, items.len()).and_then(|index| items.get(index)) {
                    return self.reached(found.clone());
                }
            }
            (Value::Str(text), _) => {
                let found = match index_of(item, usize::MAX >> 1) {
                    Some(index) if !is_negative(item) => text.chars().nth(index),
                    _ => index_of(item, text.chars().count()).and_then(|index| text.chars().nth(index)),
                };
                if let Some(found) = found {
                    return Ok(Value::from(found.to_string()));
                }
            }
            (Value::Bytes(bytes), _) => {
                if let Some(found) = index_of(item, bytes.len()).and_then(|index| bytes.get(index)) {
                    return Ok(Value::from(*found));
                }
            }
            (Value::Object(object), _) => {
                if let Some(range) = object.as_any().downcast_ref::<RangeValue>()
                    && let Some(found) = index_of(item, range.len()).and_then(|index| range.item(index))
                {
                    return Ok(found);
                }
            }
            _ => {}
        }
        if let Value::Str(name) = item
            && (matches!(value, Value::Object(_)) || super::calls::is_method(value, name))
        {
            return self.attribute(value, name);
        }
        Ok(missing(value, item))
    }

    /// The attribute that a path names, as the `attribute` argument of `map` does: `a.b.0`, or an integer.
    pub(crate) fn attribute_path(&self, item: &Value, path: &Value) -> Result<Value, Error> {
        let Value::Str(path) = path else { return self.item(item, path) };
        let mut value = item.clone();
        for part in path.split('.') {
            let key = match part.parse::<i64>() {
                Ok(index) if part.bytes().all(|b| b.is_ascii_digit()) => Value::Int(index),
                _ => Value::str(part),
            };
            value = self.item(&value, &key)?;
        }
        self.settle(value)
    }

    pub(super) fn slice(&self, value: &Value, bounds: &[Value; 3]) -> Result<Value, Error> {
        let pick = |len: usize| indices(bounds, len);
        match value {
            Value::Undefined(_) => Ok(value.clone()),
            Value::List(items) => Ok(Value::from(picked(items, pick(items.len())?))),
            Value::Tuple(items) => Ok(Value::tuple(picked(items, pick(items.len())?))),
            Value::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                Ok(Value::from(picked(&chars, pick(chars.len())?).into_iter().collect::<String>()))
            }
            Value::Bytes(bytes) => {
                let bytes: Vec<u8> = picked(bytes, pick(bytes.len())?);
                Ok(Value::Bytes(bytes.into()))
            }
            Value::Object(object) => match object.as_any().downcast_ref::<RangeValue>() {
                Some(range) => {
                    let (start, stop, step) = limits(bounds, range.len())?;
                    Ok(Value::Object(Arc::new(range.slice(start, stop, step))))
                }
                None => Err(not_subscriptable(value)),
            },
            Value::Map(_) => Err(Error::type_error("unhashable type: 'slice'")),
            other => Err(not_subscriptable(other)),
        }
    }
}

/// The undefined value of an attribute or item that is not there.
#[cold]
pub(super) fn missing(value: &Value, name: &Value) -> Value {
    let kind = value.type_name();
    let of = if value.is_none() { "None".to_owned() } else { format!("{kind} object") };
    Value::undefined(if name.is_true() {
        format!("object of type '{kind}' has no attribute {name:?}")
    } else if name.as_str().is_some() {
        format!("'{of}' has no attribute {name:?}")
    } else {
        format!("{of} has no element {name:?}")
    })
}

fn not_subscriptable(value: &Value) -> Error {
    Error::type_error(format!("'{}' object is not subscriptable", value.type_name()))
}

fn is_negative(index: &Value) -> bool {
    matches!(index, Value::Int(index) if *index < 0)
}

/// Which of `len` items an index means; negative ones count from the end.
fn index_of(index: &Value, len: usize) -> Option<usize> {
    let index = match index {
        Value::Int(index) => *index,
        Value::Bool(bool) => i64::from(*bool),
        _ => return None,
    };
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

fn picked<T: Clone>(items: &[T], indices: Vec<usize>) -> Vec<T> {
    indices.into_iter().filter_map(|index| items.get(index)).cloned().collect()
}

/// Where a slice of `len` items starts, where it stops, and in which steps it goes, by Python's rules.
fn limits(bounds: &[Value; 3], len: usize) -> Result<(i64, i64, i64), Error> {
    let number = |value: &Value| match value {
        Value::None => Ok(None),
        Value::Int(int) => Ok(Some(*int)),
        Value::Bool(bool) => Ok(Some(i64::from(*bool))),
        Value::BigInt(int) => {
            Ok(Some(if int.sign() == num_bigint::Sign::Minus { i64::MIN } else { i64::MAX }))
        }
        _ => Err(Error::type_error("slice indices must be integers or None or have an __index__ method")),
    };
    let [start, stop, step] = bounds;
    let step = number(step)?.unwrap_or(1);
    if step == 0 {
        return Err(Error::value_error("slice step cannot be zero"));
    }
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let clamp = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(bound) if bound < 0 => bound.saturating_add(len).max(low),
        Some(bound) => bound.min(high),
    };
    let start = clamp(number(start)?, if step > 0 { low } else { high });
    let stop = clamp(number(stop)?, if step > 0 { high } else { low });
    Ok((start, stop, step))
}

/// The indices that a slice takes of `len` items.
fn indices(bounds: &[Value; 3], len: usize) -> Result<Vec<usize>, Error> {
    let (start, stop, step) = limits(bounds, len)?;
    let mut indices = Vec::new();
    let mut at = start;
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        indices.extend(usize::try_from(at));
        at = at.saturating_add(step);
    }
    Ok(indices)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_pythons() {
        let of = |start: Option<i64>, stop: Option<i64>, step: Option<i64>| {
            indices(&[start.into(), stop.into(), step.into()], 5).unwrap()
        };
        assert_eq!(of(None, None, None), [0, 1, 2, 3, 4]);
        assert_eq!(of(Some(1), Some(-1), None), [1, 2, 3]);
        assert_eq!(of(None, None, Some(-2)), [4, 2, 0]);
        assert_eq!(of(Some(-100), Some(100), Some(3)), [0, 3]);
        assert_eq!(of(Some(9), None, None), [] as [usize; 0]);
        assert_eq!(of(Some(3), Some(0), Some(-1)), [3, 2, 1]);
        assert!(indices(&[Value::None, Value::None, Value::Int(0)], 5).is_err());
    }
}
