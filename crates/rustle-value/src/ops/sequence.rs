//! What Python does with sequences: `in`, `len()`, `[index]`, `[start:stop:step]`, `~`.

use super::{OpError, defined};
use crate::python;
use crate::value::Value;

/// `item in container`.
///
/// # Errors
/// If the container is none, or is text and the item is not.
pub fn contains(container: &Value, item: &Value) -> Result<bool, OpError> {
    defined(&[item, container])?;
    match container {
        Value::List(items) | Value::Tuple(items) => Ok(items.contains(item)),
        Value::Map(map) => Ok(map.get_value(item).is_some()),
        Value::Str(text) | Value::Template(text) => match item {
            Value::Str(part) | Value::Template(part) => Ok(text.contains(part.as_ref())),
            other => Err(OpError::Type(format!(
                "'in <string>' requires string as left operand, not {}",
                other.type_name()
            ))),
        },
        other => Err(OpError::Type(format!("argument of type '{}' is not iterable", other.type_name()))),
    }
}

/// `len(value)`; of text, in characters.
///
/// # Errors
/// If the value has no length.
pub fn len(value: &Value) -> Result<usize, OpError> {
    defined(&[value])?;
    match value {
        Value::List(items) | Value::Tuple(items) => Ok(items.len()),
        Value::Map(map) => Ok(map.len()),
        Value::Str(text) | Value::Template(text) => Ok(text.chars().count()),
        Value::Bytes(bytes) => Ok(bytes.len()),
        other => Err(OpError::Type(format!("object of type '{}' has no len()", other.type_name()))),
    }
}

/// `value[key]`: of a list, a tuple or text by position, negative from the end; of a dictionary by key. `None` if there is
/// nothing.
pub fn item(value: &Value, key: &Value) -> Option<Value> {
    let position = match key {
        Value::Int(int) => Some(*int),
        Value::Bool(bool) => Some(i64::from(*bool)),
        _ => None,
    };
    match value {
        Value::Map(map) => map.get_value(key).cloned(),
        Value::List(items) | Value::Tuple(items) => items.get(absolute(position?, items.len())?).cloned(),
        Value::Str(text) | Value::Template(text) => {
            let index = match usize::try_from(position?) {
                Ok(index) => index,
                Err(_) => absolute(position?, text.chars().count())?,
            };
            text.chars().nth(index).map(|c| Value::from(c.to_string()))
        }
        Value::Bytes(bytes) => bytes.get(absolute(position?, bytes.len())?).map(|byte| Value::from(*byte)),
        _ => None,
    }
}

/// The index that `position` means, counted from the end if it is negative.
fn absolute(position: i64, length: usize) -> Option<usize> {
    if position >= 0 {
        usize::try_from(position).ok()
    } else {
        length.checked_sub(usize::try_from(position.unsigned_abs()).ok()?)
    }
}

/// `value[start:stop:step]`; `None` stands for a bound that is left out.
///
/// # Errors
/// If the value is no sequence, a bound no integer, or the step zero.
pub fn slice(
    value: &Value,
    start: Option<&Value>,
    stop: Option<&Value>,
    step: Option<&Value>,
) -> Result<Value, OpError> {
    defined(&[value])?;
    let bound = |bound: Option<&Value>| match bound {
        None | Some(Value::None) => Ok(None),
        Some(Value::Int(int)) => Ok(Some(*int)),
        Some(Value::Bool(bool)) => Ok(Some(i64::from(*bool))),
        // Whatever does not fit 64 bits is beyond every sequence.
        Some(Value::BigInt(int)) => {
            Ok(Some(if int.sign() == num_bigint::Sign::Minus { i64::MIN } else { i64::MAX }))
        }
        Some(other) => defined(&[other]).and(Err(OpError::Type(
            "slice indices must be integers or None or have an __index__ method".into(),
        ))),
    };
    let bounds = (bound(start)?, bound(stop)?, bound(step)?.unwrap_or(1));
    if bounds.2 == 0 {
        return Err(OpError::Value("slice step cannot be zero".into()));
    }
    match value {
        Value::List(items) => Ok(Value::from(sliced(items, bounds))),
        Value::Tuple(items) => Ok(Value::tuple(sliced(items, bounds))),
        Value::Bytes(bytes) => Ok(Value::Bytes(sliced(bytes, bounds).into())),
        Value::Str(text) | Value::Template(text) => {
            let chars: Vec<char> = text.chars().collect();
            Ok(Value::from(sliced(&chars, bounds).into_iter().collect::<String>()))
        }
        Value::Map(_) => Err(OpError::Type("unhashable type: 'slice'".into())),
        other => Err(OpError::Type(format!("'{}' object is not subscriptable", other.type_name()))),
    }
}

fn sliced<T: Clone>(items: &[T], (start, stop, step): (Option<i64>, Option<i64>, i64)) -> Vec<T> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let place = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(bound) => if bound < 0 { bound.saturating_add(length) } else { bound }.clamp(lowest, highest),
    };
    let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    let (mut at, stop) = (place(start, first), place(stop, last));
    let mut taken = Vec::new();
    while if step > 0 { at < stop } else { at > stop } {
        taken.extend(usize::try_from(at).ok().and_then(|index| items.get(index)).cloned());
        at = at.saturating_add(step);
    }
    taken
}

/// `left ~ right`: the texts of both in a row.
///
/// # Errors
/// If one is undefined.
pub fn concat(left: &Value, right: &Value) -> Result<Value, OpError> {
    defined(&[left, right])?;
    Ok(Value::from(format!("{}{}", python::str(left), python::str(right))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn membership() {
        let list = Value::list([Value::Int(1), Value::str("a")]);
        assert_eq!(contains(&list, &Value::Float(1.0)), Ok(true));
        assert_eq!(contains(&Value::str("héllo"), &Value::str("él")), Ok(true));
        let message = |container: Value, item: Value| contains(&container, &item).unwrap_err().to_string();
        assert_eq!(message(Value::Int(1), Value::Int(1)), "argument of type 'int' is not iterable");
        assert_eq!(
            message(Value::str("a"), Value::Int(1)),
            "'in <string>' requires string as left operand, not int"
        );
        assert_eq!(len(&Value::str("é")), Ok(1));
        assert_eq!(len(&Value::Int(5)).unwrap_err().to_string(), "object of type 'int' has no len()");
    }

    #[test]
    fn items() {
        let tuple = Value::tuple([Value::Int(1), Value::Int(2)]);
        assert_eq!(item(&tuple, &Value::Int(-1)), Some(Value::Int(2)));
        assert_eq!(item(&tuple, &Value::Int(-3)), None);
        assert_eq!(item(&Value::str("héllo"), &Value::Int(1)), Some(Value::str("é")));
        assert_eq!(item(&Value::str("abc"), &Value::Int(-1)), Some(Value::str("c")));
        assert_eq!(item(&tuple, &Value::str("a")), None);
    }

    #[test]
    fn slices() {
        let int = |int: i64| Value::Int(int);
        let text = Value::str("abcdef");
        let cut = |start: Option<i64>, stop: Option<i64>, step: Option<i64>| {
            let (start, stop, step) = (start.map(int), stop.map(int), step.map(int));
            python::str(&slice(&text, start.as_ref(), stop.as_ref(), step.as_ref()).unwrap())
        };
        assert_eq!(cut(None, None, Some(-1)), "fedcba");
        assert_eq!(cut(Some(-3), Some(-1), None), "de");
        assert_eq!(cut(Some(1), Some(100), Some(2)), "bdf");
        assert_eq!(cut(Some(4), Some(1), Some(-1)), "edc");
        assert_eq!(cut(Some(-100), None, Some(i64::MAX)), "a");
        assert_eq!(cut(Some(3), Some(1), None), "");
        let error = slice(&text, Some(&Value::str("a")), None, None).unwrap_err();
        assert_eq!(error.to_string(), "slice indices must be integers or None or have an __index__ method");
        assert!(slice(&text, None, None, Some(&int(0))).is_err());
        assert_eq!(
            slice(&int(1), None, None, None).unwrap_err().to_string(),
            "'int' object is not subscriptable"
        );
    }
}
