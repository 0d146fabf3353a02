//! JSON as Python's `json.loads` reads it.

use super::JsonError;
use super::dump::MAX_DEPTH;
use crate::map::Map;
use crate::value::Value;

/// Python's `json.loads(text)`: also reads `NaN` and `Infinity`, keeps integers of any size, and of two equal keys the
/// last wins. A lone surrogate becomes U+FFFD.
///
/// # Errors
/// In Python's words, with line, column and character; also if the text is nested too deeply.
pub fn loads(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    if text.starts_with('\u{feff}') {
        return Err(reader.error("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0));
    }
    reader.space();
    let value = reader.value()?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.error("Extra data", reader.at));
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    /// Where the reader stands, in bytes.
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn error(&self, what: &str, at: usize) -> JsonError {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
        JsonError(format!("{what}: line {line} column {column} (char {})", before.chars().count()))
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Value, JsonError> {
        let constants = [
            ("null", Value::None),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        match self.peek() {
            Some(b'"') => self.string().map(Value::from),
            Some(b'[') => self.nested(Self::array),
            Some(b'{') => self.nested(Self::object),
            _ => {
                for (name, value) in constants {
                    if self.rest().starts_with(name) {
                        self.at += name.len();
                        return Ok(value);
                    }
                }
                self.number().ok_or_else(|| self.error("Expecting value", self.at))
            }
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, JsonError>) -> Result<Value, JsonError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("Nested too deeply", self.at));
        }
        self.at += 1;
        self.space();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::from(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::from(items));
                }
                _ => return Err(self.error("Expecting ',' delimiter", self.at)),
            }
            self.space();
        }
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let mut map = Map::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Map(map));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.error("Expecting property name enclosed in double quotes", self.at));
            }
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.error("Expecting ':' delimiter", self.at));
            }
            self.at += 1;
            self.space();
            let value = self.value()?;
            map.insert(key, value);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::Map(map));
                }
                _ => return Err(self.error("Expecting ',' delimiter", self.at)),
            }
            self.space();
        }
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
        let sign = usize::from(bytes.first() == Some(&b'-'));
        let whole = if bytes.get(sign) == Some(&b'0') { 1 } else { digits(sign) };
        if whole == 0 {
            return None;
        }
        let mut end = sign + whole;
        let mut float = false;
        if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
            float = true;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent > 0 {
                end += 1 + sign + exponent;
                float = true;
            }
        }
        let number = rest.get(..end)?;
        let value = if float { Value::Float(number.parse().ok()?) } else { Value::big(number.parse().ok()?) };
        self.at += end;
        Some(value)
    }

    fn string(&mut self) -> Result<String, JsonError> {
        let begin = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(|c| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape(begin)?),
                Some(_) => return Err(self.error("Invalid control character at", self.at)),
                None => return Err(self.error("Unterminated string starting at", begin)),
            }
        }
    }

    fn escape(&mut self, begin: usize) -> Result<char, JsonError> {
        let backslash = self.at;
        let Some(kind) = self.rest().chars().nth(1) else {
            return Err(self.error("Unterminated string starting at", begin));
        };
        self.at += 1 + kind.len_utf8();
        Ok(match kind {
            '"' | '\\' | '/' => kind,
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = self.unit(backslash)?;
                let is_high = (0xd800..0xdc00).contains(&unit);
                if is_high && self.rest().starts_with("\\u") {
                    let behind_high = self.at;
                    self.at += 2;
                    let low = self.unit(behind_high)?;
                    if (0xdc00..0xe000).contains(&low) {
                        let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    self.at = behind_high;
                }
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err(self.error("Invalid \\escape", backslash)),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self, backslash: usize) -> Result<u32, JsonError> {
        let digits = self.rest().get(..4).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|code| u32::from_str_radix(code, 16).ok()) {
            Some(unit) => {
                self.at += 4;
                Ok(unit)
            }
            None => Err(self.error("Invalid \\uXXXX escape", backslash + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_accepts_what_python_accepts() {
        let value = loads(" [1, -0.5e1, 123456789012345678901234567890, NaN, \"a\\u00e9\\ud83d\\ude00\\/\", {\"k\": null}] ").unwrap();
        let text = crate::python::repr(&value);
        assert_eq!(text, "[1, -5.0, 123456789012345678901234567890, nan, 'aé😀/', {'k': None}]");
        assert_eq!(loads(r#""\ud83dx""#).unwrap(), Value::str("\u{fffd}x"));
        assert_eq!(
            loads(r#"{"a": 1, "b": 2, "a": 3}"#).unwrap(),
            Value::Map(Map::from([("a", 3), ("b", 2)]))
        );
    }

    /// Recorded from CPython.
    #[test]
    fn errors_are_pythons() {
        for (text, wanted) in [
            ("", "Expecting value: line 1 column 1 (char 0)"),
            ("{a}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            ("[1\n2]", "Expecting ',' delimiter: line 2 column 1 (char 3)"),
            ("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
            ("1 2", "Extra data: line 1 column 3 (char 2)"),
            ("\"abc", "Unterminated string starting at: line 1 column 1 (char 0)"),
            ("\"a\nb\"", "Invalid control character at: line 1 column 3 (char 2)"),
            ("\"\\x\"", "Invalid \\escape: line 1 column 2 (char 1)"),
            ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
            ("01", "Extra data: line 1 column 2 (char 1)"),
        ] {
            assert_eq!(loads(text).unwrap_err().0, wanted, "{text:?}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(loads(&"[".repeat(100_000)).is_err());
    }
}
