//! Filters that compare: sorting, grouping, the least and the greatest.

use rustc_hash::FxHashSet;
use rustle_value::{Value, ops};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("sort", sort),
    Filter::new("dictsort", dictsort),
    Filter::new("groupby", groupby),
    Filter::new("unique", unique),
    Filter::new("min", min),
    Filter::new("max", max),
];

/// `value` as it is compared: text without case, unless that counts.
fn folded(value: Value, case_sensitive: bool) -> Value {
    match &value {
        Value::Str(text) if !case_sensitive => Value::from(text.to_lowercase()),
        _ => value,
    }
}

/// Sorts pairs of key and item by key; equal ones keep their order, also if it is reversed.
fn sort_pairs(mut pairs: Vec<(Value, Value)>, reverse: bool) -> Result<Vec<(Value, Value)>, Error> {
    if reverse {
        pairs.reverse();
    }
    ops::sort_by_key(&mut pairs, |(key, _)| key)?;
    if reverse {
        pairs.reverse();
    }
    Ok(pairs)
}

/// `value | sort(reverse=false, case_sensitive=false, attribute=none)`; several attributes stand with commas between.
fn sort(call: &mut Call<'_>) -> Result<Value, Error> {
    let reverse = call.flag(0, "reverse")?;
    let case_sensitive = call.flag(1, "case_sensitive")?;
    let attribute = call.given(2, "attribute");
    call.finish()?;
    let paths: Vec<Value> = match &attribute {
        Some(Value::Str(paths)) => paths.split(',').map(Value::str).collect(),
        other => other.iter().cloned().collect(),
    };
    let mut pairs = Vec::new();
    for item in call.value_items()? {
        let key = match paths.as_slice() {
            [] => folded(item.clone(), case_sensitive),
            paths => {
                let keys = paths.iter().map(|path| Ok(folded(call.attribute(&item, path)?, case_sensitive)));
                Value::from(keys.collect::<Result<Vec<_>, Error>>()?)
            }
        };
        pairs.push((key, item));
    }
    Ok(sort_pairs(pairs, reverse)?.into_iter().map(|(_, item)| item).collect())
}

/// `value | dictsort(case_sensitive=false, by='key', reverse=false)`
fn dictsort(call: &mut Call<'_>) -> Result<Value, Error> {
    let case_sensitive = call.flag(0, "case_sensitive")?;
    let by = call.text_arg(1, "by", "key")?;
    let reverse = call.flag(2, "reverse")?;
    call.finish()?;
    if !matches!(by.as_str(), "key" | "value") {
        return Err(Error::value_error("You can only sort by either \"key\" or \"value\""));
    }
    let Value::Map(map) = &call.value else {
        let kind = call.value.type_name();
        return Err(Error::type_error(format!("'{kind}' object has no attribute 'items'")));
    };
    let pair = |(key, value): (&Value, &Value)| {
        let by = if by == "key" { key } else { value };
        (folded(by.clone(), case_sensitive), Value::tuple([key.clone(), value.clone()]))
    };
    Ok(sort_pairs(map.iter().map(pair).collect(), reverse)?.into_iter().map(|(_, item)| item).collect())
}

/// `value | groupby(attribute, default=none, case_sensitive=false)`: pairs of what the items have in common and the items
fn groupby(call: &mut Call<'_>) -> Result<Value, Error> {
    let attribute = call.required(0, "attribute")?;
    let default = call.given(1, "default");
    let case_sensitive = call.flag(2, "case_sensitive")?;
    call.finish()?;
    let mut pairs = Vec::new();
    for item in call.value_items()? {
        let value = match (call.attribute(&item, &attribute)?, &default) {
            (Value::Undefined(_), Some(default)) => default.clone(),
            (value, _) => value,
        };
        let key = folded(value.clone(), case_sensitive);
        pairs.push((key, Value::tuple([value, item])));
    }
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for (key, pair) in sort_pairs(pairs, false)? {
        let Some([shown, item]) = pair.as_items() else { continue };
        match groups.last_mut() {
            Some((last, _, items)) if *last == key => items.push(item.clone()),
            _ => groups.push((key, shown.clone(), vec![item.clone()])),
        }
    }
    Ok(groups.into_iter().map(|(_, shown, items)| Value::tuple([shown, Value::from(items)])).collect())
}

/// Whether Python could put `value` into a set.
pub(super) fn is_hashable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Map(_) => false,
        Value::Tuple(items) => items.iter().all(is_hashable),
        _ => true,
    }
}

/// The items without those that occurred before.
pub(super) fn without_repetitions(items: Vec<Value>) -> Vec<Value> {
    if items.iter().all(is_hashable) {
        let mut seen = FxHashSet::default();
        return items.into_iter().filter(|item| seen.insert(item.clone())).collect();
    }
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// `value | unique(case_sensitive=none, attribute=none)`. Of what cannot be put into a set, case counts always.
fn unique(call: &mut Call<'_>) -> Result<Value, Error> {
    let case_sensitive = call.arg(0, "case_sensitive").unwrap_or_default();
    let attribute = call.given(1, "attribute");
    call.finish()?;
    let items = call.value_items()?;
    let mut keys = Vec::with_capacity(items.len());
    for item in &items {
        let key = match &attribute {
            Some(path) => call.attribute(item, path)?,
            None => item.clone(),
        };
        keys.push(folded(call.defined(key)?, case_sensitive.is_true()));
    }
    if keys.iter().all(is_hashable) {
        let mut seen = FxHashSet::default();
        let fresh = |(item, key)| seen.insert(key).then_some(item);
        return Ok(items.into_iter().zip(keys).filter_map(fresh).collect());
    }
    if let Some(key) = keys.iter().find(|key| !is_hashable(key))
        && (attribute.is_some() || case_sensitive == Value::Bool(false))
    {
        return Err(Error::type_error(format!(
            "Jinja2's unique filter failed and we cannot fall back to Ansible's version as it does not support the \
             parameters supplied: unhashable type: '{}'",
            key.type_name()
        )));
    }
    Ok(Value::from(without_repetitions(items)))
}

/// `value | min(case_sensitive=false, attribute=none)`
fn min(call: &mut Call<'_>) -> Result<Value, Error> {
    extreme(call, ops::less)
}

/// `value | max(case_sensitive=false, attribute=none)`
fn max(call: &mut Call<'_>) -> Result<Value, Error> {
    extreme(call, |candidate, best| ops::compare(ops::Comparison::Greater, candidate, best))
}

/// The first item that no other one is better than.
fn extreme(
    call: &mut Call<'_>,
    better: fn(&Value, &Value) -> Result<bool, ops::OpError>,
) -> Result<Value, Error> {
    let case_sensitive = call.flag(0, "case_sensitive")?;
    let attribute = call.given(1, "attribute");
    call.finish()?;
    let mut best: Option<(Value, Value)> = None;
    for item in call.value_items()? {
        let key = match &attribute {
            Some(path) => call.attribute(&item, path)?,
            None => item.clone(),
        };
        let key = folded(key, case_sensitive);
        let wins = match &best {
            Some((least, _)) => better(&key, least)?,
            None => true,
        };
        if wins {
            best = Some((key, item));
        }
    }
    Ok(match best {
        Some((_, item)) => item,
        None => Value::undefined("No aggregated item, sequence was empty."),
    })
}
