//! The elements of lists within dictionaries.

use rustle_value::{Value, coerce};

use super::no_more_options;
use crate::call::Call;
use crate::error::Error;
use crate::registry::Lookup;

/// The lookups of this file.
pub const LOOKUPS: &[Lookup] = &[Lookup::new("subelements", subelements)];

fn refused(why: &str) -> Error {
    Error::type_error(format!("subelements lookup expects a list of two or three items,{why}"))
}

/// `subelements`: a list (or a dictionary) of dictionaries, the path to a list in each, and `{skip_missing: false}`. Pairs
/// of a dictionary, without that list, and an element of it.
fn subelements(call: &mut Call<'_>) -> Result<Vec<Value>, Error> {
    no_more_options(call)?;
    let terms = call.rest(0);
    let (elements, path, flags) = match terms.as_slice() {
        [elements, path] => (elements, path, None),
        [elements, path, flags] => (elements, path, Some(flags)),
        _ => return Err(refused("")),
    };
    let (Value::List(_) | Value::Map(_), Value::Str(path)) = (elements, path) else {
        return Err(refused(" first a dict or a list, second a string pointing to the subkey"));
    };
    let is_skipped =
        |value: &Value| value.get("skipped").is_some_and(|skipped| *skipped != Value::Bool(false));
    if is_skipped(elements) {
        return Ok(Vec::new());
    }
    let elements: Vec<&Value> = match elements {
        Value::Map(map) => map.values().collect(),
        other => other.as_items().unwrap_or_default().iter().collect(),
    };
    let skip_missing = match flags {
        None => false,
        Some(Value::Map(flags)) if flags.keys().all(|key| key.as_str() == Some("skip_missing")) => {
            flags.get("skip_missing").and_then(coerce::as_boolean).unwrap_or(false)
        }
        Some(_) => {
            return Err(refused(" the optional third item must be a dict with flags ('skip_missing',)"));
        }
    };
    let path: Vec<&str> = path.split('.').collect();
    let mut out = Vec::new();
    for element in elements {
        if element.as_map().is_none() {
            return Err(Error::type_error(format!(
                "subelements lookup expects a dictionary, got '{element}'"
            )));
        }
        if is_skipped(element) {
            continue;
        }
        if let Some((without, items)) = taken(element, &path, skip_missing)? {
            out.extend(items.into_iter().map(|item| Value::tuple([without.clone(), item])));
        }
    }
    Ok(out)
}

/// The element without the list at `path`, and the list. `None` if it is missing and that is allowed.
fn taken(element: &Value, path: &[&str], skip_missing: bool) -> Result<Option<(Value, Vec<Value>)>, Error> {
    let (Some((key, rest)), Value::Map(map)) = (path.split_first(), element) else {
        return Ok(None);
    };
    let Some(found) = map.get(key) else {
        if skip_missing {
            return Ok(None);
        }
        return Err(Error::value_error(format!("could not find '{key}' key in iterated item '{element}'")));
    };
    let mut without = map.clone();
    if rest.is_empty() {
        let Value::List(items) = found else {
            return Err(Error::type_error(format!("the key {key} should point to a list, got '{found}'")));
        };
        let items = items.to_vec();
        without.remove(key);
        return Ok(Some((Value::Map(without), items)));
    }
    if found.as_map().is_none() {
        if skip_missing {
            return Ok(None);
        }
        return Err(Error::type_error(format!("the key {key} should point to a dictionary, got '{found}'")));
    }
    let Some((inner, items)) = taken(found, rest, skip_missing)? else {
        return Ok(None);
    };
    without.insert(*key, inner);
    Ok(Some((Value::Map(without), items)))
}
