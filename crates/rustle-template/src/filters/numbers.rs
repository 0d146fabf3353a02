//! Filters over numbers.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use rustle_value::{Value, coerce, numbers, ops};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("abs", abs),
    Filter::new("float", float),
    Filter::new("int", int),
    Filter::new("log", log),
    Filter::new("pow", pow),
    Filter::new("root", root),
    Filter::new("round", round),
    Filter::new("filesizeformat", filesizeformat),
    Filter::new("human_readable", human_readable),
    Filter::new("human_to_bytes", human_to_bytes),
];

/// The float that Python's `float(value)` gives.
fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Str(text) => numbers::parse_float(text),
        other => number(other),
    }
}

/// The float that a number is.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(float) => Some(*float),
        Value::Int(int) => Some(*int as f64),
        Value::Bool(bool) => Some(f64::from(u8::from(*bool))),
        Value::BigInt(int) => int.to_f64(),
        _ => None,
    }
}

fn not_a_number(filter: &str, value: &Value) -> Error {
    let kind = value.type_name();
    Error::type_error(format!("{filter}() can only be used on numbers: must be real number, not {kind}"))
}

/// `value | abs`
fn abs(call: &mut Call<'_>) -> Result<Value, Error> {
    call.finish()?;
    Ok(match &call.value {
        Value::Int(int) => Value::big(BigInt::from(*int).abs()),
        Value::Bool(bool) => Value::Int(i64::from(*bool)),
        Value::BigInt(int) => Value::big(int.abs()),
        Value::Float(float) => Value::Float(float.abs()),
        other => {
            return Err(Error::type_error(format!("bad operand type for abs(): '{}'", other.type_name())));
        }
    })
}

/// `value | float(default=0.0)`
fn float(call: &mut Call<'_>) -> Result<Value, Error> {
    let default = call.arg(0, "default").unwrap_or(Value::Float(0.0));
    call.finish()?;
    Ok(as_float(&call.value).map_or(default, Value::Float))
}

/// `value | int(default=0, base=10)`
fn int(call: &mut Call<'_>) -> Result<Value, Error> {
    let default = call.arg(0, "default").unwrap_or(Value::Int(0));
    let base = call.int_arg(1, "base", 10)?;
    call.finish()?;
    Ok(match &call.value {
        Value::Int(_) | Value::BigInt(_) => call.take_value(),
        Value::Bool(bool) => Value::Int(i64::from(*bool)),
        Value::Float(float) if float.is_nan() => default,
        Value::Float(float) => ops::truncate(*float)?,
        Value::Str(text) => {
            let base = u32::try_from(base).unwrap_or(1);
            match numbers::parse_int(text, base) {
                Some(int) => Value::big(int),
                // As for `"42.23"`; what is infinite or no number has no integer.
                None => numbers::parse_float(text).and_then(|it| ops::truncate(it).ok()).unwrap_or(default),
            }
        }
        _ => default,
    })
}

/// `value | log(base=e)`
fn log(call: &mut Call<'_>) -> Result<Value, Error> {
    let base = call.arg(0, "base");
    call.finish()?;
    let wrong = |value: &Value| not_a_number("log", value);
    let value = number(&call.value).ok_or_else(|| wrong(&call.value))?;
    let base = base.map_or(Ok(std::f64::consts::E), |base| number(&base).ok_or_else(|| wrong(&base)))?;
    if value <= 0.0 || base <= 0.0 {
        return Err(Error::value_error("math domain error"));
    }
    let logarithm = if base == 10.0 {
        value.log10()
    } else if base == std::f64::consts::E {
        value.ln()
    } else if base == 1.0 {
        return Err(Error::value_error("float division by zero"));
    } else {
        value.ln() / base.ln()
    };
    Ok(Value::Float(logarithm))
}

/// `value | pow(exponent)`: always a float
fn pow(call: &mut Call<'_>) -> Result<Value, Error> {
    let exponent = call.required(0, "y")?;
    call.finish()?;
    match (number(&call.value), number(&exponent)) {
        (Some(base), Some(exponent)) => Ok(ops::pow(&Value::Float(base), &Value::Float(exponent))?),
        (Some(_), None) => Err(not_a_number("pow", &exponent)),
        _ => Err(not_a_number("pow", &call.value)),
    }
}

/// `value | root(base=2)`
fn root(call: &mut Call<'_>) -> Result<Value, Error> {
    let base = call.arg(0, "base").unwrap_or(Value::Int(2));
    call.finish()?;
    let value = number(&call.value).ok_or_else(|| not_a_number("root", &call.value))?;
    let base = as_float(&base).ok_or_else(|| not_a_number("root", &base))?;
    let result = if base == 2.0 { value.sqrt() } else { value.powf(1.0 / base) };
    if result.is_nan() && !value.is_nan() {
        return Err(Error::value_error("root() can only be used on numbers: math domain error"));
    }
    Ok(Value::Float(result))
}

/// `value | round(precision=0, method='common')`
fn round(call: &mut Call<'_>) -> Result<Value, Error> {
    let precision = call.int_arg(0, "precision", 0)?;
    let method = call.text_arg(1, "method", "common")?;
    call.finish()?;
    let precision = i32::try_from(precision.clamp(-400, 400)).unwrap_or(0);
    let Some(value) = number(&call.value) else {
        let kind = call.value.type_name();
        return Err(Error::type_error(if method == "common" {
            format!("type {kind} doesn't define __round__ method")
        } else {
            format!("must be real number, not {kind}")
        }));
    };
    let power = 10f64.powi(precision);
    match method.as_str() {
        "common" if !matches!(call.value, Value::Float(_)) => round_int(&call.value, precision),
        "common" => Ok(Value::Float(round_float(value, precision))),
        "ceil" => Ok(Value::Float((value * power).ceil() / power)),
        "floor" => Ok(Value::Float((value * power).floor() / power)),
        _ => Err(Error::value_error("method must be common, ceil or floor")),
    }
}

fn round_float(value: f64, precision: i32) -> f64 {
    match usize::try_from(precision) {
        // To print and to read again rounds correctly, which to multiply and to divide does not.
        Ok(digits) => format!("{value:.digits$}").parse().unwrap_or(value),
        Err(_) => {
            let power = 10f64.powi(-precision);
            (value / power).round_ties_even() * power
        }
    }
}

/// An integer stays one; a negative precision rounds to tens, hundreds …
fn round_int(value: &Value, precision: i32) -> Result<Value, Error> {
    let Ok(zeros) = u32::try_from(-precision) else {
        return Ok(value.clone());
    };
    if zeros == 0 {
        return Ok(ops::pos(value)?);
    }
    let int: BigInt = match value {
        Value::BigInt(int) => BigInt::clone(int),
        other => crate::typed_arguments::integer(other)?.into(),
    };
    let power = BigInt::from(10).pow(zeros);
    // Half a unit up, then down to the unit below.
    let doubled = &int * 2 + &power;
    let mut quotient = floor(&doubled, &(&power * 2));
    // Of two numbers that are equally near, the even one.
    let tie = &quotient * &power * 2 == doubled;
    if tie && quotient.bit(0) {
        quotient -= 1;
    }
    Ok(Value::big(quotient * power))
}

fn floor(a: &BigInt, b: &BigInt) -> BigInt {
    let quotient = a / b;
    if (a % b).is_negative() { quotient - 1 } else { quotient }
}

/// `value | filesizeformat(binary=false)`
fn filesizeformat(call: &mut Call<'_>) -> Result<Value, Error> {
    let binary = call.flag(0, "binary")?;
    call.finish()?;
    let Some(bytes) = as_float(&call.value) else {
        return Err(match &call.value {
            Value::Str(_) => {
                Error::value_error(format!("could not convert string to float: {:?}", call.value))
            }
            other => Error::type_error(format!(
                "float() argument must be a string or a real number, not '{}'",
                other.type_name()
            )),
        });
    };
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    let prefixes = if binary { "KMGTPEZY" } else { "kMGTPEZY" };
    let suffix = if binary { "iB" } else { "B" };
    if bytes == 1.0 {
        return Ok(Value::str("1 Byte"));
    }
    if bytes < base {
        return Ok(Value::from(format!("{} Bytes", ops::truncate(bytes)?)));
    }
    let mut unit = base;
    for prefix in prefixes.chars() {
        unit *= base;
        if bytes < unit || prefix == 'Y' {
            return Ok(Value::from(format!("{:.1} {prefix}{suffix}", base * bytes / unit)));
        }
    }
    Ok(Value::None)
}

/// The units of `human_readable`, the largest first.
const UNITS: [(&str, i32); 9] =
    [("Y", 80), ("Z", 70), ("E", 60), ("P", 50), ("T", 40), ("G", 30), ("M", 20), ("K", 10), ("B", 0)];

/// `value | human_readable(isbits=false, unit=none)`
fn human_readable(call: &mut Call<'_>) -> Result<Value, Error> {
    let is_bits = call.flag(0, "isbits")?;
    let unit = call.text_given(1, "unit")?;
    call.finish()?;
    let Some(size) = number(&call.value) else {
        return Err(Error::type_error(format!(
            "human_readable() failed on bad input: '>=' not supported between instances of '{}' and 'int'",
            call.value.type_name()
        )));
    };
    let base = if is_bits { "bits" } else { "Bytes" };
    let fits = |(letter, power): &(&str, i32)| match &unit {
        Some(unit) => unit.to_uppercase() == *letter,
        None => size >= 2f64.powi(*power),
    };
    let (letter, power) = UNITS.into_iter().find(fits).unwrap_or(("B", 0));
    let suffix = if power == 0 { base.to_owned() } else { format!("{letter}{}", &base[..1]) };
    Ok(Value::from(format!("{:.2} {suffix}", size / 2f64.powi(power))))
}

/// `value | human_to_bytes(default_unit=none, isbits=false)`
fn human_to_bytes(call: &mut Call<'_>) -> Result<Value, Error> {
    let unit = call.text_given(0, "default_unit")?;
    let is_bits = call.flag(1, "isbits")?;
    call.finish()?;
    coerce::human_to_bytes(&call.value, unit.as_deref(), is_bits)
        .map_err(|error| Error::value_error(format!("human_to_bytes() can't interpret the input: {error}")))
}
