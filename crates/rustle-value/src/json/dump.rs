//! JSON as Python's `json.dumps` writes it.

use std::fmt::Write;

use super::JsonError;
use crate::ops;
use crate::python;
use crate::value::Value;

/// How [`dumps`] writes.
#[derive(Clone, Debug)]
pub struct DumpsOptions {
    /// What each level is indented with; `None` writes everything on one line.
    pub indent: Option<String>,
    /// Whether keys are sorted.
    pub sort_keys: bool,
    /// Whether characters beyond ASCII are written as `\uXXXX`.
    pub ensure_ascii: bool,
    /// What stands between items, and between key and value. `None` is Python's choice: `", "` and `": "`, and without
    /// the space at the end of a line if there is an indent.
    pub separators: Option<(String, String)>,
}

impl Default for DumpsOptions {
    fn default() -> DumpsOptions {
        DumpsOptions { indent: None, sort_keys: false, ensure_ascii: true, separators: None }
    }
}

impl DumpsOptions {
    /// The options of `to_nice_json`: 4 spaces, sorted, characters as they are.
    pub fn nice() -> DumpsOptions {
        DumpsOptions { indent: Some(" ".repeat(4)), sort_keys: true, ..DumpsOptions::default() }
    }
}

/// How deep a value may be nested.
pub(super) const MAX_DEPTH: usize = 500;

/// Python's `json.dumps(value)`. Bytes are written as text and an object as its text form.
///
/// # Errors
/// If something undefined stands in the value, if a key is a tuple or a dictionary, if keys that cannot be compared are
/// to be sorted, or if the value is nested too deeply.
pub fn dumps(value: &Value, options: &DumpsOptions) -> Result<String, JsonError> {
    let (item, key) = match &options.separators {
        Some((item, key)) => (item.as_str(), key.as_str()),
        None if options.indent.is_some() => (",", ": "),
        None => (", ", ": "),
    };
    let mut writer = Writer { out: String::new(), options, item, key, depth: 0 };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer<'a> {
    out: String,
    options: &'a DumpsOptions,
    item: &'a str,
    key: &'a str,
    depth: usize,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) -> Result<(), JsonError> {
        match value {
            Value::None => self.out.push_str("null"),
            Value::Bool(bool) => self.out.push_str(if *bool { "true" } else { "false" }),
            Value::Int(int) => {
                let _ = write!(self.out, "{int}");
            }
            Value::BigInt(int) => {
                let _ = write!(self.out, "{int}");
            }
            Value::Float(float) => self.out.push_str(&float_text(*float)),
            Value::Str(text) | Value::Template(text) => self.text(text),
            Value::Bytes(bytes) => self.text(&String::from_utf8_lossy(bytes)),
            Value::List(items) | Value::Tuple(items) => {
                self.items('[', ']', items, |writer, item| writer.value(item))?;
            }
            Value::Map(map) => {
                let mut entries: Vec<(&Value, &Value)> = map.iter().collect();
                if self.options.sort_keys {
                    ops::sort_by_key(&mut entries, |(key, _)| key)
                        .map_err(|error| JsonError(error.to_string()))?;
                }
                self.items('{', '}', &entries, |writer, (key, value)| writer.entry(key, value))?;
            }
            Value::Object(object) => self.text(&object.text()),
            Value::Undefined(undefined) => return Err(JsonError(undefined.message.to_string())),
            Value::Omit => return Err(JsonError("Object of type Omit is not JSON serializable".into())),
        }
        Ok(())
    }

    fn entry(&mut self, key: &Value, value: &Value) -> Result<(), JsonError> {
        match key {
            Value::Str(text) | Value::Template(text) => self.text(text),
            Value::None => self.out.push_str("\"null\""),
            Value::Bool(bool) => {
                let _ = write!(self.out, "\"{bool}\"");
            }
            Value::Float(float) => {
                let _ = write!(self.out, "\"{}\"", float_text(*float));
            }
            Value::Int(_) | Value::BigInt(_) => {
                let _ = write!(self.out, "\"{}\"", python::str(key));
            }
            other => {
                return Err(JsonError(format!(
                    "keys must be str, int, float, bool or None, not {}",
                    other.type_name()
                )));
            }
        }
        self.out.push_str(self.key);
        self.value(value)
    }

    fn items<T>(
        &mut self,
        open: char,
        close: char,
        items: &[T],
        write: impl Fn(&mut Self, &T) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.out.push(open);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(JsonError("the value is nested too deeply".into()));
        }
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push_str(self.item);
            }
            self.line_break();
            write(self, item)?;
        }
        self.depth -= 1;
        if !items.is_empty() {
            self.line_break();
        }
        self.out.push(close);
        Ok(())
    }

    fn line_break(&mut self) {
        if let Some(indent) = &self.options.indent {
            self.out.push('\n');
            for _ in 0..self.depth {
                self.out.push_str(indent);
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\x08' => self.out.push_str("\\b"),
                '\x0c' => self.out.push_str("\\f"),
                c if c < ' ' || (self.options.ensure_ascii && !(' '..='~').contains(&c)) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let _ = write!(self.out, "\\u{unit:04x}");
                    }
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

fn float_text(float: f64) -> String {
    if float.is_nan() {
        "NaN".into()
    } else if float.is_infinite() {
        if float > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else {
        python::float_repr(float)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::Map;

    #[test]
    fn it_reads_like_python() {
        let value = Value::list([
            Value::Int(1),
            Value::Float(1e16),
            Value::str("é\u{1f600}\x7f\u{1}/"),
            Value::Bool(true),
            Value::None,
            Value::tuple([]),
            Value::Map(Map::from([("b", 1), ("a", 2)])),
        ]);
        assert_eq!(
            dumps(&value, &DumpsOptions::default()).unwrap(),
            r#"[1, 1e+16, "\u00e9\ud83d\ude00\u007f\u0001/", true, null, [], {"b": 1, "a": 2}]"#
        );
    }

    #[test]
    fn indents_and_sorted_keys() {
        let mut map = Map::new();
        map.insert("b", Value::list([Value::Int(1), Value::Int(2)]));
        map.insert("a", Map::new());
        assert_eq!(
            dumps(&Value::Map(map), &DumpsOptions::nice()).unwrap(),
            "{\n    \"a\": {},\n    \"b\": [\n        1,\n        2\n    ]\n}"
        );
    }

    #[test]
    fn keys_become_text() {
        let mut map = Map::new();
        map.insert(Value::Bool(true), 1);
        map.insert(Value::None, 2);
        map.insert(3, 3);
        map.insert(Value::Float(1.5), f64::NAN);
        let text = dumps(&Value::Map(map.clone()), &DumpsOptions::default()).unwrap();
        assert_eq!(text, r#"{"true": 1, "null": 2, "3": 3, "1.5": NaN}"#);
        let sorted = DumpsOptions { sort_keys: true, ..DumpsOptions::default() };
        assert_eq!(
            dumps(&Value::Map(map), &sorted).unwrap_err().0,
            "'<' not supported between instances of 'NoneType' and 'bool'"
        );
        let odd: Map = [(Value::tuple([]), 1)].into_iter().collect();
        assert_eq!(
            dumps(&Value::Map(odd), &DumpsOptions::default()).unwrap_err().0,
            "keys must be str, int, float, bool or None, not tuple"
        );
    }

    #[test]
    fn depth_is_bounded() {
        let mut value = Value::list([]);
        for _ in 0..=MAX_DEPTH {
            value = Value::list([value]);
        }
        assert!(dumps(&value, &DumpsOptions::default()).is_err());
    }
}
