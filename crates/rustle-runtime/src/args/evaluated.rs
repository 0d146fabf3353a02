//! [`Evaluated`]: a bare expression and what came of it.

use rustle_value::{Map, Value};

use super::FromArg;
use super::spec_text::Piece;

/// A bare expression (`debug: var=…`, `assert: that=…`), which the runner evaluates before the module is applied.
///
/// It travels as a mapping: `expression`, its source, `meant` where that stands for another, and either `value` or `error`.
/// A value of any other shape is taken as the result itself, with its text as the source.
///
/// ```
/// use rustle_runtime::args::{Evaluated, FromArg};
/// use rustle_runtime::value::Value;
///
/// let holds = Evaluated::new("port > 1024", Ok(Value::Bool(true)));
/// assert_eq!(Evaluated::from_arg(&holds.to_value()), Ok(holds));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// The expression as it was written.
    pub source: String,
    /// The expression that was evaluated, where a template was written that stands for it: `{{ condition }}`.
    pub meant: Option<String>,
    /// Its value, or why it has none.
    pub result: Result<Value, String>,
}

impl Evaluated {
    /// An expression that was evaluated.
    pub fn new(source: impl Into<String>, result: Result<Value, String>) -> Evaluated {
        Evaluated { source: source.into(), meant: None, result }
    }

    /// The expression that was evaluated: what the source stands for, or the source itself.
    pub fn expression(&self) -> &str {
        self.meant.as_deref().unwrap_or(&self.source)
    }

    /// The form in which it travels.
    pub fn to_value(&self) -> Value {
        let mut map = Map::from([("expression", Value::str(&self.source))]);
        if let Some(meant) = &self.meant {
            map.insert("meant", meant.as_str());
        }
        match &self.result {
            Ok(value) => map.insert("value", value.clone()),
            Err(why) => map.insert("error", why.as_str()),
        };
        Value::Map(map)
    }
}

impl FromArg for Evaluated {
    const KIND: &'static [Piece] = &[Piece::Text("\"raw\"")];

    fn from_arg(value: &Value) -> Result<Evaluated, String> {
        let travelled = value.as_map().and_then(|map| {
            let source = map.get("expression")?.as_str()?;
            let meant = map.get("meant").and_then(Value::as_str).map(str::to_owned);
            let result = match (map.get("value"), map.get("error")) {
                (Some(value), None) => Ok(value.clone()),
                (None, Some(Value::Str(why))) => Err(why.to_string()),
                _ => return None,
            };
            let entries = 2 + usize::from(meant.is_some());
            (map.len() == entries).then(|| Evaluated { meant, ..Evaluated::new(source, result) })
        });
        Ok(travelled.unwrap_or_else(|| Evaluated::new(value.to_string(), Ok(value.clone()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_travels() {
        for it in [
            Evaluated::new("a > 1", Ok(Value::Bool(true))),
            Evaluated::new("b", Err("'b' is undefined".into())),
            Evaluated { meant: Some("a > 1".into()), ..Evaluated::new("{{ c }}", Ok(Value::Bool(true))) },
        ] {
            assert_eq!(Evaluated::from_arg(&it.to_value()), Ok(it));
        }
        let plain = Evaluated::from_arg(&Value::Bool(true)).unwrap();
        assert_eq!((plain.source.as_str(), plain.result), ("True", Ok(Value::Bool(true))));
    }
}
