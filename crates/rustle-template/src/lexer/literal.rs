//! Literals: numbers and quoted text.

use num_bigint::BigInt;
use rustle_value::Value;

use super::token::Kind;

/// The number that `text`, which begins with a digit, begins with, and how many bytes it has. After a dot there are no
/// floats: `a.1.2` is an item of an item.
pub(super) fn number(text: &str, after_dot: bool) -> Option<(Kind<'static>, usize)> {
    if !after_dot && let Some(len) = float_len(text) {
        return Some((Kind::Float(plain(&text[..len]).parse().ok()?), len));
    }
    let (radix, prefix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, 2),
        [b'0', b'o' | b'O', ..] => (8, 2),
        [b'0', b'b' | b'B', ..] => (2, 2),
        _ => (10, 0),
    };
    if prefix > 0 {
        let len = grouped(&text[prefix..], true, |c| c.is_digit(radix));
        if len > 0 {
            let digits = plain(&text[prefix..prefix + len]);
            return Some((Kind::Int(integer(&digits, radix)?), prefix + len));
        }
    }
    // A zero begins a number of zeros alone: `01` is two numbers.
    let zero = text.starts_with('0');
    let len = grouped(text, false, |c| if zero { c == '0' } else { c.is_ascii_digit() });
    Some((Kind::Int(integer(&plain(&text[..len]), 10)?), len))
}

fn integer(digits: &str, radix: u32) -> Option<Value> {
    match i64::from_str_radix(digits, radix) {
        Ok(int) => Some(Value::Int(int)),
        Err(_) => BigInt::parse_bytes(digits.as_bytes(), radix).map(Value::big),
    }
}

fn plain(digits: &str) -> String {
    digits.replace('_', "")
}

/// How many bytes the digits have, between two of which one `_` may stand, and before the first if `leading`.
fn grouped(text: &str, leading: bool, digit: impl Fn(char) -> bool) -> usize {
    let mut len = 0;
    let mut separator = leading;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if digit(c) {
            len = at + c.len_utf8();
            separator = true;
        } else if c == '_' && separator && chars.peek().is_some_and(|(_, next)| digit(*next)) {
            separator = false;
        } else {
            break;
        }
    }
    len
}

fn float_len(text: &str) -> Option<usize> {
    let digits = |text: &str| grouped(text, false, |c| c.is_ascii_digit());
    let whole = digits(text);
    let mut len = whole;
    if let Some(fraction) = text[whole..].strip_prefix('.') {
        match digits(fraction) {
            0 => {}
            n => len += 1 + n,
        }
    }
    if let Some(exponent) = text[len..].strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        match digits(unsigned) {
            0 => {}
            n => len += 1 + (exponent.len() - unsigned.len()) + n,
        }
    }
    (len > whole).then_some(len)
}

/// How many bytes the quoted text has that `text` begins with, with its quotes.
pub(super) fn quoted(text: &str) -> Option<usize> {
    let quote = text.chars().next()?;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The text that `literal`, without its quotes, stands for: Python's escapes.
///
/// # Errors
/// If an escape is cut short or names no character; in Python's words.
pub fn unescape(literal: &str) -> Result<String, String> {
    let mut out = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        rest = &rest[c.len_utf8()..];
        match c {
            '\n' => {}
            '\\' | '\'' | '"' => out.push(c),
            'a' => out.push('\x07'),
            'b' => out.push('\x08'),
            'f' => out.push('\x0c'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'v' => out.push('\x0b'),
            'x' => rest = code(rest, 2, "truncated \\xXX escape", &mut out)?,
            'u' => rest = code(rest, 4, "truncated \\uXXXX escape", &mut out)?,
            'U' => rest = code(rest, 8, "truncated \\UXXXXXXXX escape", &mut out)?,
            'N' => return Err("unknown Unicode character name".into()),
            '0'..='7' => {
                let start = literal.len() - rest.len() - 1;
                let digits =
                    literal[start..].bytes().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
                let number = u32::from_str_radix(&literal[start..start + digits], 8).unwrap_or(0);
                out.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = &literal[start + digits..];
            }
            other => {
                out.push('\\');
                out.push(other);
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Reads `digits` hexadecimal digits and returns what follows them.
fn code<'t>(rest: &'t str, digits: usize, truncated: &str, out: &mut String) -> Result<&'t str, String> {
    let text = rest.get(..digits).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
    let number = text.and_then(|text| u32::from_str_radix(text, 16).ok()).ok_or(truncated)?;
    if number > 0x10_ffff {
        return Err("illegal Unicode character".into());
    }
    // Python can hold half of a surrogate pair; text that is written to a file cannot.
    out.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
    Ok(&rest[digits..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_pythons() {
        assert_eq!(unescape(r#"a\\b\tc\u0041\x41\101\a\"\'\q"#).unwrap(), "a\\b\tcAAA\x07\"'\\q");
        assert_eq!(unescape(r"\x4").unwrap_err(), "truncated \\xXX escape");
        assert_eq!(unescape(r"é\\").unwrap(), "é\\");
    }

    #[test]
    fn numbers_are_pythons() {
        let read = |text| number(text, false);
        assert_eq!(read("0x1F "), Some((Kind::Int(Value::Int(31)), 4)));
        assert_eq!(read("1_000.5"), Some((Kind::Float(1000.5), 7)));
        assert_eq!(read("1e3"), Some((Kind::Float(1000.0), 3)));
        assert_eq!(read("01"), Some((Kind::Int(Value::Int(0)), 1)));
        assert_eq!(read("1."), Some((Kind::Int(Value::Int(1)), 1)));
        let big = Value::big("99999999999999999999".parse().unwrap());
        assert_eq!(read("99999999999999999999"), Some((Kind::Int(big), 20)));
        assert_eq!(number("1.2", true), Some((Kind::Int(Value::Int(1)), 1)));
    }
}
