//! Order: `<`, `<=`, `>`, `>=`, and sorting by it.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use super::{OpError, defined};
use crate::value::Value;

/// An operator that compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    /// Whether it holds for operands in this order; `None` is the order of a NaN.
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Comparison::Less => order == Some(Ordering::Less),
            Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Comparison::Greater => order == Some(Ordering::Greater),
            Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// `left < right`, or another comparison. Numbers compare with numbers, text with text, lists with lists item by item.
///
/// # Errors
/// If the types have no order: `'<' not supported between instances of 'str' and 'int'`.
pub fn compare(comparison: Comparison, left: &Value, right: &Value) -> Result<bool, OpError> {
    defined(&[left, right])?;
    Ok(comparison.holds(order(comparison, left, right)?))
}

/// `left < right`.
///
/// # Errors
/// As [`compare`].
pub fn less(left: &Value, right: &Value) -> Result<bool, OpError> {
    compare(Comparison::Less, left, right)
}

fn order(comparison: Comparison, left: &Value, right: &Value) -> Result<Option<Ordering>, OpError> {
    use Value::*;
    match (left, right) {
        (Str(a) | Template(a), Str(b) | Template(b)) => Ok(Some(a.cmp(b))),
        (Bytes(a), Bytes(b)) => Ok(Some(a.cmp(b))),
        (List(a), List(b)) | (Tuple(a), Tuple(b)) => match a.iter().zip(b.iter()).find(|(a, b)| a != b) {
            Some((a, b)) => order(comparison, a, b),
            _ => Ok(Some(a.len().cmp(&b.len()))),
        },
        (Object(object), other) if object.compare(other).is_some() => Ok(object.compare(other)),
        _ => numeric_order(left, right).ok_or_else(|| {
            OpError::Type(format!(
                "'{}' not supported between instances of '{}' and '{}'",
                comparison.symbol(),
                left.type_name(),
                right.type_name()
            ))
        }),
    }
}

/// The order of two numbers, exact also between a float and an integer; `None` if one of them is no number.
fn numeric_order(left: &Value, right: &Value) -> Option<Option<Ordering>> {
    if let (Some(a), Some(b)) = (small(left), small(right)) {
        return Some(Some(a.cmp(&b)));
    }
    match (left, right) {
        (Value::Float(a), Value::Float(b)) => Some(a.partial_cmp(b)),
        (Value::Float(a), b) => Some(float_order(*a, &integer(b)?)),
        (a, Value::Float(b)) => Some(float_order(*b, &integer(a)?).map(Ordering::reverse)),
        (a, b) => Some(Some(integer(a)?.cmp(&integer(b)?))),
    }
}

fn float_order(float: f64, int: &BigInt) -> Option<Ordering> {
    if float.is_infinite() {
        return Some(if float > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    let floor = BigInt::from_f64(float.floor())?;
    Some(floor.cmp(int).then(if float.fract() == 0.0 { Ordering::Equal } else { Ordering::Greater }))
}

/// The integer of a value of at most 64 bits.
pub(super) fn small(value: &Value) -> Option<i64> {
    match value {
        Value::Int(int) => Some(*int),
        Value::Bool(bool) => Some(i64::from(*bool)),
        _ => None,
    }
}

/// The integer of any size that a value is.
pub(super) fn integer(value: &Value) -> Option<BigInt> {
    match value {
        Value::BigInt(int) => Some(BigInt::clone(int)),
        other => small(other).map(BigInt::from),
    }
}

/// Sorts `items` by their keys, ascending, equal ones in the order they had, as Python's `sorted`.
///
/// # Errors
/// If two keys have no order.
pub fn sort_by_key<T: Clone>(items: &mut [T], key: impl Fn(&T) -> &Value) -> Result<(), OpError> {
    sort(items, &|a, b| less(key(a), key(b)))
}

/// A merge sort: unlike the sorts of the standard library it takes an order that can fail, and one that is no total
/// order, as NaN makes it.
fn sort<T: Clone>(items: &mut [T], less: &impl Fn(&T, &T) -> Result<bool, OpError>) -> Result<(), OpError> {
    if items.len() < 2 {
        return Ok(());
    }
    let (left, right) = items.split_at_mut(items.len() / 2);
    sort(left, less)?;
    sort(right, less)?;
    let (mut a, mut b) = (left.iter().peekable(), right.iter().peekable());
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(first), Some(second)) = (a.peek(), b.peek()) {
        let taken = if less(second, first)? { b.next() } else { a.next() };
        merged.extend(taken.cloned());
    }
    merged.extend(a.chain(b).cloned());
    items.clone_from_slice(&merged);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_pythons() {
        let list = |items: &[i64]| items.iter().copied().collect::<Value>();
        let big = Value::big("100000000000000000000".parse().unwrap());
        for (left, right) in [
            (Value::Int(1), Value::Float(1.5)),
            (Value::Bool(false), Value::Bool(true)),
            (Value::str("Z"), Value::str("a")),
            (list(&[1, 2]), list(&[1, 3])),
            (list(&[1]), list(&[1, 0])),
            (Value::Int(i64::MAX), big.clone()),
            (Value::Float(1e19), big.clone()),
            (big.clone(), Value::Float(f64::INFINITY)),
            (Value::Int(9007199254740992), Value::Int(9007199254740993)),
        ] {
            assert_eq!(less(&left, &right), Ok(true), "{left:?} < {right:?}");
            assert_eq!(less(&right, &left), Ok(false), "{right:?} < {left:?}");
            assert_eq!(compare(Comparison::GreaterOrEqual, &right, &left), Ok(true));
        }
        let nan = Value::Float(f64::NAN);
        assert_eq!(compare(Comparison::LessOrEqual, &nan, &nan), Ok(false));
    }

    #[test]
    fn what_has_no_order() {
        let error = less(&Value::str("a"), &Value::Int(1)).unwrap_err();
        assert_eq!(error.to_string(), "'<' not supported between instances of 'str' and 'int'");
        assert_eq!(error.kind(), "TypeError");
        let error =
            compare(Comparison::Greater, &Value::undefined("'x' is undefined"), &Value::Int(1)).unwrap_err();
        assert_eq!(error.to_string(), "'x' is undefined");
    }

    #[test]
    fn sorting_is_stable_and_survives_nan() {
        let mut items = [(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')].map(|(n, c)| (Value::Int(n), c));
        sort_by_key(&mut items, |(n, _)| n).unwrap();
        assert_eq!(items.map(|(_, c)| c), ['b', 'd', 'a', 'c']);
        let mut floats: Vec<Value> =
            [3.0, f64::NAN, 1.0, 2.0, f64::NAN].repeat(20).into_iter().map(Value::Float).collect();
        sort_by_key(&mut floats, |float| float).unwrap();
        let mut mixed = vec![Value::Int(1), Value::str("a")];
        assert!(sort_by_key(&mut mixed, |value| value).is_err());
    }
}
