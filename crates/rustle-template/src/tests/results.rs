//! Tests of what a task gave, and of truth.

use rustle_value::{Map, Value, coerce};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Test;

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test::new("failed", |call| entry(call, "failed", "failed")),
    Test::new("failure", |call| entry(call, "failed", "failed")),
    Test::new("succeeded", |call| entry(call, "failed", "failed").map(|it| !it)),
    Test::new("success", |call| entry(call, "failed", "failed").map(|it| !it)),
    Test::new("successful", |call| entry(call, "failed", "failed").map(|it| !it)),
    Test::new("unreachable", |call| entry(call, "unreachable", "unreachable")),
    Test::new("reachable", |call| entry(call, "unreachable", "unreachable").map(|it| !it)),
    Test::new("skipped", |call| entry(call, "skipped", "skipped")),
    Test::new("skip", |call| entry(call, "skipped", "skipped")),
    Test::new("changed", changed),
    Test::new("change", changed),
    Test::new("started", |call| of_async(call, "started")),
    Test::new("finished", |call| of_async(call, "finished")),
    Test::new("timedout", timedout),
    Test::new("truthy", |call| truthy(call, true)),
    Test::new("falsy", |call| truthy(call, false)),
];

/// The result, which must be a dictionary.
fn result<'c>(call: &'c Call<'_>, test: &str) -> Result<&'c Map, Error> {
    call.finish()?;
    match &call.value {
        Value::Map(map) => Ok(map),
        _ => Err(Error::type_error(format!("The '{test}' test expects a dictionary"))),
    }
}

/// Whether the result has a true entry.
fn entry(call: &mut Call<'_>, name: &str, test: &str) -> Result<bool, Error> {
    result(call, test)?.get(name).map_or(Ok(false), |value| call.truth(value))
}

/// `result is changed`; without `changed`, one of its `results` must be
fn changed(call: &mut Call<'_>) -> Result<bool, Error> {
    let map = result(call, "changed")?;
    if let Some(changed) = map.get("changed") {
        return call.truth(changed);
    }
    let results = match map.get("results") {
        Some(Value::List(results)) => results.as_slice(),
        _ => return Ok(false),
    };
    if results.first().is_none_or(|first| first.as_map().is_none()) {
        return Ok(false);
    }
    for result in results {
        if let Some(changed) = result.get("changed")
            && call.truth(changed)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `result is started`, `result is finished`
fn of_async(call: &mut Call<'_>, name: &str) -> Result<bool, Error> {
    match result(call, name)?.get(name) {
        Some(value) => call.truth(value),
        None => {
            let message = format!("The '{name}' test expects an async task, but a non-async task was tested");
            call.world().warn(&message);
            Ok(true)
        }
    }
}

/// `result is timedout`
fn timedout(call: &mut Call<'_>) -> Result<bool, Error> {
    let period = result(call, "timedout")?.get("timedout").and_then(|it| it.get("period"));
    period.map_or(Ok(false), |period| call.truth(period))
}

/// `value is truthy(convert_bool=false)`, `value is falsy(convert_bool=false)`
fn truthy(call: &mut Call<'_>, wanted: bool) -> Result<bool, Error> {
    let convert = call.flag(0, "convert_bool")?;
    call.finish()?;
    let converted = if convert { coerce::as_boolean(&call.value) } else { None };
    let truth = match converted {
        Some(bool) => bool,
        None => call.truth(&call.value)?,
    };
    Ok(truth == wanted)
}
