//! The text forms that Python gives to values: `str()` and `repr()`.

use std::borrow::Cow;
use std::fmt::Write;

use crate::value::Value;

/// Python's `str(value)`; `None` is `None`.
pub fn str(value: &Value) -> String {
    match value {
        Value::Str(text) | Value::Template(text) => text.to_string(),
        Value::Undefined(_) => String::new(),
        other => repr(other),
    }
}

/// Python's `repr(value)`.
pub fn repr(value: &Value) -> String {
    let mut out = String::new();
    write_repr(value, &mut out);
    out
}

/// A word as a POSIX shell reads it back: Python's `shlex.quote(word)`.
///
/// ```
/// use rustle_value::python::shell_quote;
/// assert_eq!(shell_quote("/etc/motd"), "/etc/motd");
/// assert_eq!(shell_quote("it's"), "'it'\"'\"'s'");
/// assert_eq!(shell_quote(""), "''");
/// ```
pub fn shell_quote(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.into(),
        false => format!("'{}'", word.replace('\'', "'\"'\"'")).into(),
    }
}

fn write_repr(value: &Value, out: &mut String) {
    match value {
        Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(int) => out.push_str(&int.to_string()),
        Value::BigInt(int) => out.push_str(&int.to_string()),
        Value::Float(float) => out.push_str(&float_repr(*float)),
        Value::Str(text) | Value::Template(text) => write_quoted(text, out),
        Value::Bytes(bytes) => write_bytes(bytes, out),
        Value::List(items) => write_items('[', items, ']', out),
        Value::Tuple(items) if items.len() == 1 => {
            out.push('(');
            write_repr(&items[0], out);
            out.push_str(",)");
        }
        Value::Tuple(items) => write_items('(', items, ')', out),
        Value::Map(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_repr(key, out);
                out.push_str(": ");
                write_repr(value, out);
            }
            out.push('}');
        }
        Value::Omit => out.push_str("<<Omit>>"),
        Value::Undefined(_) => out.push_str("Undefined"),
        Value::Object(object) => out.push_str(&object.text()),
    }
}

fn write_items(open: char, items: &[Value], close: char, out: &mut String) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_repr(item, out);
    }
    out.push(close);
}

/// Python's `repr` of a float: the shortest text that reads back the same, `1.0`, `1e+16`, `inf`, `nan`.
pub fn float_repr(float: f64) -> String {
    if float.is_nan() {
        return "nan".into();
    }
    if float.is_infinite() {
        return if float > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let magnitude = float.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{float:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let text = float.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// Quotes as Python does: single quotes, unless the text has single quotes and no double ones.
fn write_quoted(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            c => write_escape(c, out),
        }
    }
    out.push(quote);
}

/// Whether Python shows the character as it is: neither a control nor a separator (but the space), and assigned.
pub fn is_printable(c: char) -> bool {
    // The standard library escapes the same classes, and behind the first character no more than these.
    matches!(c, ' '..='~')
        || (!c.is_ascii() && !['a', c].iter().collect::<String>().escape_debug().skip(1).any(|c| c == '\\'))
}

/// Writes `\x0b`, `\u200b`, `\U000e0001`.
fn write_escape(c: char, out: &mut String) {
    let code = u32::from(c);
    // Writing to text cannot fail.
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Python's `ascii(value)`: `repr` with everything beyond ASCII escaped.
pub fn ascii(value: &Value) -> String {
    let mut out = String::new();
    for c in repr(value).chars() {
        if c.is_ascii() { out.push(c) } else { write_escape(c, &mut out) }
    }
    out
}

fn write_bytes(bytes: &[u8], out: &mut String) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    out.push('b');
    out.push(quote);
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\'' if quote == '\'' => out.push_str("\\'"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x20..0x7f => out.push(*byte as char),
            _ => write_escape(char::from(*byte), out),
        }
    }
    out.push(quote);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::Map;

    /// Recorded from CPython.
    #[test]
    fn repr_is_pythons() {
        let text = |text: &str| repr(&Value::str(text));
        assert_eq!(text("it's"), r#""it's""#);
        assert_eq!(text("it's \"x\""), r#"'it\'s "x"'"#);
        assert_eq!(
            text("\u{0}\t\u{7f}\u{80}\u{a0}\u{ad}é\u{301}\u{200b}\u{2028}\u{3000}\u{e000}😀\u{e0001}"),
            "'\\x00\\t\\x7f\\x80\\xa0\\xadé\u{301}\\u200b\\u2028\\u3000\\ue000😀\\U000e0001'"
        );
        assert_eq!(repr(&Value::Bytes((*b"it's\xff\n").into())), r#"b"it's\xff\n""#);
        assert_eq!(ascii(&Value::str("é😀")), r"'\xe9\U0001f600'");
    }

    #[test]
    fn floats_are_the_shortest_that_read_back() {
        for (float, wanted) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e16, "1.5e+16"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (123456789.123, "123456789.123"),
            (-0.0, "-0.0"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(float_repr(float), wanted);
        }
    }

    #[test]
    fn containers_nest() {
        let map = Map::from([
            ("a", Value::tuple([Value::Int(1)])),
            ("b", Value::list([Value::None, Value::Bool(true)])),
        ]);
        assert_eq!(repr(&Value::Map(map)), "{'a': (1,), 'b': [None, True]}");
        assert_eq!(repr(&Value::tuple([])), "()");
        assert_eq!(str(&Value::str("a\n")), "a\n");
    }
}
