//! How Python reads numbers from text: `int("1_000")`, `float(" inf ")`, `decimal.Decimal("1e3")`.

use num_bigint::BigInt;
use num_traits::Num;

/// `int(text, base)`: white space around, a sign, underscores between digits, and the prefix of the base (`0x`, `0o`,
/// `0b`) are allowed. Base 0 takes the base from the prefix. `None` if the text is no such integer.
pub fn parse_int(text: &str, base: u32) -> Option<BigInt> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let prefix = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => Some(16),
        Some("0o") => Some(8),
        Some("0b") => Some(2),
        _ => None,
    };
    let (base, digits) = match (base, prefix) {
        (0, Some(found)) => (found, after_prefix(digits)),
        (0, None) => {
            let zeros = digits.bytes().all(|byte| byte == b'0' || byte == b'_');
            if digits.starts_with('0') && !zeros {
                return None;
            }
            (10, digits)
        }
        (wanted, Some(found)) if wanted == found => (wanted, after_prefix(digits)),
        (wanted, _) => (wanted, digits),
    };
    let digits = without_underscores(digits)?;
    if !(2..=36).contains(&base) || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let int = BigInt::from_str_radix(&digits, base).ok()?;
    Some(if negative { -int } else { int })
}

/// The digits behind `0x`; one underscore may follow the prefix.
fn after_prefix(digits: &str) -> &str {
    let digits = digits.get(2..).unwrap_or_default();
    digits.strip_prefix('_').unwrap_or(digits)
}

/// `digits` without the underscores that stand between two of them; `None` if one stands elsewhere, or if none are left.
fn without_underscores(digits: &str) -> Option<String> {
    let misplaced = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    if digits.is_empty() || misplaced { None } else { Some(digits.replace('_', "")) }
}

/// `float(text)`. `None` if the text is no float.
pub fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }),
        "nan" => Some(f64::NAN),
        _ => {
            let between_digits = |(at, _): (usize, &str)| {
                let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
                let bytes = unsigned.as_bytes();
                at > 0 && digit(bytes.get(at - 1)) && digit(bytes.get(at + 1))
            };
            let numeric = unsigned
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' | b'_'));
            if !numeric || !unsigned.match_indices('_').all(between_digits) {
                return None;
            }
            text.replace('_', "").parse().ok()
        }
    }
}

/// The integer that the decimal `text` stands for (`1.0`, `1e3`, ` 12 `); `None` if it is no number or has a fraction.
pub fn decimal_int(text: &str) -> Option<BigInt> {
    let text = text.trim().replace('_', "");
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text.as_str()),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let shift = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    if digits.bytes().all(|byte| byte == b'0') {
        return Some(BigInt::ZERO);
    }
    // More digits than this is no number that an argument means, but memory that an attacker means.
    if shift > 4096 {
        return None;
    }
    if let Ok(zeros) = usize::try_from(shift) {
        digits.push_str(&"0".repeat(zeros));
    } else {
        let cut = usize::try_from(shift.unsigned_abs()).ok()?;
        let keep = digits.len().checked_sub(cut)?;
        if digits.split_off(keep).bytes().any(|byte| byte != b'0') {
            return None;
        }
    }
    let int = if digits.is_empty() { BigInt::ZERO } else { digits.parse().ok()? };
    Some(if negative { -int } else { int })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_python_reads_them() {
        assert_eq!(parse_int(" -1_000 ", 10), Some(BigInt::from(-1000)));
        assert_eq!(parse_int("0x1F", 16), Some(BigInt::from(31)));
        assert_eq!(parse_int("0o17", 0), Some(BigInt::from(15)));
        assert_eq!(parse_int("0755", 8), Some(BigInt::from(493)));
        for wrong in ["", "-", "1__0", "_1", "1.0", "٣x", "0x"] {
            assert_eq!(parse_int(wrong, 10), None, "{wrong:?}");
        }
        assert_eq!(parse_int("017", 0), None);
    }

    #[test]
    fn floats_are_read_as_python_reads_them() {
        assert_eq!(parse_float(" 1_0.5e1 "), Some(105.0));
        assert_eq!(parse_float("-Infinity"), Some(f64::NEG_INFINITY));
        assert!(parse_float("nan").is_some_and(f64::is_nan));
        for wrong in ["", "1_", "1._0", "infinit", "0x1", "1e"] {
            assert_eq!(parse_float(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn decimals_without_a_fraction_are_integers() {
        assert_eq!(decimal_int("1.0"), Some(BigInt::from(1)));
        assert_eq!(decimal_int("1.5e1"), Some(BigInt::from(15)));
        assert_eq!(decimal_int("-100e-2"), Some(BigInt::from(-1)));
        assert_eq!(decimal_int("0e999999999"), Some(BigInt::ZERO));
        for wrong in ["1.5", "", "abc", "1e999999999", "1e-1", "inf"] {
            assert_eq!(decimal_int(wrong), None, "{wrong:?}");
        }
    }
}
