//! The methods of the engine's own objects.

use rustle_value::{Object, Value};

use super::super::LoopValue;
use super::super::arguments::Arguments;
use super::super::builtins::{Cycler, Moment};
use crate::error::Error;
use crate::moment::Duration;

/// Whether `object` has a method called `name`.
pub(in crate::eval) fn has(object: &dyn Object, name: &str) -> bool {
    let any = object.as_any();
    if any.is::<LoopValue>() {
        matches!(name, "cycle" | "changed")
    } else if any.is::<Cycler>() {
        matches!(name, "next" | "reset")
    } else if any.is::<Moment>() {
        Moment::METHODS.contains(&name)
    } else {
        any.is::<Duration>() && name == "total_seconds"
    }
}

/// Calls the method `name`, which `object` has.
pub(in crate::eval) fn call(object: &dyn Object, name: &str, args: Arguments) -> Result<Value, Error> {
    let any = object.as_any();
    if let Some(it) = any.downcast_ref::<LoopValue>() {
        return match name {
            "cycle" => it.cycle(&args.positional),
            _ => Ok(it.changed(args.positional)),
        };
    }
    if let Some(cycler) = any.downcast_ref::<Cycler>() {
        args.check(name, 0, 0)?;
        if name == "next" {
            return Ok(cycler.next());
        }
        cycler.reset();
        return Ok(Value::None);
    }
    if let Some(moment) = any.downcast_ref::<Moment>() {
        return moment.method(name, &args.positional);
    }
    if let Some(duration) = any.downcast_ref::<Duration>() {
        args.check(name, 0, 0)?;
        return Ok(Value::Float(duration.total_seconds()));
    }
    Err(Error::type_error(format!("'{}' object has no method '{name}'", object.type_name())))
}
