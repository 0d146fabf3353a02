//! [`Evaluated`]: a bare expression and what came of it.

use rustle_value::{Map, Value};

use super::FromArg;
use super::spec_text::Piece;

/// A bare expression (`debug: var=…`, `assert: that=…`), which the runner evaluates before the module is applied.
///
/// It travels as a mapping of two entries: `expression`, its source, and either `value` or `error`. A value of any other
/// shape is taken as the result itself, with its text as the source.
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
    /// Its value, or why it has none.
    pub result: Result<Value, String>,
}

impl Evaluated {
    /// An expression that was evaluated.
    pub fn new(source: impl Into<String>, result: Result<Value, String>) -> Evaluated {
        Evaluated { source: source.into(), result }
    }

    /// The form in which it travels.
    pub fn to_value(&self) -> Value {
        let mut map = Map::from([("expression", Value::str(&self.source))]);
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
        let travelled = value.as_map().filter(|map| map.len() == 2).and_then(|map| {
            let source = map.get("expression")?.as_str()?;
            match (map.get("value"), map.get("error")) {
                (Some(value), _) => Some(Evaluated::new(source, Ok(value.clone()))),
                (None, Some(Value::Str(why))) => Some(Evaluated::new(source, Err(why.to_string()))),
                _ => None,
            }
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
        ] {
            assert_eq!(Evaluated::from_arg(&it.to_value()), Ok(it));
        }
        let plain = Evaluated::from_arg(&Value::Bool(true)).unwrap();
        assert_eq!((plain.source.as_str(), plain.result), ("True", Ok(Value::Bool(true))));
    }
}
