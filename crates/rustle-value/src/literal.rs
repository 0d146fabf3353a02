//! Python literals as text: what `ast.literal_eval` reads.

use crate::coerce;
use crate::map::Map;
use crate::numbers;
use crate::value::Value;

/// How deep a literal may be nested.
const MAX_DEPTH: usize = 100;

/// The value of a Python literal: strings, bytes, numbers, tuples, lists, dictionaries, booleans and `None`. `None` if the
/// text is something else.
pub fn literal_eval(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text.trim_start_matches([' ', '\t']), depth: 0 };
    let value = reader.tuple_or_value()?;
    reader.space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes `text` if it comes next, after white space.
    fn take(&mut self, text: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// One value, or several with commas between, which are a tuple also without parentheses.
    fn tuple_or_value(&mut self) -> Option<Value> {
        let first = self.value()?;
        if !self.take(",") {
            return Some(first);
        }
        let mut items = vec![first];
        self.space();
        while !self.rest.is_empty() && !self.rest.starts_with(')') {
            items.push(self.value()?);
            if !self.take(",") {
                break;
            }
            self.space();
        }
        Some(Value::tuple(items))
    }

    fn value(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let value = if self.take("[") {
            let mut items = Vec::new();
            while !self.take("]") {
                items.push(self.value()?);
                if !self.take(",") && !self.rest.starts_with(']') {
                    return None;
                }
            }
            Value::from(items)
        } else if self.take("(") {
            if self.take(")") {
                Value::tuple([])
            } else {
                let value = self.tuple_or_value()?;
                if !self.take(")") {
                    return None;
                }
                value
            }
        } else if self.take("{") {
            self.dict()?
        } else if self.rest.starts_with(['\'', '"', 'r', 'u', 'b', 'R', 'U', 'B']) {
            self.strings()?
        } else {
            self.word()?
        };
        self.depth -= 1;
        Some(value)
    }

    fn dict(&mut self) -> Option<Value> {
        let mut map = Map::new();
        while !self.take("}") {
            let key = self.value()?;
            if matches!(key, Value::List(_) | Value::Map(_)) || !self.take(":") {
                return None;
            }
            let value = self.value()?;
            map.insert(key, value);
            if !self.take(",") && !self.rest.starts_with('}') {
                return None;
            }
        }
        Some(Value::Map(map))
    }

    /// A number or a name.
    fn word(&mut self) -> Option<Value> {
        let negative = self.take("-");
        self.space();
        let mut end = 0;
        for (at, c) in self.rest.char_indices() {
            let exponent_sign = matches!(c, '+' | '-')
                && self.rest[..at].ends_with(['e', 'E'])
                && !self.rest.starts_with("0x");
            if !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.') || exponent_sign) {
                break;
            }
            end = at + c.len_utf8();
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        let number = match numbers::parse_int(word, 0) {
            Some(int) => Some(Value::big(if negative { -int } else { int })),
            // `0644` is no number in Python, neither an integer nor a float.
            None if word.starts_with(|c: char| c.is_ascii_digit() || c == '.')
                && word.contains(['.', 'e', 'E']) =>
            {
                numbers::parse_float(word).map(|float| Value::Float(if negative { -float } else { float }))
            }
            None => None,
        };
        match word {
            "True" if !negative => Some(Value::Bool(true)),
            "False" if !negative => Some(Value::Bool(false)),
            "None" if !negative => Some(Value::None),
            _ => number,
        }
    }

    /// One string or several in a row, which are one.
    fn strings(&mut self) -> Option<Value> {
        let mut text = String::new();
        let mut is_bytes = None;
        loop {
            self.space();
            let prefix_length = self.rest.find(['\'', '"'])?;
            let prefix = self.rest.get(..prefix_length)?.to_ascii_lowercase();
            if !matches!(prefix.as_str(), "" | "r" | "u" | "b" | "rb" | "br") {
                return None;
            }
            let bytes = prefix.contains('b');
            if *is_bytes.get_or_insert(bytes) != bytes {
                return None;
            }
            self.rest = &self.rest[prefix_length..];
            self.string(prefix.contains('r'), &mut text)?;
            self.space();
            let another =
                self.rest.trim_start_matches(|c: char| "rubRUB".contains(c)).starts_with(['\'', '"']);
            if !another {
                break;
            }
        }
        if is_bytes == Some(true) {
            let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
            return Some(Value::Bytes(bytes?.into()));
        }
        Some(Value::from(text))
    }

    fn string(&mut self, raw: bool, out: &mut String) -> Option<()> {
        let quote = self.rest.chars().next()?;
        let tripled = quote.to_string().repeat(3);
        let end = if self.rest.starts_with(&tripled) { tripled } else { quote.to_string() };
        self.rest = &self.rest[end.len()..];
        loop {
            if let Some(rest) = self.rest.strip_prefix(&end) {
                self.rest = rest;
                return Some(());
            }
            let c = self.rest.chars().next()?;
            let mut length = c.len_utf8();
            if c == '\n' && end.len() == 1 {
                return None;
            } else if c == '\\' {
                let next = self.rest.chars().nth(1)?;
                match coerce::decoded_escape(self.rest).filter(|_| !raw) {
                    Some((decoded, escape_length)) => {
                        out.push(decoded);
                        length = escape_length;
                    }
                    None if next == '\n' && !raw => length = 2,
                    None => {
                        out.push('\\');
                        out.push(next);
                        length = 1 + next.len_utf8();
                    }
                }
            } else {
                out.push(c);
            }
            self.rest = &self.rest[length..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        for (text, wanted) in [
            ("[1, -2.5, 'a', \"b\\n\", True, None]", "[1, -2.5, 'a', 'b\\n', True, None]"),
            ("{'a': {'b': (1,)}, 2: []}", "{'a': {'b': (1,)}, 2: []}"),
            ("1, 2", "(1, 2)"),
            ("0x10", "16"),
            ("1e3", "1000.0"),
            ("'a' 'b'", "'ab'"),
            ("r'\\d'", "'\\\\d'"),
            ("'''a\nb'''", "'a\\nb'"),
            ("()", "()"),
            ("b'x\\xff'", "b'x\\xff'"),
        ] {
            let value = literal_eval(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(crate::python::repr(&value), wanted);
        }
    }

    #[test]
    fn what_is_no_literal() {
        for text in ["", "abc", "[1", "{1}", "1 2", "f(x)", "'a", "{[]: 1}", "--1x", "[1 2]", "0644"] {
            assert_eq!(literal_eval(text), None, "{text}");
        }
        assert_eq!(literal_eval(&"[".repeat(100_000)), None);
    }
}
