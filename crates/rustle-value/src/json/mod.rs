//! Values as JSON, in and out, as Ansible shows them: plain, without the marks of [`crate::wire`].
//!
//! [`dumps`] and [`loads`] are Python's `json` module, to the character; [`to_json`] and [`from_json`] go by way of
//! serde_json, for whoever composes larger documents.

mod dump;
mod load;

use std::fmt;

use serde_json::Value as Json;

use crate::map::Map;
use crate::value::Value;

pub use dump::{DumpsOptions, dumps};
pub use load::loads;

/// Why JSON could not be written or read, in Python's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError(pub String);

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonError {}

/// The plain JSON of `value`: tuples become arrays, bytes text, what is undefined `null`, keys text.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::None | Value::Undefined(_) | Value::Omit => Json::Null,
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Int(int) => Json::from(*int),
        Value::BigInt(int) => int.to_string().parse().map_or(Json::Null, Json::Number),
        Value::Float(float) => serde_json::Number::from_f64(*float).map_or(Json::Null, Json::Number),
        Value::Str(text) | Value::Template(text) => Json::from(text.as_ref()),
        Value::Bytes(bytes) => Json::from(String::from_utf8_lossy(bytes)),
        Value::List(items) | Value::Tuple(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(map) => Json::Object(map.iter().map(|(k, v)| (key_text(k), to_json(v))).collect()),
        Value::Object(object) => Json::from(object.text()),
    }
}

/// How JSON writes a key that is not text: `true`, `null`, `1`.
fn key_text(key: &Value) -> String {
    match key {
        Value::None => "null".into(),
        Value::Bool(bool) => bool.to_string(),
        other => crate::python::str(other),
    }
}

/// The value of plain JSON.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Value::Int(int),
            None => match number.to_string().parse::<num_bigint::BigInt>() {
                Ok(big) => Value::big(big),
                Err(_) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
        },
        Json::String(text) => Value::str(text),
        Json::Array(items) => items.iter().map(from_json).collect(),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(k, v)| (k.as_str(), from_json(v))).collect::<Map>())
        }
    }
}
