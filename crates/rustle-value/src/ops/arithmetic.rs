//! Arithmetic: `+ - * / // % **` and the sign.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use super::{OpError, defined};
use crate::format;
use crate::value::Value;

/// The most items, characters or bits that an operator makes: what a playbook means is far below, what exhausts memory
/// is above.
pub(super) const MAX_SIZE: usize = 1 << 28;

/// A number as arithmetic sees it: a boolean is one too.
pub(super) enum Number {
    Int(i64),
    Big(BigInt),
    Float(f64),
}

impl Number {
    pub(super) fn of(value: &Value) -> Option<Number> {
        Some(match value {
            Value::Bool(bool) => Number::Int(i64::from(*bool)),
            Value::Int(int) => Number::Int(*int),
            Value::BigInt(int) => Number::Big(BigInt::clone(int)),
            Value::Float(float) => Number::Float(*float),
            _ => return None,
        })
    }

    pub(super) fn big(self) -> Option<BigInt> {
        match self {
            Number::Int(int) => Some(int.into()),
            Number::Big(int) => Some(int),
            Number::Float(_) => None,
        }
    }

    pub(super) fn float(&self) -> Result<f64, OpError> {
        match self {
            Number::Int(int) => Ok(*int as f64),
            Number::Float(float) => Ok(*float),
            Number::Big(int) => int
                .to_f64()
                .filter(|float| float.is_finite())
                .ok_or_else(|| OpError::Overflow("int too large to convert to float".into())),
        }
    }
}

/// How two numbers go together: as machine integers, as big ones, as floats.
struct Arithmetic {
    small: fn(i64, i64) -> Option<i64>,
    big: fn(BigInt, BigInt) -> BigInt,
    float: fn(f64, f64) -> f64,
}

/// The result for two numbers; `None` if one of the operands is none.
fn numeric(left: &Value, right: &Value, arithmetic: &Arithmetic) -> Result<Option<Value>, OpError> {
    let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) else {
        return Ok(None);
    };
    Ok(Some(match (a, b) {
        (Number::Int(a), Number::Int(b)) => match (arithmetic.small)(a, b) {
            Some(int) => Value::Int(int),
            None => Value::big((arithmetic.big)(a.into(), b.into())),
        },
        (a, b) if matches!(a, Number::Float(_)) || matches!(b, Number::Float(_)) => {
            Value::Float((arithmetic.float)(a.float()?, b.float()?))
        }
        (a, b) => match (a.big(), b.big()) {
            (Some(a), Some(b)) => Value::big((arithmetic.big)(a, b)),
            _ => return Ok(None),
        },
    }))
}

/// What an object says, or the error that the operands do not go together.
pub(super) fn by_object(operator: &str, left: &Value, right: &Value) -> Result<Value, OpError> {
    let said = match (left, right) {
        (Value::Object(object), other) => object.operate(operator, other, false),
        _ => None,
    };
    let said = said.or_else(|| match (left, right) {
        (other, Value::Object(object)) => object.operate(operator, other, true),
        _ => None,
    });
    said.ok_or_else(|| {
        OpError::Type(format!(
            "unsupported operand type(s) for {operator}: '{}' and '{}'",
            left.type_name(),
            right.type_name()
        ))
    })
}

/// `left + right`: the sum of numbers, or two texts, lists or tuples in a row.
///
/// # Errors
/// If the types do not go together.
pub fn add(left: &Value, right: &Value) -> Result<Value, OpError> {
    defined(&[left, right])?;
    let arithmetic = Arithmetic { small: i64::checked_add, big: |a, b| a + b, float: |a, b| a + b };
    if let Some(sum) = numeric(left, right, &arithmetic)? {
        return Ok(sum);
    }
    let joined = |a: &[Value], b: &[Value]| -> Vec<Value> { a.iter().chain(b).cloned().collect() };
    match (left, right) {
        (Value::Str(a) | Value::Template(a), Value::Str(b) | Value::Template(b)) => {
            Ok(Value::from(format!("{a}{b}")))
        }
        (Value::List(a), Value::List(b)) => Ok(Value::from(joined(a, b))),
        (Value::Tuple(a), Value::Tuple(b)) => Ok(Value::tuple(joined(a, b))),
        (Value::Bytes(a), Value::Bytes(b)) => Ok(Value::Bytes([a.as_ref(), b.as_ref()].concat().into())),
        (Value::Str(_) | Value::List(_) | Value::Tuple(_), other) if !matches!(other, Value::Object(_)) => {
            let kind = left.type_name();
            Err(OpError::Type(format!(
                "can only concatenate {kind} (not \"{}\") to {kind}",
                other.type_name()
            )))
        }
        _ => by_object("+", left, right),
    }
}

/// `left - right`.
///
/// # Errors
/// If an operand is no number.
pub fn sub(left: &Value, right: &Value) -> Result<Value, OpError> {
    defined(&[left, right])?;
    let arithmetic = Arithmetic { small: i64::checked_sub, big: |a, b| a - b, float: |a, b| a - b };
    numeric(left, right, &arithmetic)?.map_or_else(|| by_object("-", left, right), Ok)
}

/// `left * right`: the product of numbers, or a text or list so many times.
///
/// # Errors
/// If the types do not go together, or the result would be too large.
pub fn mul(left: &Value, right: &Value) -> Result<Value, OpError> {
    defined(&[left, right])?;
    let arithmetic = Arithmetic { small: i64::checked_mul, big: |a, b| a * b, float: |a, b| a * b };
    if let Some(product) = numeric(left, right, &arithmetic)? {
        return Ok(product);
    }
    let is_sequence = |value: &Value| {
        matches!(
            value,
            Value::Str(_) | Value::Template(_) | Value::List(_) | Value::Tuple(_) | Value::Bytes(_)
        )
    };
    let (sequence, count) = match (is_sequence(left), is_sequence(right)) {
        (true, _) => (left, right),
        (false, true) => (right, left),
        (false, false) => return by_object("*", left, right),
    };
    let count = match Number::of(count) {
        Some(Number::Int(count)) => usize::try_from(count).unwrap_or(0),
        Some(Number::Big(count)) => {
            if count.is_negative() {
                0
            } else {
                usize::MAX
            }
        }
        _ => {
            return Err(OpError::Type(format!(
                "can't multiply sequence by non-int of type '{}'",
                count.type_name()
            )));
        }
    };
    let bounded = |length: usize| match length.checked_mul(count) {
        Some(size) if size <= MAX_SIZE => Ok(()),
        _ => Err(too_large()),
    };
    Ok(match sequence {
        Value::Str(text) | Value::Template(text) => {
            bounded(text.len())?;
            Value::from(text.repeat(count))
        }
        Value::Bytes(bytes) => {
            bounded(bytes.len())?;
            Value::Bytes(bytes.repeat(count).into())
        }
        other => {
            let items = other.as_items().unwrap_or_default();
            bounded(items.len())?;
            let all: Vec<Value> = std::iter::repeat_n(items, count).flatten().cloned().collect();
            if matches!(other, Value::Tuple(_)) { Value::tuple(all) } else { Value::from(all) }
        }
    })
}

pub(super) fn too_large() -> OpError {
    OpError::Overflow("the result is too large".into())
}

/// `left / right`: always a float.
///
/// # Errors
/// If an operand is no number, or the right one is zero.
pub fn div(left: &Value, right: &Value) -> Result<Value, OpError> {
    defined(&[left, right])?;
    let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) else {
        return by_object("/", left, right);
    };
    let integers = !matches!(a, Number::Float(_)) && !matches!(b, Number::Float(_));
    let too_large = |error| {
        if integers {
            OpError::Overflow("integer division result too large for a float".into())
        } else {
            error
        }
    };
    let divisor = b.float().map_err(too_large)?;
    if divisor == 0.0 {
        let what = if integers { "division by zero" } else { "float division by zero" };
        return Err(OpError::ZeroDivision(what.into()));
    }
    Ok(Value::Float(a.float().map_err(too_large)? / divisor))
}

/// `left // right`: the quotient rounded towards minus infinity.
///
/// # Errors
/// If an operand is no number, or the right one is zero.
pub fn floordiv(left: &Value, right: &Value) -> Result<Value, OpError> {
    defined(&[left, right])?;
    refuse_zero(left, right, "integer division or modulo by zero", "float floor division by zero")?;
    let arithmetic = Arithmetic {
        small: |a, b| {
            let quotient = a.checked_div(b)?;
            Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
        },
        big: |a, b| floor_divided(&a, &b).0,
        float: |a, b| float_floor_divided(a, b).0,
    };
    numeric(left, right, &arithmetic)?.map_or_else(|| by_object("//", left, right), Ok)
}

/// `left % right`: the remainder with the sign of the right operand; for text, [`format::percent`].
///
/// # Errors
/// If an operand is no number, the right one is zero, or the text cannot be formatted.
pub fn modulo(left: &Value, right: &Value) -> Result<Value, OpError> {
    defined(&[left, right])?;
    if let Value::Str(text) | Value::Template(text) = left {
        return format::percent(text, right).map(Value::from);
    }
    refuse_zero(left, right, "integer modulo by zero", "float modulo")?;
    let arithmetic = Arithmetic {
        small: |a, b| {
            let rest = a.checked_rem(b)?;
            Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        },
        big: |a, b| floor_divided(&a, &b).1,
        float: |a, b| float_floor_divided(a, b).1,
    };
    numeric(left, right, &arithmetic)?.map_or_else(|| by_object("%", left, right), Ok)
}

fn refuse_zero(left: &Value, right: &Value, integers: &str, floats: &str) -> Result<(), OpError> {
    let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) else {
        return Ok(());
    };
    let float = matches!(a, Number::Float(_)) || matches!(b, Number::Float(_));
    match b {
        Number::Int(0) => {}
        Number::Float(0.0) => {}
        _ => return Ok(()),
    }
    Err(OpError::ZeroDivision(if float { floats } else { integers }.into()))
}

/// Quotient and remainder, the quotient rounded towards minus infinity.
fn floor_divided(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    let (quotient, rest) = (a / b, a % b);
    if !rest.is_zero() && rest.is_negative() != b.is_negative() {
        (quotient - 1, rest + b)
    } else {
        (quotient, rest)
    }
}

fn float_floor_divided(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    let quotient = if quotient == 0.0 { 0f64.copysign(a / b) } else { quotient.round() };
    (quotient, rest)
}

#[cfg(test)]
mod tests {
    use super::super::{neg, pos, pow, truncate};
    use super::*;
    use crate::literal::literal_eval;

    fn value(text: &str) -> Value {
        literal_eval(text).unwrap_or_else(|| panic!("{text}"))
    }

    fn shown(result: Result<Value, OpError>) -> String {
        match result {
            Ok(value) => crate::python::repr(&value),
            Err(error) => format!("{}: {error}", error.kind()),
        }
    }

    /// Recorded from CPython.
    #[test]
    fn results_are_pythons() {
        for (operator, left, right, wanted) in [
            ("+", "9223372036854775807", "1", "9223372036854775808"),
            ("+", "1", "True", "2"),
            ("+", "1", "0.5", "1.5"),
            ("+", "[1]", "['a']", "[1, 'a']"),
            ("+", "'a'", "1", "TypeError: can only concatenate str (not \"int\") to str"),
            ("+", "1", "'a'", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
            ("+", "{}", "{}", "TypeError: unsupported operand type(s) for +: 'dict' and 'dict'"),
            ("-", "-9223372036854775808", "1", "-9223372036854775809"),
            ("-", "'a'", "1", "TypeError: unsupported operand type(s) for -: 'str' and 'int'"),
            ("*", "4294967296", "4294967296", "18446744073709551616"),
            ("*", "'ab'", "3", "'ababab'"),
            ("*", "2", "[1]", "[1, 1]"),
            ("*", "'a'", "-1", "''"),
            ("*", "'a'", "1.5", "TypeError: can't multiply sequence by non-int of type 'float'"),
            ("*", "'a'", "99999999999", "OverflowError: the result is too large"),
            ("/", "7", "2", "3.5"),
            ("/", "4", "2", "2.0"),
            ("/", "1", "0", "ZeroDivisionError: division by zero"),
            ("/", "1.0", "0", "ZeroDivisionError: float division by zero"),
            ("//", "7", "-2", "-4"),
            ("//", "-7", "2.5", "-3.0"),
            ("//", "1180591620717411303424", "3", "393530540239137101141"),
            ("//", "1", "0", "ZeroDivisionError: integer division or modulo by zero"),
            ("//", "-9223372036854775808", "-1", "9223372036854775808"),
            ("%", "7", "-2", "-1"),
            ("%", "-7", "2.5", "0.5"),
            ("%", "5", "-2.5", "-0.0"),
            ("%", "1", "0", "ZeroDivisionError: integer modulo by zero"),
            ("%", "'%d of %s'", "(1, 'x')", "'1 of x'"),
            ("**", "2", "100", "1267650600228229401496703205376"),
            ("**", "-2", "3", "-8"),
            ("**", "2", "-1", "0.5"),
            ("**", "2", "0.5", "1.4142135623730951"),
            ("**", "-1", "9223372036854775808000001", "-1"),
            ("**", "0", "-1", "ZeroDivisionError: 0.0 cannot be raised to a negative power"),
            ("**", "2.0", "10000", "OverflowError: (34, 'Numerical result out of range')"),
            ("**", "10", "10000000000", "OverflowError: the result is too large"),
        ] {
            let operate = match operator {
                "+" => add,
                "-" => sub,
                "*" => mul,
                "/" => div,
                "//" => floordiv,
                "%" => modulo,
                _ => pow,
            };
            assert_eq!(shown(operate(&value(left), &value(right))), wanted, "{left} {operator} {right}");
        }
    }

    #[test]
    fn signs() {
        assert_eq!(shown(neg(&Value::Int(i64::MIN))), "9223372036854775808");
        assert_eq!(shown(neg(&Value::Bool(true))), "-1");
        assert_eq!(shown(neg(&Value::str("a"))), "TypeError: bad operand type for unary -: 'str'");
        assert_eq!(shown(pos(&Value::Float(1.5))), "1.5");
        assert_eq!(shown(truncate(-1.9)), "-1");
        assert_eq!(
            shown(add(&Value::undefined("'x' is undefined"), &Value::Int(1))),
            "UndefinedError: 'x' is undefined"
        );
    }
}
