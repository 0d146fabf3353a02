//! Filters over sequences.

use rustle_value::{Value, ops};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;
use crate::typed_arguments::length as length_of;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("length", length),
    Filter::new("count", length),
    Filter::new("join", join),
    Filter::new("list", list),
    Filter::new("first", first),
    Filter::new("last", last),
    Filter::new("reverse", reverse),
    Filter::new("batch", batch),
    Filter::new("slice", slice),
    Filter::new("sum", sum),
    Filter::new("flatten", flatten),
];

/// How deep `flatten` goes.
const MAX_DEPTH: i64 = 200;

/// The longest list that filling up makes.
const MAX_LENGTH: usize = 1 << 20;

/// `value | length`
fn length(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::from(ops::len(&call.value)?))
}

/// `value | join(d='', attribute=none)`
fn join(call: &mut Call<'_>) -> Result<Value, Error> {
    let between = call.text_arg(0, "d", "")?;
    let attribute = call.given(1, "attribute");
    call.finish()?;
    let mut text = String::new();
    for (index, item) in call.value_items()?.into_iter().enumerate() {
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

/// `value | list`
fn list(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::from(call.value_items()?))
}

/// `value | first`
fn first(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let first = call.iterate(&call.value)?.into_iter().next();
    Ok(first.unwrap_or_else(|| Value::undefined("No first item, sequence was empty.")))
}

/// `value | last`
fn last(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(call
        .iterate(&call.value)?
        .pop()
        .unwrap_or_else(|| Value::undefined("No last item, sequence was empty.")))
}

/// `value | reverse`
fn reverse(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    if let Value::Str(text) = &call.value {
        return Ok(Value::from(text.chars().rev().collect::<String>()));
    }
    if !matches!(call.value, Value::List(_) | Value::Tuple(_) | Value::Map(_) | Value::Bytes(_)) {
        let kind = call.value.type_name();
        return Err(Error::value_error(format!(
            "argument must be iterable: '{kind}' object is not iterable"
        )));
    }
    let mut items = call.value_items()?;
    items.reverse();
    Ok(Value::from(items))
}

/// `value | batch(linecount, fill_with=none)`: rows of so many items
fn batch(call: &mut Call<'_>) -> Result<Value, Error> {
    let width = call.required(0, "linecount")?;
    let fill = call.given(1, "fill_with");
    call.finish()?;
    let width = length_of(crate::typed_arguments::integer(&width)?);
    let items = call.value_items()?;
    if width == 0 {
        // Python's loop begins a new row before the first item.
        return Ok(if items.is_empty() {
            Value::list([])
        } else {
            let mut rows: Vec<Value> = vec![Value::list([])];
            rows.push(Value::from(items));
            Value::from(rows)
        });
    }
    let mut rows: Vec<Value> = Vec::with_capacity(items.len() / width + 1);
    for row in items.chunks(width) {
        let mut row = row.to_vec();
        if let Some(fill) = &fill {
            row.resize(width.min(MAX_LENGTH), fill.clone());
        }
        rows.push(Value::from(row));
    }
    Ok(Value::from(rows))
}

/// `value | slice(slices, fill_with=none)`: so many columns
fn slice(call: &mut Call<'_>) -> Result<Value, Error> {
    let slices = call.required(0, "slices")?;
    let fill = call.given(1, "fill_with");
    call.finish()?;
    let slices = length_of(crate::typed_arguments::integer(&slices)?);
    if slices == 0 {
        return Err(Error::value_error("integer division or modulo by zero"));
    }
    if slices > MAX_LENGTH {
        return Err(Error::value_error("too many slices"));
    }
    let items = call.value_items()?;
    let (each, longer) = (items.len() / slices, items.len() % slices);
    let mut rest = items.as_slice();
    let mut columns: Vec<Value> = Vec::with_capacity(slices);
    for index in 0..slices {
        let (column, behind) = rest.split_at((each + usize::from(index < longer)).min(rest.len()));
        rest = behind;
        let mut column = column.to_vec();
        if index >= longer {
            column.extend(fill.clone());
        }
        columns.push(Value::from(column));
    }
    Ok(Value::from(columns))
}

/// `value | sum(attribute=none, start=0)`
fn sum(call: &mut Call<'_>) -> Result<Value, Error> {
    let attribute = call.given(0, "attribute");
    let start = call.arg(1, "start").unwrap_or(Value::Int(0));
    call.finish()?;
    if matches!(start, Value::Str(_)) {
        return Err(Error::type_error("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    let mut sum = start;
    for item in call.value_items()? {
        let item = match &attribute {
            Some(path) => call.attribute(&item, path)?,
            None => item,
        };
        sum = ops::add(&sum, &item)?;
    }
    Ok(sum)
}

/// `value | flatten(levels=none, skip_nulls=true)`
fn flatten(call: &mut Call<'_>) -> Result<Value, Error> {
    let levels = call.int_arg(0, "levels", MAX_DEPTH)?;
    let skip_nulls = call.arg(1, "skip_nulls").is_none_or(|it| it.is_true());
    call.finish()?;
    let mut out = Vec::new();
    flatten_into(&call.value_items()?, levels.min(MAX_DEPTH), skip_nulls, &mut out);
    Ok(Value::from(out))
}

/// Adds the items, those of inner lists in their place, down to `levels`.
pub(crate) fn flatten_into(items: &[Value], levels: i64, skip_nulls: bool, out: &mut Vec<Value>) {
    for item in items {
        if skip_nulls && (item.is_none() || matches!(item.as_str(), Some("None" | "null"))) {
            continue;
        }
        match item.as_items() {
            Some(inner) if levels >= 1 => flatten_into(inner, levels - 1, skip_nulls, out),
            _ => out.push(item.clone()),
        }
    }
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
        assert!(error.message().ends_with("join() got an unexpected keyword argument 'glue'"), "{error}");
    }
}
