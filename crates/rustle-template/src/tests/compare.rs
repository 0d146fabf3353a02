//! Tests that compare the value with another one.

use rustle_value::Value;
use rustle_value::ops::{self, Comparison};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Test;

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test::new("eq", |call| equal(call, true)),
    Test::new("==", |call| equal(call, true)),
    Test::new("equalto", |call| equal(call, true)),
    Test::new("ne", |call| equal(call, false)),
    Test::new("!=", |call| equal(call, false)),
    Test::new("lt", |call| ordered(call, Comparison::Less)),
    Test::new("<", |call| ordered(call, Comparison::Less)),
    Test::new("lessthan", |call| ordered(call, Comparison::Less)),
    Test::new("le", |call| ordered(call, Comparison::LessOrEqual)),
    Test::new("<=", |call| ordered(call, Comparison::LessOrEqual)),
    Test::new("gt", |call| ordered(call, Comparison::Greater)),
    Test::new(">", |call| ordered(call, Comparison::Greater)),
    Test::new("greaterthan", |call| ordered(call, Comparison::Greater)),
    Test::new("ge", |call| ordered(call, Comparison::GreaterOrEqual)),
    Test::new(">=", |call| ordered(call, Comparison::GreaterOrEqual)),
    Test::new("sameas", sameas),
    Test::new("in", is_in),
    Test::new("contains", contains),
    Test::new("subset", |call| included(call, true)),
    Test::new("issubset", |call| included(call, true)),
    Test::new("superset", |call| included(call, false)),
    Test::new("issuperset", |call| included(call, false)),
    Test::new("all", |call| quantified(call, true)),
    Test::new("any", |call| quantified(call, false)),
];

/// `value is eq(other)`, `value is ne(other)`
fn equal(call: &mut Call<'_>, wanted: bool) -> Result<bool, Error> {
    let other = call.required(0, "b")?;
    call.finish()?;
    Ok((call.value == other) == wanted)
}

/// `value is lt(other)` and the like
fn ordered(call: &mut Call<'_>, comparison: Comparison) -> Result<bool, Error> {
    let other = call.required(0, "b")?;
    call.finish()?;
    Ok(ops::compare(comparison, &call.value, &other)?)
}

/// `value is sameas(other)`: equal and of one type. Lists and dictionaries are never the same: Ansible hands copies of them
/// to tests.
fn sameas(call: &mut Call<'_>) -> Result<bool, Error> {
    let other = call.required(0, "other")?;
    call.finish()?;
    let is_copied = matches!(call.value, Value::List(_) | Value::Map(_));
    Ok(!is_copied && call.value.type_name() == other.type_name() && call.value == other)
}

/// `value is in(sequence)`
fn is_in(call: &mut Call<'_>) -> Result<bool, Error> {
    let container = call.required(0, "seq")?;
    call.finish()?;
    Ok(ops::contains(&container, &call.value)?)
}

/// `sequence is contains(value)`
fn contains(call: &mut Call<'_>) -> Result<bool, Error> {
    let item = call.required(0, "value")?;
    call.finish()?;
    if matches!(call.value, Value::List(_) | Value::Tuple(_)) {
        return Ok(call.value_items()?.contains(&item));
    }
    Ok(ops::contains(&call.value, &item)?)
}

/// `value is subset(other)`, `value is superset(other)`
fn included(call: &mut Call<'_>, value_in_other: bool) -> Result<bool, Error> {
    let other = call.required(0, "b")?;
    call.finish()?;
    let (items, others) = (call.value_items()?, call.iterate(&other)?);
    for item in items.iter().chain(&others) {
        if matches!(item, Value::List(_) | Value::Map(_)) {
            return Err(Error::type_error(format!("unhashable type: '{}'", item.type_name())));
        }
    }
    let (small, large) = if value_in_other { (items, others) } else { (others, items) };
    Ok(small.iter().all(|item| large.contains(item)))
}

/// `value is all`, `value is any`
fn quantified(call: &mut Call<'_>, all: bool) -> Result<bool, Error> {
    call.finish()?;
    for item in call.value_items()? {
        if call.truth(&item)? != all {
            return Ok(!all);
        }
    }
    Ok(all)
}
