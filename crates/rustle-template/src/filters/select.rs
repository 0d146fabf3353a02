//! Filters that apply another filter or a test to every item.

use rustle_value::{Map, Value};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::with_undefined("map", map),
    Filter::with_undefined("select", |call| select(call, false, true)),
    Filter::with_undefined("reject", |call| select(call, false, false)),
    Filter::with_undefined("selectattr", |call| select(call, true, true)),
    Filter::with_undefined("rejectattr", |call| select(call, true, false)),
];

/// The items to go through. What is false as a whole (`none`, an empty text) has none.
fn items(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let value = call.take_value();
    let value = call.defined(value)?;
    if call.truth(&value)? { call.iterate(&value) } else { Ok(Vec::new()) }
}

/// `value | map('filter', *args, **kwargs)` or `value | map(attribute=…, default=none)`
fn map(call: &mut Call<'_>) -> Result<Value, Error> {
    let items = items(call)?;
    if call.args.is_empty() {
        let Some(attribute) = call.named("attribute") else {
            return Err(Error::value_error("map requires a filter argument"));
        };
        let default = call.named("default").filter(|default| !default.is_none());
        if let Some(name) = call.rest_named().keys().next() {
            return Err(Error::value_error(format!("Unexpected keyword argument {name:?}")));
        }
        let attribute = call.defined(attribute)?;
        let mapped = items.iter().map(|item| attribute_or(call, item, &attribute, default.as_ref()));
        return Ok(Value::from(mapped.collect::<Result<Vec<_>, Error>>()?));
    }
    let mut args = call.rest(0);
    let kwargs = call.rest_named();
    let name = call.text(&args.remove(0))?;
    let mapped = items.into_iter().map(|item| call.filter(&name, item, args.clone(), kwargs.clone()));
    Ok(Value::from(mapped.collect::<Result<Vec<_>, Error>>()?))
}

/// The attribute that `path` names; each part of it that is not there is replaced by the default.
fn attribute_or(
    call: &Call<'_>,
    item: &Value,
    path: &Value,
    default: Option<&Value>,
) -> Result<Value, Error> {
    let (Value::Str(path), Some(default)) = (path, default) else {
        let found = call.attribute(item, path)?;
        return Ok(match (found, default) {
            (Value::Undefined(_), Some(default)) => default.clone(),
            (found, _) => found,
        });
    };
    let mut value = item.clone();
    for part in path.split('.') {
        value = call.attribute(&value, &Value::str(part))?;
        if value.is_undefined() {
            value = default.clone();
        }
    }
    Ok(value)
}

/// `value | select('test', *args)`, `value | selectattr('attribute', 'test', *args)` and their opposites. Without a test,
/// truth decides.
fn select(call: &mut Call<'_>, by_attribute: bool, wanted: bool) -> Result<Value, Error> {
    let items = items(call)?;
    let mut args = call.rest(0);
    let kwargs: Map = call.rest_named();
    if items.is_empty() {
        return Ok(Value::list([]));
    }
    let attribute = if by_attribute {
        if args.is_empty() {
            return Err(Error::value_error("Missing parameter for attribute name"));
        }
        Some(call.defined(args.remove(0))?)
    } else {
        None
    };
    let test = if args.is_empty() { None } else { Some(call.text(&args.remove(0))?) };
    let mut kept = Vec::new();
    for item in items {
        let subject = match &attribute {
            Some(path) => call.attribute(&item, path)?,
            None => item.clone(),
        };
        let holds = match &test {
            Some(name) => call.test(name, subject, args.clone(), kwargs.clone())?,
            None => call.truth(&subject)?,
        };
        if holds == wanted {
            kept.push(item);
        }
    }
    Ok(Value::from(kept))
}
