//! Sizes as people write them: `10M`, `1.5 GB`, `512Kb`.

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use super::{CoerceError, class_name};
use crate::python;
use crate::value::Value;

/// A unit: its letter, its factor as a power of two, and its long name without `byte` or `bit`.
const UNITS: [(char, i32, &str); 9] = [
    ('Y', 80, "yotta"),
    ('Z', 70, "zetta"),
    ('E', 60, "exa"),
    ('P', 50, "peta"),
    ('T', 40, "tera"),
    ('G', 30, "giga"),
    ('M', 20, "mega"),
    ('K', 10, "kilo"),
    ('B', 0, ""),
];

/// `bytes`: how many bytes a text such as `1.5GB` means.
///
/// # Errors
/// If the value cannot be read so.
pub fn bytes(value: &Value) -> Result<Value, CoerceError> {
    human_to_bytes(value, None, false)
        .map_err(|_| CoerceError(format!("{} cannot be converted to a Byte value", class_name(value))))
}

/// `bits`: how many bits a text such as `1Mb` means.
///
/// # Errors
/// If the value cannot be read so.
pub fn bits(value: &Value) -> Result<Value, CoerceError> {
    human_to_bytes(value, None, true)
        .map_err(|_| CoerceError(format!("{} cannot be converted to a Bit value", class_name(value))))
}

/// How many bytes (or bits) `size` means; `default_unit` holds where it names none.
///
/// # Errors
/// In the words of Ansible's `human_to_bytes()`.
pub fn human_to_bytes(size: &Value, default_unit: Option<&str>, is_bits: bool) -> Result<Value, CoerceError> {
    let text = python::str(size);
    let cannot = || CoerceError(format!("human_to_bytes() can't interpret following string: {text}"));
    let trimmed = text.trim_end();
    let number_length = trimmed.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = trimmed.split_at(number_length);
    let unit = unit.trim_start();
    let dots = number.bytes().filter(|byte| *byte == b'.').count();
    if number.is_empty()
        || number.ends_with('.')
        || dots > 1
        || !unit.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return Err(cannot());
    }
    let number: f64 = number.parse().map_err(|_| cannot())?;
    let unit = if unit.is_empty() { default_unit.unwrap_or_default() } else { unit };
    let Some(letter) = unit.chars().next().map(|c| c.to_ascii_uppercase()) else {
        return Ok(whole(number));
    };
    let Some((_, power, long)) = UNITS.into_iter().find(|(known, ..)| *known == letter) else {
        let known: Vec<String> = UNITS.iter().map(|(letter, ..)| letter.to_string()).collect();
        return Err(CoerceError(format!(
            "human_to_bytes() failed to convert {text} (unit = {unit}). The suffix must be one of {}",
            known.join(", ")
        )));
    };
    let (class, class_name) = if is_bits { ("b", "bit") } else { ("B", "byte") };
    if unit.chars().count() > 1 {
        let short = if letter == 'B' { class.to_owned() } else { format!("{letter}{class}") };
        if unit != short && unit.to_lowercase() != format!("{long}{class_name}") {
            let expected = if letter == 'B' {
                format!("expect {class} or {class_name}")
            } else {
                format!("expect {letter}{class} or {letter}")
            };
            return Err(CoerceError(format!(
                "human_to_bytes() failed to convert {text}. Value is not a valid string ({expected})"
            )));
        }
    }
    Ok(whole(number * 2f64.powi(power)))
}

/// The nearest integer, the even one of two.
fn whole(number: f64) -> Value {
    BigInt::from_f64(number.round_ties_even()).map_or(Value::Int(0), Value::big)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, wanted) in
            [("10M", 10 << 20), ("1.5 GB", 3 << 29), ("7", 7), ("2 kilobyte", 2048), ("5b", 5)]
        {
            assert_eq!(bytes(&Value::str(text)).unwrap(), Value::Int(wanted), "{text}");
        }
        assert_eq!(bits(&Value::str("1Mb")).unwrap(), Value::Int(1 << 20));
        assert_eq!(human_to_bytes(&Value::Int(10), Some("M"), false).unwrap(), Value::Int(10 << 20));
    }

    #[test]
    fn what_is_no_size() {
        let message = |text: &str| human_to_bytes(&Value::str(text), None, false).unwrap_err().0;
        assert_eq!(
            message("10 foo"),
            "human_to_bytes() failed to convert 10 foo (unit = foo). The suffix must be one of Y, Z, E, P, T, G, M, K, B"
        );
        assert_eq!(
            message("1Mb"),
            "human_to_bytes() failed to convert 1Mb. Value is not a valid string (expect MB or M)"
        );
        assert_eq!(message("abc"), "human_to_bytes() can't interpret following string: abc");
        assert_eq!(
            bytes(&Value::str("1Mb")).unwrap_err().0,
            "<class 'str'> cannot be converted to a Byte value"
        );
    }
}
