//! Filters over dictionaries.

use rustle_value::{Map, Value};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("items", items),
    Filter::new("dict2items", dict2items),
    Filter::new("items2dict", items2dict),
    Filter::new("extract", extract),
    Filter::new("attr", attr),
    Filter::new("rekey_on_member", rekey_on_member),
];

/// `value | items`: pairs
fn items(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let Value::Map(map) = &call.value else {
        return Err(Error::type_error("Can only get item pairs from a mapping."));
    };
    let pair = |(key, value): (&Value, &Value)| Ok(Value::tuple([key.clone(), call.defined(value.clone())?]));
    Ok(Value::from(map.iter().map(pair).collect::<Result<Vec<_>, Error>>()?))
}

/// `value | dict2items(key_name='key', value_name='value')`
fn dict2items(call: &mut Call<'_>) -> Result<Value, Error> {
    let key_name = call.arg(0, "key_name").unwrap_or_else(|| Value::str("key"));
    let value_name = call.arg(1, "value_name").unwrap_or_else(|| Value::str("value"));
    call.finish()?;
    let Value::Map(map) = &call.value else {
        let kind = call.value.type_name();
        return Err(Error::type_error(format!(
            "dict2items requires a dictionary, got <class '{kind}'> instead."
        )));
    };
    let entry = |(key, value): (&Value, &Value)| {
        let value = call.defined(value.clone())?;
        Ok(Value::Map(Map::from([(key_name.clone(), key.clone()), (value_name.clone(), value)])))
    };
    Ok(Value::from(map.iter().map(entry).collect::<Result<Vec<_>, Error>>()?))
}

/// `value | items2dict(key_name='key', value_name='value')`
fn items2dict(call: &mut Call<'_>) -> Result<Value, Error> {
    let key_name = call.arg(0, "key_name").unwrap_or_else(|| Value::str("key"));
    let value_name = call.arg(1, "value_name").unwrap_or_else(|| Value::str("value"));
    call.finish()?;
    let Some(items) = call.value.as_items() else {
        let kind = call.value.type_name();
        return Err(Error::type_error(format!("items2dict requires a list, got <class '{kind}'> instead.")));
    };
    let mut map = Map::with_capacity(items.len());
    for item in items {
        let Value::Map(entry) = item else {
            let all = call.text(&call.value)?;
            return Err(Error::type_error(format!(
                "items2dict requires a list of dictionaries, got {all} instead."
            )));
        };
        let (Some(key), Some(value)) = (entry.get_value(&key_name), entry.get_value(&value_name)) else {
            let all = call.text(&call.value)?;
            return Err(Error::type_error(format!(
                "items2dict requires each dictionary in the list to contain the keys '{key_name}' and \
                 '{value_name}', got {all} instead."
            )));
        };
        map.insert(key.clone(), value.clone());
    }
    Ok(Value::Map(map))
}

/// `key | extract(container, morekeys=none)`
fn extract(call: &mut Call<'_>) -> Result<Value, Error> {
    let container = call.required(0, "container")?;
    let more = call.given(1, "morekeys");
    call.finish()?;
    let mut keys = vec![call.take_value()];
    match more {
        Some(Value::List(more)) => keys.extend(more.iter().cloned()),
        other => keys.extend(other),
    }
    let mut value = container;
    for key in keys {
        // A list keeps the key whole: as text, its dots would take it apart.
        value = match (&value, &key) {
            (Value::Map(map), key) if map.get_value(key).is_some() => {
                map.get_value(key).cloned().unwrap_or_default()
            }
            (Value::Map(_), Value::Str(text)) if text.contains('.') => {
                let kind = value.type_name();
                Value::undefined(format!("object of type '{kind}' has no attribute {key:?}"))
            }
            _ => call.attribute(&value, &key)?,
        };
    }
    Ok(value)
}

/// `value | attr('name')`: an attribute, never an item
fn attr(call: &mut Call<'_>) -> Result<Value, Error> {
    let name = call.required(0, "name")?;
    call.finish()?;
    let name = call.text(&name)?;
    let found = match &call.value {
        Value::Object(object) => object.get(&name),
        _ => None,
    };
    Ok(found.unwrap_or_else(|| {
        Value::undefined(format!("object of type '{}' has no attribute '{name}'", call.value.type_name()))
    }))
}

/// `value | rekey_on_member(key, duplicates='error')`
fn rekey_on_member(call: &mut Call<'_>) -> Result<Value, Error> {
    let key = call.required(0, "key")?;
    let duplicates = call.text_arg(1, "duplicates", "error")?;
    call.finish()?;
    if !matches!(duplicates.as_str(), "error" | "overwrite") {
        let shown = Value::from(duplicates);
        return Err(Error::value_error(format!(
            "duplicates parameter to rekey_on_member has unknown value {shown:?}"
        )));
    }
    let items: Vec<Value> = match &call.value {
        Value::Map(map) => map.values().cloned().collect(),
        Value::List(items) | Value::Tuple(items) => items.to_vec(),
        _ => return Err(Error::type_error("Type is not a valid list, set, or dict")),
    };
    let mut keyed = Map::with_capacity(items.len());
    for item in items {
        let Value::Map(entry) = &item else {
            return Err(Error::type_error("List item is not a valid dict"));
        };
        let Some(name) = entry.get_value(&key).cloned() else {
            return Err(Error::value_error(format!("Key {key:?} was not found.")));
        };
        if duplicates == "error" && keyed.get_value(&name).is_some_and(Value::is_true) {
            return Err(Error::value_error(format!("Key {name:?} is not unique, cannot convert to dict.")));
        }
        keyed.insert(name, item);
    }
    Ok(Value::Map(keyed))
}
