//! The lossless form in which values travel: in plans, worker messages and ledgers.
//!
//! It is JSON's data model, so that any serde format carries it, with one reserved word: a mapping whose only key is
//! [`MARK`] holds a pair `[kind, content]` for what that model lacks: a template (`"t"`), a tuple (`"u"`), an integer
//! over 64 bits (`"i"`), bytes (`"b"`, base64), a dictionary with keys other than text, or with a key that is the mark
//! itself (`"m"`, pairs), `omit` (`"o"`), undefined (`"?"`).

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::map::Map;
use crate::value::Value;

/// The reserved key.
pub const MARK: &str = "$rustle";

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::None => serializer.serialize_unit(),
            Value::Bool(bool) => serializer.serialize_bool(*bool),
            Value::Int(int) => serializer.serialize_i64(*int),
            Value::Float(float) => serializer.serialize_f64(*float),
            Value::Str(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items.iter()),
            Value::Map(map) => map.serialize(serializer),
            Value::Template(text) => marked(serializer, "t", text.as_ref()),
            Value::Tuple(items) => marked(serializer, "u", items.as_slice()),
            Value::BigInt(int) => marked(serializer, "i", &int.to_string()),
            Value::Bytes(bytes) => marked(serializer, "b", &BASE64.encode(bytes)),
            Value::Omit => marked(serializer, "o", &()),
            Value::Undefined(undefined) => marked(serializer, "?", undefined.message.as_ref()),
            Value::Object(object) => serializer.serialize_str(&object.text()),
        }
    }
}

fn marked<S: Serializer, T: Serialize + ?Sized>(
    serializer: S,
    kind: &str,
    content: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(MARK, &(kind, content))?;
    map.end()
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plain = self.keys().all(|key| key.as_str().is_some_and(|text| text != MARK));
        if !plain {
            return marked(serializer, "m", &self.iter().collect::<Vec<_>>());
        }
        serializer.collect_map(self.iter().map(|(key, value)| (key.as_str().unwrap_or_default(), value)))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Map, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Map(map) => Ok(map),
            other => Err(de::Error::custom(format!("a mapping was expected, not {}", other.type_name()))),
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::Int(it))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Value::Float(it))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::str(it))
    }

    fn visit_string<E>(self, it: String) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_bytes<E>(self, it: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(it.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items: Vec<Value> = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(4096));
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::from(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<Arc<str>>()? {
            if &*key == MARK && map.is_empty() {
                let (kind, content): (String, Value) = access.next_value()?;
                return unmark(&kind, content).map_err(de::Error::custom);
            }
            map.insert(Value::Str(key), access.next_value::<Value>()?);
        }
        Ok(Value::Map(map))
    }
}

fn unmark(kind: &str, content: Value) -> Result<Value, String> {
    let wrong = || format!("`{MARK}` of kind `{kind}` holds something else");
    Ok(match (kind, content) {
        ("t", Value::Str(text)) => Value::Template(text),
        ("u", Value::List(items)) => Value::Tuple(items),
        ("i", Value::Str(text)) => Value::big(text.parse().map_err(|_| wrong())?),
        ("b", Value::Str(text)) => Value::Bytes(BASE64.decode(text.as_bytes()).map_err(|_| wrong())?.into()),
        ("o", Value::None) => Value::Omit,
        ("?", Value::Str(message)) => Value::undefined(message),
        ("m", Value::List(pairs)) => {
            let mut map = Map::with_capacity(pairs.len());
            for pair in pairs.iter() {
                match pair.as_items() {
                    Some([key, value]) => map.insert(key.clone(), value.clone()),
                    _ => return Err(wrong()),
                };
            }
            Value::Map(map)
        }
        _ => return Err(wrong()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_lacks_survives() {
        let mut odd = Map::new();
        odd.insert(1, "one");
        odd.insert(MARK, "a key that looks like a mark");
        let value = Value::list([
            Value::Template("{{ a }}".into()),
            Value::tuple([Value::Int(1)]),
            Value::big("123456789012345678901234567890".parse().unwrap()),
            Value::Bytes(vec![0, 255].into()),
            Value::Omit,
            Value::Map(odd),
            Value::Float(1.5),
            Value::None,
        ]);
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value, "{text}");
    }

    #[test]
    fn a_false_mark_is_refused() {
        assert!(serde_json::from_str::<Value>(r#"{"$rustle": ["i", "x"]}"#).is_err());
        assert!(serde_json::from_str::<Value>(r#"{"$rustle": ["nope", 1]}"#).is_err());
    }
}
