//! From what an expression gave to a finished value.

use std::sync::Arc;

use rustle_value::{Map, Value};

use super::State;
use super::builtins::RangeValue;
use crate::error::{Error, ErrorKind};

impl State<'_> {
    /// The value as a filter, test or method sees it: no template stands in it any more, and it is as it is now. What is
    /// undefined within a container stays so, since only some of it may be looked at.
    ///
    /// # Errors
    /// If a template in it fails for another reason than something undefined.
    #[inline]
    pub(super) fn settle(&self, value: Value) -> Result<Value, Error> {
        match &value {
            Value::List(_) | Value::Tuple(_) | Value::Map(_)
                if self.lazy.get() || self.identities.changed() =>
            {
                Ok(self.settled(&value, 0)?.unwrap_or(value))
            }
            // What a template gives may be a container with templates of its own.
            Value::Template(text) => match self.render_embedded(text)? {
                rendered @ Value::Template(_) => Ok(rendered),
                rendered => self.settle(rendered),
            },
            Value::Object(object) => match object.as_any().downcast_ref::<RangeValue>() {
                Some(range) => Ok(Value::from(range.items()?)),
                None => Ok(value),
            },
            _ => Ok(value),
        }
    }

    /// Whether [`State::settle`] would have anything to do.
    pub(super) fn is_unsettled(&self, value: &Value) -> bool {
        match value {
            Value::List(_) | Value::Tuple(_) | Value::Map(_) => self.lazy.get() || self.identities.changed(),
            Value::Template(_) | Value::Object(_) => true,
            _ => false,
        }
    }

    /// The settled value, if it differs.
    fn settled(&self, value: &Value, depth: usize) -> Result<Option<Value>, Error> {
        if depth > 200 {
            return Err(super::endless());
        }
        let current = match value {
            Value::List(_) | Value::Map(_) => self.fresh(value.clone()),
            Value::Tuple(_) => value.clone(),
            Value::Template(text) => {
                let rendered = self.render_embedded(text)?;
                return Ok(Some(self.settled(&rendered, depth + 1)?.unwrap_or(rendered)));
            }
            _ => return Ok(None),
        };
        let new = match &current {
            Value::List(items) => self.settled_items(items, depth)?.map(|items| Value::List(Arc::new(items))),
            Value::Tuple(items) => {
                self.settled_items(items, depth)?.map(|items| Value::Tuple(Arc::new(items)))
            }
            Value::Map(map) => self.settled_map(map, depth)?.map(Value::Map),
            _ => None,
        };
        match new {
            Some(new) => {
                self.adopt(value, &new);
                Ok(Some(new))
            }
            None => Ok((!same(&current, value)).then_some(current)),
        }
    }

    fn settled_items(&self, items: &[Value], depth: usize) -> Result<Option<Vec<Value>>, Error> {
        let mut changed: Option<Vec<Value>> = None;
        for (index, item) in items.iter().enumerate() {
            if let Some(new) = self.settled(item, depth + 1)? {
                let changed = changed.get_or_insert_with(|| items.to_vec());
                if let Some(place) = changed.get_mut(index) {
                    *place = new;
                }
            }
        }
        Ok(changed)
    }

    fn settled_map(&self, map: &Map, depth: usize) -> Result<Option<Map>, Error> {
        let mut changed: Option<Map> = None;
        for (key, value) in map {
            if let Some(new) = self.settled(value, depth + 1)? {
                changed.get_or_insert_with(|| map.clone()).insert(key.clone(), new);
            }
        }
        Ok(changed)
    }

    /// The value as the result of an evaluation: tuples become lists, `omit` drops out of containers.
    ///
    /// # Errors
    /// If anything in it is undefined, or is nothing that a variable can hold.
    pub(super) fn finish(&self, value: Value) -> Result<Value, Error> {
        if let Value::Object(object) = &value
            && object.as_any().is::<RangeValue>()
        {
            return Err(unsupported("range"));
        }
        let value = self.settle(value)?;
        self.check(&value)?;
        Ok(finished(value))
    }

    /// Fails if something in the value is undefined or an object.
    pub(super) fn check(&self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Undefined(undefined) if is_missing_else(undefined) => Err(unsupported("Undefined")),
            Value::Undefined(undefined) => Err(self.trip(undefined)),
            Value::List(items) | Value::Tuple(items) => items.iter().try_for_each(|item| self.check(item)),
            Value::Map(map) => map.iter().try_for_each(|(key, value)| match key {
                // A tuple becomes a list, which is no key.
                Value::Tuple(_) => Err(Error::type_error("unhashable type: 'list'")),
                _ => self.check(value),
            }),
            Value::Object(object) if !object.as_any().is::<super::builtins::Moment>() => {
                Err(unsupported(object.type_name()))
            }
            _ => Ok(()),
        }
    }

    /// Fails if something in the value is undefined.
    pub(super) fn check_defined(&self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Undefined(undefined) => Err(self.trip(undefined)),
            Value::List(items) | Value::Tuple(items) => {
                items.iter().try_for_each(|item| self.check_defined(item))
            }
            Value::Map(map) => map.values().try_for_each(|value| self.check_defined(value)),
            _ => Ok(()),
        }
    }
}

fn unsupported(type_name: &str) -> Error {
    Error::new(ErrorKind::Type, format!("Type '{type_name}' is unsupported for variable storage."))
}

/// What the `else` that an inline `if` lacks would have been: it prints as nothing.
pub(super) const MISSING_ELSE: &str =
    "the inline if-expression evaluated to false and no else section was defined.";

pub(super) fn is_missing_else(undefined: &rustle_value::Undefined) -> bool {
    *undefined.message == *MISSING_ELSE
}

/// Whether the two share their content.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => Arc::ptr_eq(a, b),
        (Value::Map(a), Value::Map(b)) => a.address() == b.address(),
        _ => false,
    }
}

/// The value without tuples, and without `omit` in containers.
pub(super) fn finished(value: Value) -> Value {
    if is_finished(&value) {
        return value;
    }
    let items = |items: &[Value]| -> Vec<Value> {
        items.iter().filter(|item| !matches!(item, Value::Omit)).cloned().map(finished).collect()
    };
    match value {
        Value::List(list) | Value::Tuple(list) => Value::List(Arc::new(items(&list))),
        Value::Map(map) => Value::Map(
            map.iter()
                .filter(|(_, value)| !matches!(value, Value::Omit))
                .map(|(key, value)| (plain_key(key), finished(value.clone())))
                .collect(),
        ),
        value => value,
    }
}

/// Keys are not rendered: one that looks like a template is text.
fn plain_key(key: &Value) -> Value {
    match key {
        Value::Template(text) => Value::Str(text.clone()),
        key => key.clone(),
    }
}

fn is_finished(value: &Value) -> bool {
    let of_container = |value: &Value| !matches!(value, Value::Omit) && is_finished(value);
    match value {
        Value::Tuple(_) => false,
        Value::List(items) => items.iter().all(of_container),
        Value::Map(map) => {
            map.iter().all(|(key, value)| !matches!(key, Value::Template(_)) && of_container(value))
        }
        _ => true,
    }
}
