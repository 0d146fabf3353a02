//! Dictionaries merged into one.

use rustle_value::{Map, Value};

use super::sequence::flatten_into;
use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[Filter::new("combine", combine)];

/// How deep dictionaries are merged.
const MAX_DEPTH: usize = 200;

/// What becomes of two lists under the same key.
#[derive(Clone, Copy)]
enum Lists {
    Replace,
    Keep,
    Append,
    Prepend,
    /// Appended, and what occurs again removed from the first.
    AppendPresent,
    PrependPresent,
}

/// `value | combine(*others, recursive=false, list_merge='replace')`
fn combine(call: &mut Call<'_>) -> Result<Value, Error> {
    let recursive = call.named("recursive").is_some_and(|it| it.is_true());
    let lists = match call.named("list_merge") {
        None => "replace".to_owned(),
        Some(value) => call.text(&value)?,
    };
    if !call.kwargs.is_empty() {
        return Err(Error::value_error("'recursive' and 'list_merge' are the only valid keyword arguments"));
    }
    let mut terms = vec![call.take_value()];
    terms.extend(call.rest(0));
    let mut dictionaries = Vec::new();
    flatten_into(&terms, 1, true, &mut dictionaries);
    // From the last to the first: what stands behind decides what a dictionary before it is merged with.
    let mut rest = dictionaries.into_iter().rev();
    let Some(mut merged) = rest.next() else {
        return Ok(Value::Map(Map::new()));
    };
    for other in rest {
        let lists = match lists.as_str() {
            "replace" => Lists::Replace,
            "keep" => Lists::Keep,
            "append" => Lists::Append,
            "prepend" => Lists::Prepend,
            "append_rp" => Lists::AppendPresent,
            "prepend_rp" => Lists::PrependPresent,
            _ => {
                return Err(Error::value_error(
                    "merge_hash: 'list_merge' argument can only be equal to 'replace', 'keep', 'append', 'prepend', \
                     'append_rp' or 'prepend_rp'",
                ));
            }
        };
        let (Value::Map(low), Value::Map(high)) = (&other, &merged) else {
            return Err(Error::type_error(format!(
                "failed to combine variables, expected dicts but got a '{}' and a '{}'.",
                other.type_name(),
                merged.type_name()
            )));
        };
        merged = Value::Map(merge(low, high, recursive, lists, 0)?);
    }
    Ok(merged)
}

/// `low` with what `high` says.
fn merge(low: &Map, high: &Map, recursive: bool, lists: Lists, depth: usize) -> Result<Map, Error> {
    if depth > MAX_DEPTH {
        return Err(Error::value_error("the dictionaries are nested too deeply"));
    }
    if low.is_empty() || low == high {
        return Ok(high.clone());
    }
    let mut merged = low.clone();
    for (key, above) in high {
        let new = match (low.get_value(key), above) {
            (Some(Value::Map(below)), Value::Map(above)) if recursive => {
                Value::Map(merge(below, above, recursive, lists, depth + 1)?)
            }
            (Some(Value::List(below)), Value::List(above)) => Value::from(merged_lists(below, above, lists)),
            _ => above.clone(),
        };
        merged.insert(key.clone(), new);
    }
    Ok(merged)
}

fn merged_lists(below: &[Value], above: &[Value], lists: Lists) -> Vec<Value> {
    let absent = || below.iter().filter(|item| !above.contains(item)).cloned().collect::<Vec<_>>();
    match lists {
        Lists::Replace => above.to_vec(),
        Lists::Keep => below.to_vec(),
        Lists::Append => [below, above].concat(),
        Lists::Prepend => [above, below].concat(),
        Lists::AppendPresent => [&absent(), above].concat(),
        Lists::PrependPresent => [above, &absent()].concat(),
    }
}
