//! JSON with the position of everything.

use std::sync::Arc;

use rustle_value::python::float_repr;
use rustle_value::yaml::{Node, NodeKind, Pos, Span, Style};

/// A key that stands twice in an object: its name, where the last one stands, and where the one before.
pub(crate) struct Twice {
    pub key: String,
    pub span: Span,
    pub before: Span,
}

/// Text that is not JSON.
pub(crate) struct JsonError {
    pub message: String,
    /// In bytes.
    pub offset: usize,
}

/// What `text` says, as nodes like those of YAML, and the keys that stand twice.
///
/// # Errors
/// If the text is not JSON, or nests deeper than 128 levels.
pub(crate) fn parse(text: &str) -> Result<(Node, Vec<Twice>), JsonError> {
    // serde_json says what is JSON. What follows walks over text that is known to be, and only notes where things are.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(at_line(text, &error));
    }
    let mut walk = Walk { text, at: 0, line: 1, line_start: 0, columns: 0, twice: Vec::new() };
    walk.space();
    let root = walk
        .value(0)
        .ok_or_else(|| JsonError { message: "recursion limit exceeded".into(), offset: walk.at })?;
    Ok((root, walk.twice))
}

fn at_line(text: &str, error: &serde_json::Error) -> JsonError {
    let lines: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
    let mut offset = (lines + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    JsonError { message, offset }
}

/// How deep values may be nested.
const DEEPEST: usize = 128;

struct Walk<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    line_start: usize,
    /// Where the columns of the current line were last counted up to, in characters less bytes.
    columns: usize,
    twice: Vec<Twice>,
}

impl Walk<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = bytes.get(self.at) {
            self.at += 1;
            if *byte == b'\n' {
                self.line += 1;
                self.line_start = self.at;
                self.columns = 0;
            }
        }
    }

    /// Goes over `length` bytes that stand on one line.
    fn skip(&mut self, length: usize) {
        let passed = self.text.as_bytes().get(self.at..self.at + length).unwrap_or_default();
        // Bytes that continue a character are no column.
        self.columns += passed.iter().filter(|byte| **byte & 0xc0 == 0x80).count();
        self.at = (self.at + length).min(self.text.len());
    }

    fn pos(&self) -> Pos {
        Pos::new(self.line, self.at - self.line_start - self.columns + 1, self.at)
    }

    /// The value here; `None` if it is nested too deep.
    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        let start = self.pos();
        let value = match self.rest().as_bytes().first() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => NodeKind::Scalar { text: self.string(), style: Style::Double },
            _ => NodeKind::Scalar { text: self.word(), style: Style::Plain },
        };
        Some(Node { value, tag: None, span: Span::new(start, self.at) })
    }

    /// Goes over what stands between two values: white space, and one `,` or `:`. Whether it is `close` instead.
    fn separator(&mut self, close: u8) -> bool {
        self.space();
        match self.rest().as_bytes().first() {
            Some(byte) if *byte == close => {
                self.skip(1);
                return true;
            }
            Some(b',' | b':') => self.skip(1),
            None => return true,
            _ => {}
        }
        self.space();
        false
    }

    fn array(&mut self, depth: usize) -> Option<NodeKind> {
        self.skip(1);
        let mut items = Vec::new();
        while !self.separator(b']') {
            items.push(self.value(depth + 1)?);
        }
        Some(NodeKind::Sequence(items.into()))
    }

    fn object(&mut self, depth: usize) -> Option<NodeKind> {
        self.skip(1);
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut known = std::collections::HashMap::new();
        while !self.separator(b'}') {
            let key = self.value(depth + 1)?;
            self.separator(0);
            let value = self.value(depth + 1)?;
            let name = key.as_text().unwrap_or_default().to_owned();
            match known.get(&name).and_then(|index: &usize| entries.get_mut(*index)) {
                Some(entry) => {
                    self.twice.push(Twice { key: name, span: key.span, before: entry.0.span });
                    *entry = (key, value);
                }
                None => {
                    known.insert(name, entries.len());
                    entries.push((key, value));
                }
            }
        }
        Some(NodeKind::Mapping(entries.into()))
    }

    fn string(&mut self) -> Arc<str> {
        let bytes = self.rest().as_bytes();
        let mut length = 1;
        while let Some(byte) = bytes.get(length) {
            match byte {
                b'"' => break,
                b'\\' => length += 2,
                _ => length += 1,
            }
        }
        let written = self.rest().get(..=length).unwrap_or_default();
        let text = serde_json::from_str::<String>(written).unwrap_or_default();
        self.skip(length + 1);
        text.into()
    }

    /// A number, `true`, `false` or `null`, written as YAML 1.1 reads it.
    fn word(&mut self) -> Arc<str> {
        let rest = self.rest();
        let length = rest.find([',', ':', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len()).max(1);
        let word = rest.get(..length).unwrap_or_default().to_owned();
        self.skip(length);
        let number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && word.contains(['e', 'E']);
        match word.parse::<f64>() {
            Ok(float) if number => float_repr(float).into(),
            _ => word.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_value::json::from_json;

    fn value(text: &str) -> rustle_value::Value {
        parse(text).unwrap_or_else(|error| panic!("{}", error.message)).0.to_value()
    }

    #[test]
    fn values_are_those_of_json() {
        for text in [
            r#"{"a": [1, -2.5, 1e3, 1E-2, true, false, null, "yes", "0644", "\u00e9\n\"\ud83d\ude00", {}], "b": []}"#,
            "\t[ ]\n",
            "12345678901234567890123",
            "\"{{ x }}\"",
        ] {
            let expected = from_json(&serde_json::from_str(text).unwrap());
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn positions_are_exact() {
        let text = "{\n \"ä\": [\"ü\", 7]\n}";
        let (root, _) = parse(text).ok().unwrap();
        let items = root.get("ä").and_then(Node::as_sequence).unwrap();
        let at = items[1].span.start;
        assert_eq!((at.line, at.column), (2, 13));
        assert_eq!(&text[items[0].span.bytes()], "\"ü\"");
    }

    #[test]
    fn the_last_of_two_keys_counts() {
        let (root, twice) = parse(r#"{"a": 1, "a": 2}"#).ok().unwrap();
        assert_eq!(root.to_value().get("a"), Some(&rustle_value::Value::Int(2)));
        assert_eq!(twice.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_told_where() {
        let error = parse("{\"a\": 1,\n  b}").err().unwrap();
        assert_eq!(error.offset, 11);
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&format!("{}{}", "[".repeat(1000), "]".repeat(1000))).is_err());
        assert!(parse("").is_err());
    }
}
