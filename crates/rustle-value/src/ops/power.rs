//! Powers, signs, and the integer in a float.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Pow, Signed, ToPrimitive};

use super::arithmetic::{MAX_SIZE, Number, by_object, too_large};
use super::{OpError, defined};
use crate::value::Value;

/// `left ** right`.
///
/// # Errors
/// If an operand is no number, zero is raised to a negative power, a negative number to a fraction, or the result would
/// be too large.
pub fn pow(left: &Value, right: &Value) -> Result<Value, OpError> {
    defined(&[left, right])?;
    let (Some(base), Some(exponent)) = (Number::of(left), Number::of(right)) else {
        return by_object("** or pow()", left, right);
    };
    let natural = match &exponent {
        Number::Int(int) => *int >= 0,
        Number::Big(int) => !int.is_negative(),
        Number::Float(_) => false,
    };
    if natural && !matches!(base, Number::Float(_)) {
        let (Some(base), Some(exponent)) = (base.big(), exponent.big()) else {
            return by_object("** or pow()", left, right);
        };
        if base.bits() > 1 {
            let bits = exponent.to_u64().and_then(|exponent| base.bits().checked_mul(exponent));
            if bits.is_none_or(|bits| bits > MAX_SIZE as u64) {
                return Err(too_large());
            }
        }
        // The powers of 0, 1 and -1 do not grow; only whether the exponent is even matters.
        let exponent = exponent.to_u64().unwrap_or_else(|| 2 + u64::from(exponent.bit(0)));
        return Ok(Value::big(Pow::pow(base, exponent)));
    }
    let (base, exponent) = (base.float()?, exponent.float()?);
    if base == 0.0 && exponent < 0.0 {
        return Err(OpError::ZeroDivision("0.0 cannot be raised to a negative power".into()));
    }
    let power = base.powf(exponent);
    if power.is_nan() && !base.is_nan() && !exponent.is_nan() {
        return Err(OpError::Value("a negative number cannot be raised to a fractional power".into()));
    }
    if power.is_infinite() && base.is_finite() && exponent.is_finite() {
        return Err(OpError::Overflow("(34, 'Numerical result out of range')".into()));
    }
    Ok(Value::Float(power))
}

/// `-value`.
///
/// # Errors
/// If it is no number.
pub fn neg(value: &Value) -> Result<Value, OpError> {
    match signed(value, "-")? {
        Number::Float(float) => Ok(Value::Float(-float)),
        Number::Int(int) => Ok(int.checked_neg().map_or_else(|| Value::big(-BigInt::from(int)), Value::Int)),
        Number::Big(int) => Ok(Value::big(-int)),
    }
}

/// `+value`.
///
/// # Errors
/// If it is no number.
pub fn pos(value: &Value) -> Result<Value, OpError> {
    Ok(match signed(value, "+")? {
        Number::Float(float) => Value::Float(float),
        Number::Int(int) => Value::Int(int),
        Number::Big(int) => Value::big(int),
    })
}

fn signed(value: &Value, sign: &str) -> Result<Number, OpError> {
    defined(&[value])?;
    Number::of(value)
        .ok_or_else(|| OpError::Type(format!("bad operand type for unary {sign}: '{}'", value.type_name())))
}

/// The integer that a float is when its fraction is cut off: Python's `int(float)`.
///
/// # Errors
/// If it is infinite or no number.
pub fn truncate(float: f64) -> Result<Value, OpError> {
    if float.is_nan() {
        return Err(OpError::Value("cannot convert float NaN to integer".into()));
    }
    BigInt::from_f64(float.trunc())
        .map(Value::big)
        .ok_or_else(|| OpError::Overflow("cannot convert float infinity to integer".into()))
}
