//! Dictionaries from text: JSON, Python literals, `a=1, b=2`.

use super::{CoerceError, refuse, text_of};
use crate::json;
use crate::literal;
use crate::map::Map;
use crate::value::Value;

/// `dict`: a dictionary as it is, or text that is JSON, a Python literal, or `k1=v1 k2=v2` with spaces or commas between.
///
/// # Errors
/// If the value is none of these.
pub fn dict(value: &Value) -> Result<Map, CoerceError> {
    if let Value::Map(map) = value {
        return Ok(map.clone());
    }
    let Some(text) = text_of(value) else {
        return refuse(value, "a dict");
    };
    if text.starts_with('{') {
        let read = json::loads(text).ok().or_else(|| literal::literal_eval(text));
        return match read {
            Some(Value::Map(map)) => Ok(map),
            _ => Err(CoerceError("unable to evaluate string as dictionary".into())),
        };
    }
    if !text.contains('=') {
        return Err(CoerceError("dictionary requested, could not parse JSON or key=value".into()));
    }
    let pairs = fields(text).into_iter().map(|field| {
        field.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())).ok_or_else(|| {
            CoerceError("unable to evaluate string in the \"key=value\" format as dictionary".into())
        })
    });
    Ok(pairs.collect::<Result<Vec<_>, _>>()?.into_iter().collect())
}

/// Splits at commas and spaces outside quotes; quotes vanish and a backslash takes the next character as it is.
fn fields(text: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quote = None;
    let mut chars = text.trim().chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => field.extend(chars.next()),
            '\'' | '"' if quote.is_none() => quote = Some(c),
            c if quote == Some(c) => quote = None,
            ',' | ' ' if quote.is_none() => {
                if !field.is_empty() {
                    fields.push(std::mem::take(&mut field));
                }
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() {
        fields.push(field);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries_from_text() {
        let read = |text: &str| dict(&Value::str(text)).unwrap();
        assert_eq!(read("a=1, b='x y' c=\\,"), Map::from([("a", "1"), ("b", "x y"), ("c", ",")]));
        assert_eq!(read(r#"{"a": 1}"#), Map::from([("a", 1)]));
        assert_eq!(read("{'a': True}"), Map::from([("a", true)]));
    }

    #[test]
    fn what_is_no_dictionary() {
        let message = |value: &Value| dict(value).unwrap_err().0;
        assert_eq!(message(&Value::str("abc")), "dictionary requested, could not parse JSON or key=value");
        assert_eq!(message(&Value::str("{abc")), "unable to evaluate string as dictionary");
        assert_eq!(
            message(&Value::str("a=1, b")),
            "unable to evaluate string in the \"key=value\" format as dictionary"
        );
        assert_eq!(message(&Value::Int(1)), "<class 'int'> cannot be converted to a dict");
    }
}
