//! The elements of lists within dictionaries, each with the dictionary that it comes from.

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[Filter::new("subelements", subelements)];

/// `value | subelements('path.to.list', skip_missing=false)`
fn subelements(call: &mut Call<'_>) -> Result<Value, Error> {
    let path = call.required(0, "subelements")?;
    let skip_missing = call.flag(1, "skip_missing")?;
    call.finish()?;
    let elements: Vec<Value> = match &call.value {
        Value::Map(map) => map.values().cloned().collect(),
        Value::List(items) => items.to_vec(),
        _ => return Err(Error::type_error("obj must be a list of dicts or a nested dict")),
    };
    let path: Vec<Value> = match &path {
        Value::List(parts) => parts.to_vec(),
        Value::Str(path) => path.split('.').map(Value::str).collect(),
        _ => return Err(Error::type_error("subelements must be a list or a string")),
    };
    let mut pairs = Vec::new();
    for element in elements {
        for value in reach(&element, &path, skip_missing)? {
            pairs.push(Value::tuple([element.clone(), value]));
        }
    }
    Ok(Value::from(pairs))
}

/// The list at the end of `path`.
fn reach(element: &Value, path: &[Value], skip_missing: bool) -> Result<Vec<Value>, Error> {
    let mut reached = element;
    for key in path {
        let Value::Map(map) = reached else {
            return Err(Error::type_error(format!(
                "the key {key} should point to a dictionary, got '{reached}'"
            )));
        };
        match map.get_value(key) {
            Some(value) => reached = value,
            None if skip_missing => return Ok(Vec::new()),
            None => {
                return Err(Error::value_error(format!(
                    "could not find {key:?} key in iterated item {reached:?}"
                )));
            }
        }
    }
    match reached {
        Value::List(items) => Ok(items.to_vec()),
        other => {
            let key = path.last().cloned().unwrap_or_default();
            Err(Error::type_error(format!("the key {key:?} should point to a list, got {other:?}")))
        }
    }
}
