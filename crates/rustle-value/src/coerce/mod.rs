//! Ansible's coercions of a value to the type of an argument.
//!
//! They serve twice: at build on what a playbook writes literally, and at run time on what templates gave. The messages
//! are those of `ansible.module_utils.common.validation`, which operators know.

mod dictionary;
mod free_form;
mod mode;
mod path;
mod size;

use std::fmt;

use num_traits::{FromPrimitive, ToPrimitive};

use crate::json::{self, DumpsOptions};
use crate::numbers;
use crate::python;
use crate::value::Value;

pub use dictionary::dict;
pub(crate) use free_form::decoded_escape;
pub use free_form::{FreeForm, join_args, parse_kv, split_args, unquote};
pub use mode::{Mode, SymbolicMode, mode};
pub use path::{expand_user, expand_vars, path};
pub use size::{bits, bytes, human_to_bytes};

/// Why a value is not what an argument wants, in Ansible's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoerceError(pub String);

impl CoerceError {
    /// The message for the argument `name`, whose `value` was to become a `wanted` (`int`, `bool` …).
    pub fn of_argument(&self, name: &str, value: &Value, wanted: &str) -> String {
        format!(
            "argument '{name}' is of type {} and we were unable to convert to {wanted}: {self}",
            class_name(value)
        )
    }

    /// The message for one element of the list argument `name`.
    pub fn of_element(&self, name: &str, element: &Value, wanted: &str) -> String {
        format!(
            "Elements value for option '{name}' is of type {} and we were unable to convert to {wanted}: {self}",
            class_name(element)
        )
    }
}

impl fmt::Display for CoerceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CoerceError {}

/// How Python prints the type of `value`: `<class 'str'>`.
pub fn class_name(value: &Value) -> String {
    format!("<class '{}'>", value.type_name())
}

fn refuse<T>(value: &Value, what: &str) -> Result<T, CoerceError> {
    Err(CoerceError(format!("{} cannot be converted to {what}", class_name(value))))
}

/// The text of a value that is text, finished or not.
fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Str(text) | Value::Template(text) => Some(text),
        _ => None,
    }
}

/// What Ansible reads as a boolean: `yes`, `on`, `1`, `true`, `y`, `t` and their opposites in any case, and 1, 0, 1.0, 0.0.
/// `None` for anything else.
pub fn as_boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(bool) => Some(*bool),
        Value::Int(1) => Some(true),
        Value::Int(0) => Some(false),
        Value::Float(float) if *float == 1.0 => Some(true),
        Value::Float(float) if *float == 0.0 => Some(false),
        Value::Str(text) | Value::Template(text) => match text.to_lowercase().trim() {
            "y" | "yes" | "on" | "1" | "true" | "t" => Some(true),
            "n" | "no" | "off" | "0" | "false" | "f" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// `bool`.
///
/// # Errors
/// If the value is none of those that [`as_boolean`] knows.
pub fn boolean(value: &Value) -> Result<bool, CoerceError> {
    match value {
        Value::Bool(_)
        | Value::Int(_)
        | Value::BigInt(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Template(_) => as_boolean(value).ok_or_else(|| not_boolean(value)),
        _ => refuse(value, "a bool"),
    }
}

/// The error for a value that is no boolean. Ansible lists the valid ones in the random order of a set; here it is fixed.
pub fn not_boolean(value: &Value) -> CoerceError {
    let valid = "'y', 'yes', 'on', '1', 'true', 't', 1, 'n', 'no', 'off', '0', 'false', 'f', 0";
    CoerceError(format!(
        "The value '{}' is not a valid boolean. Valid booleans include: {valid}",
        python::str(value)
    ))
}

/// `int`: integers, and text or floats without a fraction (`"8"`, `"8.0"`, `"8e0"`). An argument has 64 bits.
///
/// # Errors
/// If the value is no integer, or too large.
pub fn int(value: &Value) -> Result<i64, CoerceError> {
    let read = match value {
        Value::Int(int) => Some(*int),
        Value::Bool(bool) => Some(i64::from(*bool)),
        Value::Float(float) if float.fract() == 0.0 => {
            num_bigint::BigInt::from_f64(*float).and_then(|int| int.to_i64())
        }
        Value::Str(text) | Value::Template(text) => numbers::decimal_int(text).and_then(|int| int.to_i64()),
        _ => None,
    };
    read.ok_or_else(|| CoerceError(format!("\"{}\" cannot be converted to an int", python::repr(value))))
}

/// `float`: numbers and text that Python's `float()` reads.
///
/// # Errors
/// If the value is no number.
pub fn float(value: &Value) -> Result<f64, CoerceError> {
    let read = match value {
        Value::Float(float) => Some(*float),
        Value::Int(int) => Some(*int as f64),
        Value::BigInt(int) => int.to_f64(),
        Value::Bool(bool) => Some(f64::from(u8::from(*bool))),
        Value::Str(text) | Value::Template(text) => numbers::parse_float(text),
        _ => None,
    };
    match read {
        Some(float) => Ok(float),
        None => refuse(value, "a float"),
    }
}

/// `str`: everything has a text form, `None` the empty one, `true` is `True`, a dictionary is Python's `repr`.
///
/// # Errors
/// If the value is undefined.
pub fn str(value: &Value) -> Result<String, CoerceError> {
    match value {
        Value::None => Ok(String::new()),
        Value::Undefined(undefined) => Err(CoerceError(undefined.message.to_string())),
        Value::Bytes(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
        other => Ok(python::str(other)),
    }
}

/// `list`: lists as they are, text split at commas (without trimming), a number as the only item, as text.
///
/// # Errors
/// If the value is neither.
pub fn list(value: &Value) -> Result<Vec<Value>, CoerceError> {
    match value {
        Value::List(items) => Ok(items.to_vec()),
        Value::Str(text) => Ok(text.split(',').map(Value::str).collect()),
        Value::Template(text) => Ok(text.split(',').map(|item| Value::Template(item.into())).collect()),
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Bool(_) => {
            Ok(vec![Value::from(python::str(value))])
        }
        _ => refuse(value, "a list"),
    }
}

/// An element of a list that cannot be coerced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementError {
    /// Which one, counted from 0; `None` if the value is no list at all.
    pub index: Option<usize>,
    /// The element, or the whole value.
    pub value: Value,
    /// Why.
    pub error: CoerceError,
}

/// `list` whose elements are each coerced by `element`.
///
/// # Errors
/// The first element that cannot be coerced.
pub fn list_of<T>(
    value: &Value,
    element: impl Fn(&Value) -> Result<T, CoerceError>,
) -> Result<Vec<T>, ElementError> {
    let items = list(value).map_err(|error| ElementError { index: None, value: value.clone(), error })?;
    let coerce = |(index, item): (usize, &Value)| {
        element(item).map_err(|error| ElementError { index: Some(index), value: item.clone(), error })
    };
    items.iter().enumerate().map(coerce).collect()
}

/// `raw`: the value as it is.
///
/// # Errors
/// Never; the signature is that of its siblings.
pub fn raw(value: &Value) -> Result<Value, CoerceError> {
    Ok(value.clone())
}

/// `jsonarg`: text without the white space around it; a list or a dictionary as JSON.
///
/// # Errors
/// If the value is neither.
pub fn jsonarg(value: &Value) -> Result<String, CoerceError> {
    match value {
        Value::Str(text) | Value::Template(text) => Ok(text.trim().to_owned()),
        Value::Bytes(bytes) => Ok(String::from_utf8_lossy(bytes).trim().to_owned()),
        Value::List(_) | Value::Tuple(_) | Value::Map(_) => {
            json::dumps(value, &DumpsOptions::default()).map_err(|error| CoerceError(error.to_string()))
        }
        _ => refuse(value, "a json string"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans() {
        for (value, wanted) in [
            (Value::str(" YES "), true),
            (Value::str("t"), true),
            (Value::Int(1), true),
            (Value::Float(1.0), true),
            (Value::str("Off"), false),
            (Value::Int(0), false),
        ] {
            assert_eq!(boolean(&value), Ok(wanted), "{value:?}");
        }
        let message = boolean(&Value::str("maybe")).unwrap_err().0;
        assert!(
            message.starts_with("The value 'maybe' is not a valid boolean. Valid booleans include: "),
            "{message}"
        );
        assert!(boolean(&Value::Int(2)).is_err());
        let message = boolean(&Value::list([])).unwrap_err().0;
        assert_eq!(message, "<class 'list'> cannot be converted to a bool");
    }

    #[test]
    fn numbers() {
        assert_eq!(int(&Value::str(" 8.0 ")), Ok(8));
        assert_eq!(int(&Value::Bool(true)), Ok(1));
        assert_eq!(int(&Value::Float(3.0)), Ok(3));
        assert_eq!(int(&Value::str("x")).unwrap_err().0, "\"'x'\" cannot be converted to an int");
        assert_eq!(int(&Value::Float(1.5)).unwrap_err().0, "\"1.5\" cannot be converted to an int");
        assert_eq!(int(&Value::None).unwrap_err().0, "\"None\" cannot be converted to an int");
        assert_eq!(float(&Value::str("1e3")), Ok(1000.0));
        assert_eq!(float(&Value::str("x")).unwrap_err().0, "<class 'str'> cannot be converted to a float");
    }

    #[test]
    fn text_and_lists() {
        assert_eq!(str(&Value::Bool(true)).unwrap(), "True");
        assert_eq!(str(&Value::None).unwrap(), "");
        assert_eq!(str(&Value::list([Value::str("a")])).unwrap(), "['a']");
        assert_eq!(list(&Value::str("a, b")).unwrap(), [Value::str("a"), Value::str(" b")]);
        assert_eq!(list(&Value::Int(5)).unwrap(), [Value::str("5")]);
        assert_eq!(
            list(&Value::Map(Default::default())).unwrap_err().0,
            "<class 'dict'> cannot be converted to a list"
        );
        assert_eq!(list_of(&Value::str("1,2"), int).unwrap(), [1, 2]);
        let error = list_of(&Value::str("1,x"), int).unwrap_err();
        assert_eq!(error.index, Some(1));
        assert_eq!(
            error.error.of_element("ports", &error.value, "int"),
            "Elements value for option 'ports' is of type <class 'str'> and we were unable to convert to int: \
             \"'x'\" cannot be converted to an int"
        );
    }

    #[test]
    fn json_arguments() {
        let value = Value::list([Value::Int(1), Value::str("é")]);
        assert_eq!(jsonarg(&value).unwrap(), r#"[1, "\u00e9"]"#);
        assert_eq!(jsonarg(&Value::str(" {} ")).unwrap(), "{}");
        assert_eq!(
            jsonarg(&Value::Int(1)).unwrap_err().0,
            "<class 'int'> cannot be converted to a json string"
        );
    }
}
