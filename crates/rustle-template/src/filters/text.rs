//! Filters over text: case, width, parts.

use rustle_value::{Map, Value, strings};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;
use crate::typed_arguments::length;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("upper", |call| method(call, "upper")),
    Filter::new("lower", |call| method(call, "lower")),
    Filter::new("capitalize", |call| method(call, "capitalize")),
    Filter::new("center", center),
    Filter::new("format", format),
    Filter::new("indent", indent),
    Filter::new("replace", replace),
    Filter::new("split", split),
    Filter::new("string", string),
    Filter::new("title", title),
    Filter::new("trim", trim),
    Filter::new("truncate", truncate),
    Filter::new("wordcount", wordcount),
];

/// What the method `name` of Python's `str` gives for the value's text.
fn method(call: &mut Call<'_>, name: &str) -> Result<Value, Error> {
    call.finish()?;
    call_method(name, &call.value_text()?, &[])
}

fn call_method(name: &str, text: &str, args: &[Value]) -> Result<Value, Error> {
    match strings::call(name, text, args, &Map::new()) {
        Some(result) => Ok(result?),
        None => Err(Error::type_error(format!("'str' object has no attribute '{name}'"))),
    }
}

/// `value | center(width=80)`
fn center(call: &mut Call<'_>) -> Result<Value, Error> {
    let width = call.arg(0, "width").unwrap_or(Value::Int(80));
    call.finish()?;
    call_method("center", &call.value_text()?, &[width])
}

/// `value | format(*args)` or `value | format(**kwargs)`: `value % args`
fn format(call: &mut Call<'_>) -> Result<Value, Error> {
    let (args, kwargs) = (call.rest(0), call.rest_named());
    if !args.is_empty() && !kwargs.is_empty() {
        return Err(Error::value_error("can't handle positional and keyword arguments at the same time"));
    }
    let values = if kwargs.is_empty() { Value::tuple(args) } else { Value::Map(kwargs) };
    Ok(Value::from(rustle_value::format::percent(&call.value_text()?, &values)?))
}

/// `value | indent(width=4, first=false, blank=false)`
fn indent(call: &mut Call<'_>) -> Result<Value, Error> {
    let width = call.arg(0, "width").unwrap_or(Value::Int(4));
    let (first, blank) = (call.flag(1, "first")?, call.flag(2, "blank")?);
    call.finish()?;
    let indention = match &width {
        Value::Str(text) => text.to_string(),
        other => " ".repeat(length(crate::typed_arguments::integer(other)?).min(1 << 16)),
    };
    let Value::Str(text) = &call.value else {
        return Err(Error::type_error(format!(
            "unsupported operand type(s) for +=: '{}' and 'str'",
            call.value.type_name()
        )));
    };
    // One line more than the text has, so that a last line end is kept.
    let text = format!("{text}\n");
    let mut out = String::with_capacity(text.len() * 2);
    for (index, line) in strings::split_lines(&text, false).into_iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        if if index == 0 { first } else { blank || !line.is_empty() } {
            out.push_str(&indention);
        }
        out.push_str(line);
    }
    Ok(Value::from(out))
}

/// `value | replace(old, new, count=none)`
fn replace(call: &mut Call<'_>) -> Result<Value, Error> {
    let old = call.required(0, "old")?;
    let new = call.required(1, "new")?;
    let count = call.given(2, "count").unwrap_or(Value::Int(-1));
    call.finish()?;
    let args = [Value::from(call.text(&old)?), Value::from(call.text(&new)?), count];
    call_method("replace", &call.value_text()?, &args)
}

/// `value | split(sep=none, maxsplit=-1)`
fn split(call: &mut Call<'_>) -> Result<Value, Error> {
    let separator = call.arg(0, "sep").unwrap_or_default();
    let most = call.arg(1, "maxsplit").unwrap_or(Value::Int(-1));
    call.finish()?;
    let Value::Str(text) = &call.value else {
        return Err(Error::type_error(format!(
            "descriptor 'split' for 'str' objects doesn't apply to a '{}' object",
            call.value.type_name()
        )));
    };
    call_method("split", text, &[separator, most])
}

/// `value | string`
fn string(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::from(call.value_text()?))
}

/// `value | title`: words begin behind white space, hyphens and opening brackets, unlike those of Python's `str.title()`.
fn title(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let mut out = String::new();
    let mut in_word = false;
    for c in call.value_text()?.chars() {
        let separates = strings::is_space(c) || matches!(c, '-' | '(' | '{' | '[' | '<');
        if in_word {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        in_word = !separates;
    }
    Ok(Value::from(out))
}

/// `value | trim(chars=none)`
fn trim(call: &mut Call<'_>) -> Result<Value, Error> {
    let chars = call.arg(0, "chars").unwrap_or_default();
    call.finish()?;
    call_method("strip", &call.value_text()?, &[chars])
}

/// `value | truncate(length=255, killwords=false, end='...', leeway=5)`
fn truncate(call: &mut Call<'_>) -> Result<Value, Error> {
    let wanted = call.int_arg(0, "length", 255)?;
    let kill_words = call.flag(1, "killwords")?;
    let end = call.text_arg(2, "end", "...")?;
    let leeway = call.int_arg(3, "leeway", 5)?;
    call.finish()?;
    let end_length = end.chars().count();
    if length(wanted) < end_length {
        return Err(Error::value_error(format!("expected length >= {end_length}, got {wanted}")));
    }
    if leeway < 0 {
        return Err(Error::value_error(format!("expected leeway >= 0, got {leeway}")));
    }
    let text = call.value_text()?;
    if text.chars().count() <= length(wanted) + length(leeway) {
        return Ok(Value::from(text));
    }
    let kept: String = text.chars().take(length(wanted) - end_length).collect();
    let kept =
        if kill_words { kept.as_str() } else { kept.rsplit_once(' ').map_or(&*kept, |(words, _)| words) };
    Ok(Value::from(format!("{kept}{end}")))
}

/// `value | wordcount`
fn wordcount(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let text = call.value_text()?;
    Ok(Value::from(
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count(),
    ))
}
