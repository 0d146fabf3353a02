//! CBOR as JSON, without loss.
//!
//! What JSON has not got is a mapping with one of these keys alone: `$bytes` (base64), `$number` (a number that readers of
//! JSON would round: not finite, too large, or with more digits than they keep), `$pairs` (a mapping with keys other than
//! text, or with one of these keys). `$file` stands for the content of another file. Values of playbooks bring marks of
//! their own, `$rustle`, which are CBOR's already.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ciborium::Value as Cbor;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::depth::{self, DEPTH, TOO_DEEP};
use super::error::{FolderError, wrong};

/// The key that stands for the content of another file, relative to the one that it stands in.
pub(super) const FILE: &str = "$file";
const BYTES: &str = "$bytes";
const NUMBER: &str = "$number";
const PAIRS: &str = "$pairs";

/// `value` as JSON.
pub(super) fn of(value: &impl Serialize) -> Result<Value, String> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|error| error.to_string())?;
    let cbor: Cbor = ciborium::de::from_reader_with_recursion_limit(bytes.as_slice(), DEPTH)
        .map_err(|error| error.to_string())?;
    json(&cbor)
}

/// What the JSON `value` stands for.
pub(super) fn into<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&cbor(value, 0)?, &mut bytes).map_err(|error| error.to_string())?;
    ciborium::de::from_reader_with_recursion_limit(bytes.as_slice(), DEPTH).map_err(|error| match error {
        // "Semantic(None, …)" says nothing to a person.
        ciborium::de::Error::Semantic(_, what) => what,
        other => other.to_string(),
    })
}

/// Writes `value`, indented, into the file `path`.
pub(super) fn write(path: &Path, value: &Value) -> Result<(), FolderError> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| wrong(path, error))?;
    text.push('\n');
    write_bytes(path, text.as_bytes())
}

/// Writes a file, and the folders above it.
pub(super) fn write_bytes(path: &Path, content: &[u8]) -> Result<(), FolderError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| wrong(parent, error))?;
    }
    fs::write(path, content).map_err(|error| wrong(path, error))
}

/// Reads the file `path`, and notes that it was read.
pub(super) fn read(path: &Path, read: &mut Vec<PathBuf>) -> Result<Value, FolderError> {
    let text = fs::read(path).map_err(|error| wrong(path, error))?;
    read.push(path.to_owned());
    depth::check(&text).map_err(|error| wrong(path, error))?;
    parse(&text).map_err(|error| wrong(path, error))
}

/// The JSON `text`, of which [`depth::check`] has bounded how deep it is.
fn parse(text: &[u8]) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

fn json(value: &Cbor) -> Result<Value, String> {
    Ok(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(bool) => Value::Bool(*bool),
        Cbor::Integer(integer) => {
            let integer = i128::from(*integer);
            match (i64::try_from(integer), u64::try_from(integer)) {
                (Ok(small), _) => small.into(),
                (_, Ok(large)) => large.into(),
                _ => marked(NUMBER, integer.to_string().into()),
            }
        }
        Cbor::Float(float) => self::float(*float),
        Cbor::Text(text) => Value::String(text.clone()),
        Cbor::Bytes(bytes) => marked(BYTES, BASE64.encode(bytes).into()),
        Cbor::Array(items) => items.iter().map(json).collect::<Result<_, _>>()?,
        Cbor::Map(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                match key.as_text() {
                    Some(key) if !object.contains_key(key) => {
                        drop(object.insert(key.to_owned(), json(value)?))
                    }
                    _ => return pairs(entries),
                }
            }
            if is_marked(&object) {
                return pairs(entries);
            }
            Value::Object(object)
        }
        other => return Err(format!("it holds what has no text: {other:?}")),
    })
}

fn marked(mark: &str, content: Value) -> Value {
    Value::Object(Map::from_iter([(mark.to_owned(), content)]))
}

fn is_marked(object: &Map<String, Value>) -> bool {
    object.len() == 1 && [FILE, BYTES, NUMBER, PAIRS].iter().any(|mark| object.contains_key(*mark))
}

fn pairs(entries: &[(Cbor, Cbor)]) -> Result<Value, String> {
    let pairs = entries.iter().map(|(key, value)| Ok(Value::Array(vec![json(key)?, json(value)?])));
    Ok(marked(PAIRS, Value::Array(pairs.collect::<Result<_, String>>()?)))
}

/// A float as a number if every digit of it comes back, which serde_json does not promise.
fn float(float: f64) -> Value {
    let number = Number::from_f64(float).map(Value::Number);
    let back = number.as_ref().and_then(|number| serde_json::from_str::<Value>(&number.to_string()).ok());
    let back = back.filter(Value::is_f64).and_then(|back| back.as_f64());
    match number {
        Some(number) if back.is_some_and(|back| back.to_bits() == float.to_bits()) => number,
        _ => marked(NUMBER, format!("{float:?}").into()),
    }
}

fn cbor(value: &Value, depth: usize) -> Result<Cbor, String> {
    if depth > DEPTH {
        return Err(TOO_DEEP.to_owned());
    }
    let cbor = |value: &Value| cbor(value, depth + 1);
    Ok(match value {
        Value::Null => Cbor::Null,
        Value::Bool(bool) => Cbor::Bool(*bool),
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(small), ..) => Cbor::Integer(small.into()),
            (_, Some(large), _) => Cbor::Integer(large.into()),
            (_, _, Some(float)) => Cbor::Float(float),
            _ => return Err(format!("{number} is no number")),
        },
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Array(items) => Cbor::Array(items.iter().map(cbor).collect::<Result<_, _>>()?),
        Value::Object(object) => match object.iter().next() {
            Some((mark, content)) if is_marked(object) => unmarked(mark, content, &cbor)?,
            _ => {
                let entries = object.iter().map(|(key, value)| Ok((Cbor::Text(key.clone()), cbor(value)?)));
                Cbor::Map(entries.collect::<Result<_, String>>()?)
            }
        },
    })
}

fn unmarked(
    mark: &str,
    content: &Value,
    cbor: &impl Fn(&Value) -> Result<Cbor, String>,
) -> Result<Cbor, String> {
    let wrong = || format!("`{mark}` holds something else: {content}");
    match (mark, content) {
        (BYTES, Value::String(text)) => BASE64.decode(text).map(Cbor::Bytes).map_err(|_| wrong()),
        (NUMBER, Value::String(text)) => match text.parse::<i128>() {
            Ok(integer) => Ok(Cbor::Integer(integer.try_into().map_err(|_| wrong())?)),
            Err(_) => text.parse().map(Cbor::Float).map_err(|_| wrong()),
        },
        (PAIRS, Value::Array(pairs)) => {
            let pair = |pair: &Value| match pair.as_array().map(Vec::as_slice) {
                Some([key, value]) => Ok((cbor(key)?, cbor(value)?)),
                _ => Err(wrong()),
            };
            Ok(Cbor::Map(pairs.iter().map(pair).collect::<Result<_, _>>()?))
        }
        (FILE, _) => Err(format!("`{FILE}` stands where no file can: {content}")),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(value: Cbor) {
        let text = serde_json::to_string_pretty(&json(&value).unwrap()).unwrap();
        let back = cbor(&serde_json::from_str(&text).unwrap(), 0).unwrap();
        let bytes = |value: &Cbor| {
            let mut bytes = Vec::new();
            ciborium::into_writer(value, &mut bytes).unwrap();
            bytes
        };
        assert_eq!(bytes(&value), bytes(&back), "{text}");
    }

    #[test]
    fn everything_of_cbor_comes_back() {
        let text = |text: &str| Cbor::Text(text.to_owned());
        for float in [0.0, -0.0, 0.1, 1.0, 1e300, 5e-324, f64::MAX, 2.2250738585072014e-308, 0.1 + 0.2] {
            there_and_back(Cbor::Float(float));
        }
        for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            there_and_back(Cbor::Float(float));
        }
        for integer in [0, -1, i128::from(i64::MIN), i128::from(u64::MAX), -18_446_744_073_709_551_616] {
            there_and_back(Cbor::Integer(integer.try_into().unwrap()));
        }
        there_and_back(Cbor::Bytes(vec![0, 255, 10]));
        there_and_back(Cbor::Map(vec![(text("b"), Cbor::Null), (text("a"), Cbor::Bool(true))]));
        there_and_back(Cbor::Map(vec![(Cbor::Integer(1.into()), text("one"))]));
        for mark in [FILE, BYTES, NUMBER, PAIRS, "$rustle", "$"] {
            there_and_back(Cbor::Map(vec![(text(mark), Cbor::Array(vec![text("\u{0}é\u{2028}")]))]));
        }
    }

    #[test]
    fn floats_of_any_bits_come_back() {
        // Steps through all exponents with a mantissa that fills every digit.
        let bits = (0..4000_u64).map(|step| step.wrapping_mul(0x000f_1234_5678_9abd));
        for float in bits.map(f64::from_bits).filter(|float| !float.is_nan()) {
            there_and_back(Cbor::Float(float));
        }
    }

    #[test]
    fn false_marks_are_refused() {
        for text in [r#"{"$bytes": 1}"#, r#"{"$number": "x"}"#, r#"{"$pairs": [1]}"#, r#"{"$file": "x"}"#] {
            assert!(cbor(&serde_json::from_str(text).unwrap(), 0).is_err(), "{text}");
        }
    }
}
