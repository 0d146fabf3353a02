//! Looking for parts: `find`, `count`, `startswith`, `replace` …

use super::Arguments;
use crate::ops::OpError;
use crate::value::Value;

/// The longest text that replacing makes, in bytes.
const MAX_LENGTH: usize = 1 << 28;

pub(super) fn call(name: &str, text: &str, call: &mut Arguments<'_>) -> Option<Result<Value, OpError>> {
    Some(match name {
        "find" | "rfind" | "index" | "rindex" => find(name, text, call),
        "count" => count(text, call),
        "startswith" | "endswith" => affix(name, text, call),
        "replace" => replace(text, call),
        _ => return None,
    })
}

/// The part of `text` between the optional arguments `start` and `end`, and how many characters stand before it. `None`
/// if `start` lies behind the end of the text.
fn window<'t>(text: &'t str, call: &mut Arguments<'_>) -> Result<Option<(&'t str, usize)>, OpError> {
    let (start, end) = (call.int(1, "start", 0)?, call.int(2, "end", i64::MAX)?);
    if start == 0 && end == i64::MAX {
        return Ok(Some((text, 0)));
    }
    let length = text.chars().count();
    let place = |bound: i64| {
        let from_end = length.saturating_sub(usize::try_from(bound.unsigned_abs()).unwrap_or(usize::MAX));
        if bound < 0 { from_end } else { usize::try_from(bound).unwrap_or(usize::MAX) }
    };
    let (start, end) = (place(start), place(end).min(length));
    if start > length {
        return Ok(None);
    }
    let offset = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    Ok(text.get(offset(start)..offset(end.max(start))).filter(|_| end >= start).map(|part| (part, start)))
}

fn find(name: &str, text: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let part = call.text(0, "sub")?;
    let found = window(text, call)?.and_then(|(window, before)| {
        let at = if name.starts_with('r') { window.rfind(&*part) } else { window.find(&*part) }?;
        Some(before + window.get(..at)?.chars().count())
    });
    match found {
        Some(index) => Ok(Value::from(index)),
        None if name.ends_with("find") => Ok(Value::Int(-1)),
        None => Err(OpError::Value("substring not found".into())),
    }
}

fn count(text: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let part = call.text(0, "sub")?;
    Ok(Value::from(window(text, call)?.map_or(0, |(window, _)| window.matches(&*part).count())))
}

fn affix(name: &str, text: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let wanted = call.required(0, "prefix")?;
    let parts = match &wanted {
        Value::Tuple(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let window = window(text, call)?;
    for part in parts {
        let (Value::Str(part) | Value::Template(part)) = part else {
            let what = if matches!(wanted, Value::Tuple(_)) {
                format!("tuple for {name} must only contain str, not {}", part.type_name())
            } else {
                format!("{name} first arg must be str or a tuple of str, not {}", part.type_name())
            };
            return Err(OpError::Type(what));
        };
        let holds = window.is_some_and(|(window, _)| {
            if name == "startswith" { window.starts_with(&**part) } else { window.ends_with(&**part) }
        });
        if holds {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn replace(text: &str, call: &mut Arguments<'_>) -> Result<Value, OpError> {
    let (old, new) = (call.text(0, "old")?, call.text(1, "new")?);
    let count = usize::try_from(call.int(2, "count", -1)?).unwrap_or(usize::MAX);
    let places = text.matches(&*old).count().min(count);
    if places.saturating_mul(new.len()).saturating_add(text.len()) > MAX_LENGTH {
        return Err(OpError::Overflow("the result is too large".into()));
    }
    Ok(Value::from(text.replacen(&*old, &new, count)))
}
