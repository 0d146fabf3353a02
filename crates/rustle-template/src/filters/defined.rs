//! Filters about what is undefined.

use rustle_value::Value;

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::with_undefined("default", default),
    Filter::with_undefined("d", default),
    Filter::with_undefined("mandatory", mandatory),
];

/// `value | default(default_value='', boolean=false)`
fn default(call: &mut Call<'_>) -> Result<Value, Error> {
    let other = call.arg(0, "default_value").unwrap_or_else(|| Value::str(""));
    let falsy_too = call.arg(1, "boolean");
    call.finish()?;
    let falsy_too = match falsy_too {
        None => false,
        Some(Value::Bool(bool)) => bool,
        Some(other) => {
            return Err(Error::type_error(format!(
                "The 'boolean' argument must be of type 'bool', not '{}'.",
                other.type_name()
            )));
        }
    };
    let value = call.take_value();
    if value.is_undefined() || (falsy_too && !call.truth(&value)?) { Ok(other) } else { Ok(value) }
}

/// `value | mandatory(msg=none)`
fn mandatory(call: &mut Call<'_>) -> Result<Value, Error> {
    let message = call.given(0, "msg");
    call.finish()?;
    let Value::Undefined(undefined) = &call.value else {
        return Ok(call.take_value());
    };
    if let Some(message) = message {
        let message = call.defined(message)?;
        return Err(Error::user(call.text(&message)?));
    }
    // The name of a variable begins the message, that of an attribute ends it.
    let message = &undefined.message;
    let name =
        message.strip_suffix(" is undefined").or_else(|| Some(message.split_once(" has no attribute ")?.1));
    let name = name.filter(|name| name.starts_with('\'')).map_or(String::new(), |name| format!("{name} "));
    Err(Error::user(format!("Mandatory variable {name}not defined.")))
}
