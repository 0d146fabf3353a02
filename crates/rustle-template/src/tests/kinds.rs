//! Tests of what kind of value it is.

use rustle_value::{Map, Value, ops, strings};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Test;

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test::new("none", |call| is(call, Value::is_none)),
    Test::new("boolean", |call| is(call, |it| matches!(it, Value::Bool(_)))),
    Test::new("true", |call| is(call, |it| matches!(it, Value::Bool(true)))),
    Test::new("false", |call| is(call, |it| matches!(it, Value::Bool(false)))),
    Test::new("integer", |call| is(call, |it| matches!(it, Value::Int(_) | Value::BigInt(_)))),
    Test::new("float", |call| is(call, |it| matches!(it, Value::Float(_)))),
    Test::new("number", |call| is(call, is_number)),
    Test::new("string", |call| is(call, |it| matches!(it, Value::Str(_)))),
    Test::new("mapping", |call| is(call, |it| matches!(it, Value::Map(_)))),
    Test::new("sequence", |call| is(call, is_iterable)),
    Test::new("iterable", |call| is(call, is_iterable)),
    Test::new("callable", |call| is(call, is_callable)),
    Test::new("escaped", |call| is(call, |_| false)),
    Test::new("nan", |call| is(call, |it| matches!(it, Value::Float(float) if float.is_nan()))),
    Test::new("isnan", |call| is(call, |it| matches!(it, Value::Float(float) if float.is_nan()))),
    Test::new("odd", |call| remainder(call, 1)),
    Test::new("even", |call| remainder(call, 0)),
    Test::new("divisibleby", divisibleby),
    Test::new("lower", |call| case(call, "islower")),
    Test::new("upper", |call| case(call, "isupper")),
    Test::new("filter", filter),
    Test::new("test", test),
    Test::new("vault_encrypted", |call| is(call, |_| false)),
];

fn is(call: &mut Call<'_>, holds: fn(&Value) -> bool) -> Result<bool, Error> {
    call.finish()?;
    Ok(holds(&call.value))
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Bool(_))
}

/// Whatever has a length has items here too.
fn is_iterable(value: &Value) -> bool {
    matches!(value, Value::Str(_) | Value::Bytes(_) | Value::List(_) | Value::Tuple(_) | Value::Map(_))
}

fn is_callable(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            matches!(
                object.type_name(),
                "function" | "type" | "Macro" | "builtin_function_or_method" | "method"
            )
        }
        _ => false,
    }
}

/// `value is odd`, `value is even`
fn remainder(call: &mut Call<'_>, wanted: i64) -> Result<bool, Error> {
    call.finish()?;
    Ok(ops::modulo(&call.value, &Value::Int(2))? == Value::Int(wanted))
}

/// `value is divisibleby(num)`
fn divisibleby(call: &mut Call<'_>) -> Result<bool, Error> {
    let divisor = call.required(0, "num")?;
    call.finish()?;
    Ok(ops::modulo(&call.value, &divisor)? == Value::Int(0))
}

/// `value is lower`, `value is upper`
fn case(call: &mut Call<'_>, method: &str) -> Result<bool, Error> {
    call.finish()?;
    let text = call.value_text()?;
    Ok(matches!(strings::call(method, &text, &[], &Map::new()), Some(Ok(Value::Bool(true)))))
}

/// `'name' is filter`
fn filter(call: &mut Call<'_>) -> Result<bool, Error> {
    call.finish()?;
    Ok(call.engine().registry().filter(&call.value_text()?).is_some())
}

/// `'name' is test`
fn test(call: &mut Call<'_>) -> Result<bool, Error> {
    call.finish()?;
    Ok(call.engine().registry().test(&call.value_text()?).is_some())
}
