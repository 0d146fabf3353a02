//! Filters that decide and convert.

use rustle_value::Value;
use rustle_value::python::shell_quote;

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("bool", bool),
    Filter::new("ternary", ternary),
    Filter::with_undefined("type_debug", type_debug),
    Filter::new("quote", quote),
];

/// `value | bool`: what is none of the known words is false, with a warning
fn bool(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let text = match &call.value {
        Value::Bool(bool) => return Ok(Value::Bool(*bool)),
        Value::Str(text) => text.to_lowercase(),
        Value::Int(int) => int.to_string(),
        _ => String::new(),
    };
    match text.as_str() {
        "yes" | "on" | "true" | "1" => return Ok(Value::Bool(true)),
        "no" | "off" | "false" | "0" => return Ok(Value::Bool(false)),
        _ => {}
    }
    let holds = call.value == Value::Int(1);
    let shown = if holds { "True" } else { "False" };
    call.world().warn(&format!(
        "The `bool` filter coerced invalid value {:?} ({}) to {shown}.",
        call.value,
        call.value.type_name()
    ));
    Ok(Value::Bool(holds))
}

/// `value | ternary(true_val, false_val, none_val=none)`
fn ternary(call: &mut Call<'_>) -> Result<Value, Error> {
    let if_true = call.required(0, "true_val")?;
    let if_false = call.required(1, "false_val")?;
    let if_none = call.given(2, "none_val");
    call.finish()?;
    match if_none {
        Some(if_none) if call.value.is_none() => Ok(if_none),
        _ => Ok(if call.truth(&call.value)? { if_true } else { if_false }),
    }
}

/// `value | type_debug`
fn type_debug(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(Value::str(if call.value.is_undefined() { "UndefinedMarker" } else { call.value.type_name() }))
}

/// `value | quote`: one word for a shell
fn quote(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    let text = if call.value.is_none() { String::new() } else { call.value_text()? };
    Ok(Value::from(shell_quote(&text).into_owned()))
}
