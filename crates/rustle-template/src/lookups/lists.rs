//! Lookups over lists and dictionaries, mostly for `with_` loops.

use rustle_value::{Map, Value};

use super::{flattened, no_more_options};
use crate::call::Call;
use crate::error::Error;
use crate::random::Random;
use crate::registry::Lookup;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[
    Lookup::new("items", items),
    Lookup::new("flattened", flattened_deeply),
    Lookup::new("list", list),
    Lookup::new("dict", dict),
    Lookup::new("indexed_items", indexed_items),
    Lookup::new("nested", nested),
    Lookup::new("cartesian", nested),
    Lookup::new("together", together),
    Lookup::new("random_choice", random_choice),
];

/// The most items that a lookup of this file gives.
const MAX_RESULTS: usize = 1_000_000;

fn terms(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    no_more_options(call)?;
    Ok(call.rest(0))
}

/// `items`: the terms, lists among them one level flat
fn items(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    Ok(flattened(&terms(call)?))
}

/// `flattened`: the terms, lists among them flat at every depth
fn flattened_deeply(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let mut out = Vec::new();
    crate::filters::sequence::flatten_into(&terms(call)?, 200, true, &mut out);
    Ok(out)
}

/// `list`: the terms as they are
fn list(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    terms(call)
}

/// `dict`: the entries of dictionaries as `key` and `value`
fn dict(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let mut out = Vec::new();
    for term in terms(call)? {
        let Value::Map(map) = &term else {
            return Err(Error::type_error(format!(
                "the 'dict' lookup plugin expects a dictionary, got '{term}' of type <class '{}'>)",
                term.type_name()
            )));
        };
        let entry = |(key, value): (&Value, &Value)| {
            Value::Map(Map::from([("key", key.clone()), ("value", value.clone())]))
        };
        out.extend(map.iter().map(entry));
    }
    Ok(out)
}

/// `indexed_items`: pairs of an index from 0 and an item
fn indexed_items(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let items = flattened(&terms(call)?);
    Ok(items.into_iter().enumerate().map(|(index, item)| Value::tuple([Value::from(index), item])).collect())
}

/// `nested`: every combination of an item of each list
fn nested(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let lists = terms(call)?;
    let Some((first, others)) = lists.split_first() else {
        return Err(Error::value_error("with_nested requires at least one element in the nested list"));
    };
    let mut rows: Vec<Value> = call.iterate(first)?;
    for list in others {
        let items = call.iterate(list)?;
        if rows.len().saturating_mul(items.len()) > MAX_RESULTS {
            return Err(Error::value_error(format!("more than {MAX_RESULTS} results")));
        }
        let extended = |row: &Value| {
            let row = row.clone();
            items.iter().map(move |item| Value::from(flattened(&[row.clone(), item.clone()])))
        };
        rows = rows.iter().flat_map(extended).collect();
    }
    rows.iter().map(|row| Ok(Value::from(flattened(&call.iterate(row)?)))).collect()
}

/// `together`: the first items of all lists, the second ones …; `none` where a list is shorter
fn together(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let lists = terms(call)?;
    if lists.is_empty() {
        return Err(Error::value_error("with_together requires at least one element in each list"));
    }
    let lists = lists.iter().map(|list| call.iterate(list)).collect::<Result<Vec<_>, _>>()?;
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let row = |index| {
        let items: Vec<Value> =
            lists.iter().map(|list| list.get(index).cloned().unwrap_or_default()).collect();
        Value::from(flattened(&items))
    };
    Ok((0..longest).map(row).collect())
}

/// `random_choice`: one of the terms
fn random_choice(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    let terms = terms(call)?;
    if terms.is_empty() {
        return Ok(terms);
    }
    let index = Random::new(None)?.below(terms.len() as u64);
    Ok(usize::try_from(index).ok().and_then(|index| terms.get(index)).cloned().into_iter().collect())
}
