//! [`Redaction`]: what is told without the secrets in it.

mod diff;
mod event;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use rustle_value::{Map, Value};

/// What stands in for a secret.
pub const MASK: &str = "********";

/// What finds secrets in bytes.
pub trait Redact: Send + Sync {
    /// `bytes` with [`MASK`] for every secret in it, in whatever form; `None` if there is none.
    fn redact(&self, bytes: &[u8]) -> Option<Vec<u8>>;
}

/// Takes secrets out of what is told. Without secrets it costs one comparison.
#[derive(Clone, Default)]
pub struct Redaction(Option<Arc<dyn Redact>>);

impl Redaction {
    /// What `redact` finds is taken out.
    pub fn new(redact: Arc<dyn Redact>) -> Redaction {
        Redaction(Some(redact))
    }

    /// Nothing is taken out.
    pub const fn nothing() -> Redaction {
        Redaction(None)
    }

    /// Whether there is anything that could be found.
    pub fn is_active(&self) -> bool {
        self.0.is_some()
    }

    /// A text without secrets.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.bytes(text.as_bytes()) {
            Some(bytes) => Cow::Owned(lossy(bytes)),
            None => Cow::Borrowed(text),
        }
    }

    /// Bytes without secrets; `None` if there are none in them.
    pub fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.0.as_ref()?.redact(bytes)
    }

    /// A value without secrets, in its keys too; `None` if there are none in it.
    pub fn value(&self, value: &Value) -> Option<Value> {
        if !self.is_active() {
            return None;
        }
        match value {
            Value::Str(text) => self.changed(text).map(Value::from),
            Value::Template(text) => self.changed(text).map(|text| Value::Template(text.into())),
            Value::Bytes(bytes) => self.bytes(bytes).map(|bytes| Value::Bytes(bytes.into())),
            Value::List(items) => self.items(items).map(Value::list),
            Value::Tuple(items) => self.items(items).map(Value::tuple),
            Value::Map(map) => self.map(map).map(Value::Map),
            // A PIN that a template has made a number of is a secret still.
            Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Object(_) => {
                self.changed(&value.to_string()).map(Value::from)
            }
            Value::Undefined(why) => self.changed(&why.message).map(Value::undefined),
            Value::None | Value::Bool(_) | Value::Omit => None,
        }
    }

    fn changed(&self, text: &str) -> Option<String> {
        self.bytes(text.as_bytes()).map(lossy)
    }

    fn items(&self, items: &[Value]) -> Option<Vec<Value>> {
        let redacted: Vec<Option<Value>> = items.iter().map(|item| self.value(item)).collect();
        let any = redacted.iter().any(Option::is_some);
        let both = items.iter().zip(redacted);
        let redacted =
            any.then(|| both.map(|(item, redacted)| redacted.unwrap_or_else(|| item.clone())).collect());
        self.lines(redacted.as_deref().unwrap_or(items)).or(redacted)
    }

    /// Items that are the lines of one text, as those of `stdout_lines`, if a secret begins in one and ends in another. Then
    /// they are fewer.
    fn lines(&self, items: &[Value]) -> Option<Vec<Value>> {
        if items.len() < 2 {
            return None;
        }
        let lines: Vec<&str> = items.iter().map(Value::as_str).collect::<Option<_>>()?;
        let text = self.changed(&lines.join("\n"))?;
        Some(text.split('\n').map(Value::str).collect())
    }

    fn map(&self, map: &Map) -> Option<Map> {
        let entries: Vec<_> =
            map.iter().map(|(key, value)| (self.value(key), self.value(value), key, value)).collect();
        let any = entries.iter().any(|(key, value, ..)| key.is_some() || value.is_some());
        let entry = |(new_key, new_value, key, value): (Option<Value>, Option<Value>, &Value, &Value)| {
            (new_key.unwrap_or_else(|| key.clone()), new_value.unwrap_or_else(|| value.clone()))
        };
        any.then(|| {
            let mut redacted = entries.into_iter().map(entry).collect();
            diff::conceal(&mut redacted);
            redacted
        })
    }

    /// Takes the secrets out of a text in its place.
    fn text_in_place(&self, text: &mut String) {
        if let Some(redacted) = self.changed(text) {
            *text = redacted;
        }
    }
}

/// What was text stays text: a secret of other bytes may have cut a character.
fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Redaction").field(&self.is_active()).finish()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Finds one text, as it is.
    pub(crate) struct Plain(pub &'static str);

    impl Redact for Plain {
        fn redact(&self, bytes: &[u8]) -> Option<Vec<u8>> {
            let text = String::from_utf8_lossy(bytes);
            text.contains(self.0).then(|| text.replace(self.0, MASK).into_bytes())
        }
    }

    pub(crate) fn redaction() -> Redaction {
        Redaction::new(Arc::new(Plain("hunter2")))
    }

    #[test]
    fn values_are_walked_to_the_bottom_and_keys_too() {
        let inner = Map::from([("hunter2", Value::tuple([Value::str("a hunter2 b"), Value::Int(1)]))]);
        let value = Value::list([Value::Map(inner), Value::None]);
        let redacted = redaction().value(&value).unwrap();
        assert_eq!(redacted.to_string(), "[{'********': ('a ******** b', 1)}, None]");
        assert!(redaction().value(&Value::list([Value::str("hunter")])).is_none(), "nothing is copied");
        assert!(Redaction::nothing().value(&value).is_none());
    }

    #[test]
    fn a_secret_that_begins_in_one_line_and_ends_in_another_is_hidden() {
        let lines = Value::list(["a", "first", "second", "b"].map(Value::str));
        let both = Redaction::new(Arc::new(Plain("first\nsecond")));
        assert_eq!(both.value(&lines).unwrap().to_string(), "['a', '********', 'b']");
        let one = Redaction::new(Arc::new(Plain("first")));
        assert_eq!(one.value(&lines).unwrap().to_string(), "['a', '********', 'second', 'b']");
    }

    #[test]
    fn numbers_and_bytes_are_looked_at() {
        let pin = Redaction::new(Arc::new(Plain("4711")));
        assert_eq!(pin.value(&Value::Int(4711)), Some(Value::str(MASK)));
        assert_eq!(pin.value(&Value::Int(12)), None);
        let bytes = Value::Bytes(Arc::from(b"<4711>".as_slice()));
        assert_eq!(pin.value(&bytes), Some(Value::Bytes(Arc::from(b"<********>".as_slice()))));
    }
}
