//! Filters over sequences.

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] =
    &[Filter::new("length", length), Filter::new("count", length), Filter::new("join", join)];

/// `value | length`
fn length(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let n = match &call.value {
        Value::Str(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) | Value::Tuple(items) => items.len(),
        Value::Map(map) => map.len(),
        other => {
            return Err(Error::type_error(format!("object of type '{}' has no len()", other.type_name())));
        }
    };
    Ok(Value::from(n))
}

/// `value | join(d='', attribute=none)`
fn join(call: &mut Call<'_>) -> Result<Value, Error> {
    let between = call.arg(0, "d").map_or_else(String::new, |it| it.to_string());
    let attribute = call.arg(1, "attribute");
    call.finish()?;
    let mut text = String::new();
    for (index, item) in call.iterate(&call.value)?.into_iter().enumerate() {
        if index > 0 {
            text.push_str(&between);
        }
        let item = match &attribute {
            Some(path) => call.attribute(&item, path)?,
            None => item,
        };
        text.push_str(&call.text(&item)?);
    }
    Ok(Value::from(text))
}

#[cfg(test)]
mod tests {
    use rustle_value::Map;

    use super::*;
    use crate::Engine;

    fn filter(name: &str, value: Value, args: Vec<Value>, kwargs: Map) -> Result<Value, Error> {
        Engine::new().call_filter(name, value, args, kwargs, &Map::new())
    }

    #[test]
    fn join_takes_an_attribute_and_refuses_what_it_does_not_know() {
        let items = Value::list([Value::Map(Map::from([("n", 1)])), Value::Map(Map::from([("n", 2)]))]);
        let joined = filter("join", items.clone(), vec![Value::str("-")], Map::from([("attribute", "n")]));
        assert_eq!(joined, Ok(Value::str("1-2")));
        let error = filter("join", items, vec![], Map::from([("glue", "n")])).unwrap_err();
        assert_eq!(
            error.message(),
            "The filter plugin 'ansible.builtin.join' failed: join() got an unexpected keyword argument 'glue'"
        );
    }
}
