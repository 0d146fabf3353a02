//! Files of variables: `vars_files`, `--extra-vars @file`.

use rustle_value::{Map, Value};

/// The variables of a YAML or JSON file; text that holds a template becomes one.
///
/// # Errors
/// If it does not parse, or is no mapping.
pub fn parse(bytes: &[u8]) -> Result<Map, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match templated(rustle_value::json::from_json(&json)) {
        Value::Map(map) => Ok(map),
        Value::None => Ok(Map::new()),
        other => Err(format!("a mapping was expected, not {}", other.type_name())),
    }
}

/// The same value with every text that holds a template marked as one.
pub fn templated(value: Value) -> Value {
    match value {
        Value::Str(text) if is_template(&text) => Value::Template(text),
        Value::List(items) => Value::list(items.iter().cloned().map(templated)),
        Value::Map(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.clone(), templated(value.clone()))).collect())
        }
        other => other,
    }
}

/// Whether a text that the operator has written holds a template.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|open| text.contains(open))
}
