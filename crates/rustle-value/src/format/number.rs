//! The texts of numbers: `%e`, `%f`, `%g`, hexadecimal, thousands separators, padding.

/// `float` in the style of `kind` (`e`, `f`, `g`, `%` or their capitals) with this precision, without its sign. With
/// `alternate`, the dot and the zeros behind it stay.
pub(super) fn float_digits(float: f64, kind: char, precision: usize, alternate: bool) -> String {
    let float = float.abs();
    let text = if float.is_nan() {
        "nan".to_owned()
    } else if float.is_infinite() {
        "inf".to_owned()
    } else {
        match kind.to_ascii_lowercase() {
            'e' => exponent_digits(float, precision, alternate),
            'g' => general_digits(float, precision.max(1), alternate),
            '%' => fixed_digits(float * 100.0, precision, alternate) + "%",
            _ => fixed_digits(float, precision, alternate),
        }
    };
    if kind.is_ascii_uppercase() { text.to_ascii_uppercase() } else { text }
}

fn fixed_digits(float: f64, precision: usize, alternate: bool) -> String {
    let dot = if alternate && precision == 0 { "." } else { "" };
    format!("{float:.precision$}{dot}")
}

/// `1.50e+00`: the exponent has a sign and two digits at least.
fn exponent_digits(float: f64, precision: usize, alternate: bool) -> String {
    let (mantissa, exponent) = parts(float, precision);
    let dot = if alternate && precision == 0 { "." } else { "" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{dot}e{sign}{:02}", exponent.abs())
}

fn parts(float: f64, precision: usize) -> (String, i32) {
    let text = format!("{float:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.to_owned(), exponent.parse().unwrap_or(0))
}

fn general_digits(float: f64, precision: usize, alternate: bool) -> String {
    let (_, exponent) = parts(float, precision - 1);
    let digits = i32::try_from(precision).unwrap_or(i32::MAX);
    let fixed = (-4..digits).contains(&exponent);
    let text = if fixed {
        fixed_digits(float, usize::try_from(digits - 1 - exponent).unwrap_or(0), alternate)
    } else {
        exponent_digits(float, precision - 1, alternate)
    };
    if alternate {
        return text;
    }
    let (mantissa, tail) = text.find('e').map_or((text.as_str(), ""), |at| text.split_at(at));
    if mantissa.contains('.') {
        format!("{}{tail}", mantissa.trim_end_matches('0').trim_end_matches('.'))
    } else {
        text
    }
}

/// The digits of a whole part with `separator` between groups of this size.
pub(super) fn grouped(digits: &str, separator: char, size: usize) -> String {
    let mut out = String::with_capacity(digits.len() * 2);
    for (index, c) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from CPython.
    #[test]
    fn digits_are_pythons() {
        for (float, kind, precision, alternate, wanted) in [
            (1.25, 'f', 1, false, "1.2"),
            (0.5, 'f', 0, false, "0"),
            (12345.678, 'e', 6, false, "1.234568e+04"),
            (1e-10, 'G', 6, false, "1E-10"),
            (12345.0, 'e', 0, false, "1e+04"),
            (100000.0, 'g', 6, false, "100000"),
            (1000000.0, 'g', 6, false, "1e+06"),
            (0.0001, 'g', 6, false, "0.0001"),
            (1.0, 'g', 3, true, "1.00"),
            (0.0, 'g', 6, false, "0"),
            (0.12345, '%', 2, false, "12.35%"),
            (3.0, 'f', 0, true, "3."),
            (f64::INFINITY, 'F', 6, false, "INF"),
            (999999.5, 'g', 6, false, "1e+06"),
        ] {
            assert_eq!(float_digits(float, kind, precision, alternate), wanted, "{float} {kind} {precision}");
        }
        assert_eq!(grouped("1234567", ',', 3), "1,234,567");
        assert_eq!(grouped("123", ',', 3), "123");
    }
}
