//! What a scalar means: the types of YAML 1.1, in PyYAML's reading.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use num_bigint::BigInt;
use num_traits::Num;

use super::node::Style;
use crate::value::Value;

/// What stands before the name of a type that every YAML knows.
const CORE: &str = "tag:yaml.org,2002:";

/// The name behind `tag:yaml.org,2002:`.
pub(super) fn core_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix(CORE)
}

/// The value of a scalar.
///
/// # Errors
/// If its tag is unknown or does not fit its text.
pub(super) fn scalar(text: &str, style: Style, tag: Option<&str>) -> Result<Value, String> {
    let Some(tag) = tag else {
        return Ok(if style == Style::Plain { plain(text) } else { Value::str(text) });
    };
    let misfit = |what: &str| format!("the value '{text}' of the tag '{tag}' is not {what}");
    match core_tag(tag).unwrap_or(tag) {
        // Ansible resolves these two as if they were written without quotes.
        "!unsafe" => Ok(plain(text)),
        "!vault" | "!vault-encrypted" | "!" | "str" | "python/unicode" => Ok(Value::str(text)),
        "null" => Ok(Value::None),
        "bool" => boolean(&text.to_lowercase()).map(Value::Bool).ok_or_else(|| misfit("a boolean")),
        "int" => int(text)
            .or_else(|| text.replace('_', "").parse().ok())
            .map(Value::big)
            .ok_or_else(|| misfit("an integer")),
        "float" => float(text)
            .or_else(|| text.replace('_', "").parse().ok())
            .map(Value::Float)
            .ok_or_else(|| misfit("a float")),
        "binary" => {
            let packed: String = text.split_whitespace().collect();
            BASE64
                .decode(packed)
                .map(|bytes| Value::Bytes(bytes.into()))
                .map_err(|error| misfit(&format!("base64: {error}")))
        }
        "timestamp" => timestamp(text, true).map(Value::from).ok_or_else(|| misfit("a timestamp")),
        _ => Err(format!("could not determine a constructor for the tag '{tag}'")),
    }
}

/// What a plain scalar means: `null`, a boolean, a number, a date (which becomes text), or itself.
pub fn plain(text: &str) -> Value {
    meaning(text).unwrap_or_else(|| Value::str(text))
}

/// Whether a plain scalar means nothing.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// What a plain scalar means; `None` if itself.
pub(super) fn meaning(text: &str) -> Option<Value> {
    match text.as_bytes().first() {
        None => Some(Value::None),
        Some(b'~' | b'n' | b'N') if is_null(text) => Some(Value::None),
        Some(b'+' | b'-' | b'.' | b'0'..=b'9') => {
            let small = || small_int(text).map(Value::Int);
            let number = small().or_else(|| float(text).map(Value::Float));
            let number = number.or_else(|| int(text).map(Value::big));
            number.or_else(|| timestamp(text, true).map(Value::from))
        }
        // The longest of them is `false`.
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') if text.len() <= 5 => {
            capitalised(text).and_then(boolean).map(Value::Bool)
        }
        Some(_) => None,
    }
}

/// A decimal number of few digits, as most numbers are.
fn small_int(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let decimal = bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit);
    (decimal && (bytes.first() != Some(&b'0') || bytes.len() == 1)).then(|| text.parse().ok())?
}

/// Whether a plain scalar is read as something else than text.
pub(super) fn is_ambiguous(text: &str) -> bool {
    let odd_number =
        matches!(text.trim_start_matches(['+', '-']).get(..2), Some("0x" | "0b")) && text.ends_with('_');
    matches!(text, "<<" | "=")
        || odd_number
        || !matches!(plain(text), Value::Str(_))
        || timestamp(text, false).is_some()
}

/// `yes`, `Yes` or `YES` as `yes`; any other mixture is none.
fn capitalised(text: &str) -> Option<&'static str> {
    let names = ["yes", "no", "true", "false", "on", "off"];
    let name = names.into_iter().find(|name| name.eq_ignore_ascii_case(text))?;
    let rest = text.get(1..)?;
    let first_is_upper = text.starts_with(|c: char| c.is_ascii_uppercase());
    let lower = rest.bytes().all(|byte| byte.is_ascii_lowercase());
    let upper = rest.bytes().all(|byte| byte.is_ascii_uppercase());
    (lower || (upper && first_is_upper)).then_some(name)
}

fn boolean(name: &str) -> Option<bool> {
    match name {
        "yes" | "true" | "on" => Some(true),
        "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// A digit and then digits and underscores.
fn is_digits(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// One part of a number to base 60 behind its first: 0 to 59, one or two digits.
fn is_sixtieth(text: &str) -> bool {
    match text.as_bytes() {
        [one] => one.is_ascii_digit(),
        [tens, ones] => (b'0'..=b'5').contains(tens) && ones.is_ascii_digit(),
        _ => false,
    }
}

/// `1_000`, `0644`, `0x1F`, `0b11`, `1:30`.
fn int(text: &str) -> Option<BigInt> {
    let (negative, unsigned) = signed(text);
    let digits = unsigned.replace('_', "");
    let only = |digits: &str, allowed: fn(&u8) -> bool| {
        !digits.is_empty() && digits.bytes().all(|byte| allowed(&byte) || byte == b'_')
    };
    let read = if let Some(binary) = unsigned.strip_prefix("0b") {
        only(binary, |byte| matches!(byte, b'0' | b'1'))
            .then(|| BigInt::from_str_radix(&digits[2..], 2).ok())?
    } else if let Some(hex) = unsigned.strip_prefix("0x") {
        only(hex, u8::is_ascii_hexdigit).then(|| BigInt::from_str_radix(&digits[2..], 16).ok())?
    } else if unsigned.contains(':') {
        let mut parts = unsigned.split(':');
        let first = parts.next().filter(|first| is_digits(first) && !first.starts_with('0'))?;
        let mut sum: BigInt = first.replace('_', "").parse().ok()?;
        for part in parts {
            if !is_sixtieth(part) {
                return None;
            }
            sum = sum * 60 + part.parse::<u32>().ok()?;
        }
        Some(sum)
    } else if unsigned.starts_with('0') {
        only(unsigned, |byte| matches!(byte, b'0'..=b'7')).then(|| BigInt::from_str_radix(&digits, 8).ok())?
    } else {
        is_digits(unsigned).then(|| digits.parse().ok())?
    };
    read.map(|int| if negative { -int } else { int })
}

/// `1.5`, `.5`, `1.`, `1.5e+3`, `1:30.5`, `-.inf`, `.nan`. There must be a dot, and the exponent must have a sign.
fn float(text: &str) -> Option<f64> {
    let (negative, unsigned) = signed(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY }),
        _ if matches!(text, ".nan" | ".NaN" | ".NAN") => return Some(f64::NAN),
        _ => {}
    }
    let (whole, rest) = unsigned.split_once('.')?;
    let fraction_length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'_').count();
    let (fraction, exponent) = rest.split_at(fraction_length);
    let exponent_is_right = exponent.is_empty()
        || exponent
            .strip_prefix(['e', 'E'])
            .and_then(|tail| tail.strip_prefix(['+', '-']))
            .is_some_and(|tail| !tail.is_empty() && tail.bytes().all(|byte| byte.is_ascii_digit()));
    let number = |text: &str| text.replace('_', "").parse::<f64>().ok();
    let read = if whole.is_empty() {
        // Without a digit before the dot there must be one behind it, and no sign.
        if !is_digits(fraction) || unsigned.len() != text.len() || !exponent_is_right {
            return None;
        }
        number(unsigned)?
    } else if whole.contains(':') {
        let mut parts = whole.split(':');
        let first = parts.next().filter(|first| is_digits(first))?;
        let rest: Vec<&str> = parts.collect();
        if !exponent.is_empty() || !rest.iter().all(|part| is_sixtieth(part)) {
            return None;
        }
        let (last, middle) = rest.split_last()?;
        let mut sum = number(&format!("{last}.{fraction}"))?;
        let mut base = 60.0;
        for part in middle.iter().rev().chain([&first]) {
            sum += number(part)? * base;
            base *= 60.0;
        }
        sum
    } else if is_digits(whole) && exponent_is_right {
        number(unsigned)?
    } else {
        return None;
    };
    Some(if negative { -read } else { read })
}

/// A date or a time as the text that Python's `str()` gives for it: `2020-01-01`, `2020-01-01 10:00:00+00:00`.
/// With `checked`, the day and the hour must exist.
fn timestamp(text: &str, checked: bool) -> Option<String> {
    let bytes = text.as_bytes();
    let number = |digits: &str, lengths: std::ops::RangeInclusive<usize>| {
        let right = lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| digits.parse::<u32>().ok())?
    };
    if bytes.len() < 8 || bytes.get(4) != Some(&b'-') {
        return None;
    }
    let date_length = bytes.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
    let (date, rest) = text.split_at(date_length);
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    // A date alone wants two digits each.
    let digits = if rest.is_empty() { 2..=2 } else { 1..=2 };
    let (year, month, day) = (number(year, 4..=4)?, number(month, digits.clone())?, number(day, digits)?);
    if checked && (year == 0 || !(1..=12).contains(&month) || day == 0 || day > days_in(year, month)) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.is_empty() {
        return Some(date);
    }
    let clock = match rest.strip_prefix(['T', 't']) {
        Some(clock) => clock,
        None => rest.strip_prefix([' ', '\t'])?.trim_start_matches([' ', '\t']),
    };
    let clock_length =
        clock.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')).count();
    let (clock, zone) = clock.split_at(clock_length);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 1..=2).filter(|hour| !checked || *hour < 24)?;
    let minute = number(parts.next()?, 2..=2).filter(|minute| !checked || *minute < 60)?;
    let second = number(parts.next()?, 2..=2).filter(|second| !checked || *second < 60)?;
    if parts.next().is_some() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let micros = if micros == "000000" { String::new() } else { format!(".{micros}") };
    let zone = match zone.trim_start_matches([' ', '\t']) {
        "" if zone.is_empty() => String::new(),
        "Z" => "+00:00".to_owned(),
        offset => {
            let sign = offset.chars().next().filter(|c| matches!(c, '+' | '-'))?;
            let (hours, minutes) = offset[1..].split_once(':').unwrap_or((&offset[1..], "00"));
            let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
            let sign = if hours + minutes == 0 { '+' } else { sign };
            format!("{sign}{hours:02}:{minutes:02}")
        }
    };
    Some(format!("{date} {hour:02}:{minute:02}:{second:02}{micros}{zone}"))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from PyYAML's SafeLoader.
    #[test]
    fn plain_scalars_mean_what_yaml_1_1_says() {
        for (text, wanted) in [
            ("08", "'08'"),
            ("09.5", "9.5"),
            ("0o17", "'0o17'"),
            ("0x1F", "31"),
            ("0b11", "3"),
            ("1_000", "1000"),
            ("1:30", "90"),
            ("190:20:30.15", "685230.15"),
            (".5", "0.5"),
            ("1e3", "'1e3'"),
            ("1.5e3", "'1.5e3'"),
            ("1.5e+3", "1500.0"),
            ("-.inf", "-inf"),
            (".NaN", "nan"),
            ("+12", "12"),
            ("0.", "0.0"),
            ("1.", "1.0"),
            ("-0", "0"),
            ("0_7", "7"),
            ("-0x1", "-1"),
            ("y", "'y'"),
            ("On", "True"),
            ("oN", "'oN'"),
            ("NO", "False"),
            ("nO", "'nO'"),
            ("~", "None"),
            ("Null", "None"),
            ("nuLL", "'nuLL'"),
            ("", "None"),
            ("0644", "420"),
            ("_1", "'_1'"),
            ("1__0", "10"),
            ("0b", "'0b'"),
            ("1:99", "'1:99'"),
            ("00", "0"),
            ("-0b1", "-1"),
            ("1_.5", "1.5"),
            ("-.5", "'-.5'"),
            ("+.5", "'+.5'"),
            (".", "'.'"),
            ("-", "'-'"),
            ("01:30", "'01:30'"),
            ("1.5.2", "'1.5.2'"),
            ("2020-01-01", "'2020-01-01'"),
            ("2020-1-1", "'2020-1-1'"),
            ("2020-1-1 1:02:03.5 +2:30", "'2020-01-01 01:02:03.500000+02:30'"),
            ("2020-01-01T10:00:00Z", "'2020-01-01 10:00:00+00:00'"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("-.nan", "'-.nan'"),
            ("1:30:", "'1:30:'"),
            ("12:30:45", "45045"),
            ("0.0.0", "'0.0.0'"),
            ("1.e+1", "10.0"),
            ("1e+1", "'1e+1'"),
        ] {
            assert_eq!(crate::python::repr(&plain(text)), wanted, "{text:?}");
        }
    }

    #[test]
    fn tags_decide() {
        let read = |text, tag| scalar(text, Style::Double, Some(tag));
        assert_eq!(read("5", "tag:yaml.org,2002:int"), Ok(Value::Int(5)));
        assert_eq!(read("1", "tag:yaml.org,2002:float"), Ok(Value::Float(1.0)));
        assert_eq!(read("aGk=", "tag:yaml.org,2002:binary"), Ok(Value::Bytes((*b"hi").into())));
        assert_eq!(read("yes", "!unsafe"), Ok(Value::Bool(true)));
        assert_eq!(read("x", "!foo"), Err("could not determine a constructor for the tag '!foo'".into()));
        assert!(read("x", "tag:yaml.org,2002:bool").is_err());
    }
}
