//! [`Value`]: one value of the playbook language.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::map::Map;
use crate::object::Object;

/// One value of the playbook language. Cloning is cheap: whatever is large is shared and copied on write.
///
/// Equality is Python's: `1 == 1.0 == True`, while a list never equals a tuple.
#[derive(Clone, Default)]
pub enum Value {
    /// Python's `None`, YAML's `null`.
    #[default]
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits 64 bits; every integer that fits is held this way.
    Int(i64),
    /// An integer that does not fit 64 bits.
    BigInt(Arc<BigInt>),
    /// A float.
    Float(f64),
    /// Finished text.
    Str(Arc<str>),
    /// Raw bytes.
    Bytes(Arc<[u8]>),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A tuple.
    Tuple(Arc<Vec<Value>>),
    /// A dictionary, in insertion order.
    Map(Map),
    /// A template as the playbook's author wrote it, not rendered yet. It stands in variables and arguments of a plan;
    /// what a template engine returns never holds one. Only text from the playbook becomes a template: results of
    /// modules and facts are plain strings, whatever braces they contain.
    Template(Arc<str>),
    /// Ansible's `omit`: the argument that holds it is left out.
    Omit,
    /// A name that has no value, with the reason.
    Undefined(Undefined),
    /// Something callable or with attributes of its own: a macro, a loop, a namespace.
    Object(Arc<dyn Object>),
}

/// Why a value is undefined, as the message that its use gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Undefined {
    /// For example `'nope' is undefined`.
    pub message: Arc<str>,
}

impl Value {
    /// The text value of `text`.
    pub fn str(text: impl AsRef<str>) -> Value {
        Value::Str(Arc::from(text.as_ref()))
    }

    /// A list of `items`.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(Arc::new(items.into_iter().collect()))
    }

    /// A tuple of `items`.
    pub fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Tuple(Arc::new(items.into_iter().collect()))
    }

    /// Undefined, with the message that its use gives.
    pub fn undefined(message: impl AsRef<str>) -> Value {
        Value::Undefined(Undefined { message: Arc::from(message.as_ref()) })
    }

    /// An integer, held in 64 bits where it fits.
    pub fn big(int: BigInt) -> Value {
        match int.to_i64() {
            Some(small) => Value::Int(small),
            None => Value::BigInt(Arc::new(int)),
        }
    }

    /// The name of the value's type as Python says it: `str`, `int`, `dict`, `NoneType` …
    pub fn type_name(&self) -> &str {
        match self {
            Value::None => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::BigInt(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) | Value::Template(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Map(_) => "dict",
            Value::Omit => "_OmitType",
            Value::Undefined(_) => "Undefined",
            Value::Object(object) => object.type_name(),
        }
    }

    /// The text, if this is finished text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if this is a list or a tuple.
    pub fn as_items(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) | Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The dictionary, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The integer, if this is one that fits 64 bits. A boolean is none.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(int) => Some(*int),
            _ => None,
        }
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// Whether this is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// Whether this is undefined.
    pub fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined(_))
    }

    /// The value under `key` if this is a dictionary that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// Python's truth: false for `None`, `False`, zero, and what is empty.
    pub fn is_true(&self) -> bool {
        match self {
            Value::None | Value::Undefined(_) => false,
            Value::Bool(bool) => *bool,
            Value::Int(int) => *int != 0,
            Value::BigInt(_) | Value::Object(_) | Value::Omit => true,
            Value::Float(float) => *float != 0.0,
            Value::Str(text) | Value::Template(text) => !text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(items) | Value::Tuple(items) => !items.is_empty(),
            Value::Map(map) => !map.is_empty(),
        }
    }

    /// Whether a template that is not rendered yet stands anywhere in the value.
    pub fn has_template(&self) -> bool {
        match self {
            Value::Template(_) => true,
            Value::List(items) | Value::Tuple(items) => items.iter().any(Value::has_template),
            Value::Map(map) => map.iter().any(|(key, value)| key.has_template() || value.has_template()),
            _ => false,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        use Value::*;
        match (self, other) {
            (None, None) | (Omit, Omit) => true,
            (Bool(a), Bool(b)) => a == b,
            (Int(a), Int(b)) => a == b,
            (Bool(a), Int(b)) | (Int(b), Bool(a)) => i64::from(*a) == *b,
            (BigInt(a), BigInt(b)) => a == b,
            (Float(a), Float(b)) => a == b,
            (Float(a), Int(b)) | (Int(b), Float(a)) => *a == *b as f64 && *a as i64 == *b,
            (Float(a), Bool(b)) | (Bool(b), Float(a)) => *a == f64::from(u8::from(*b)),
            (Float(a), BigInt(b)) | (BigInt(b), Float(a)) => b.to_f64() == Some(*a),
            (Str(a), Str(b)) | (Template(a), Template(b)) => a == b,
            (Bytes(a), Bytes(b)) => a == b,
            (List(a), List(b)) | (Tuple(a), Tuple(b)) => Arc::ptr_eq(a, b) || a == b,
            (Map(a), Map(b)) => a == b,
            (Undefined(a), Undefined(b)) => a == b,
            (Object(a), Object(b)) => Arc::ptr_eq(a, b) || a.equals(b.as_ref()),
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    /// Equal values have equal hashes; text hashes as `str` does, so that a dictionary can be asked with a `&str`.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Value::None => state.write_u8(1),
            Value::Omit => state.write_u8(2),
            Value::Bool(bool) => i64::from(*bool).hash(state),
            Value::Int(int) => int.hash(state),
            Value::Float(float) if *float == (*float as i64) as f64 => (*float as i64).hash(state),
            Value::Float(float) => float.to_bits().hash(state),
            Value::BigInt(int) => int.to_f64().map(f64::to_bits).hash(state),
            Value::Str(text) | Value::Template(text) => text.hash(state),
            Value::Bytes(bytes) => bytes.hash(state),
            Value::List(items) | Value::Tuple(items) => items.hash(state),
            Value::Map(map) => map.iter().for_each(|(key, _)| key.hash(state)),
            Value::Undefined(undefined) => undefined.hash(state),
            // Two objects may be equal, so no more than what equal ones share.
            Value::Object(object) => object.type_name().hash(state),
        }
    }
}

impl fmt::Debug for Value {
    /// Python's `repr`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::python::repr(self))
    }
}

impl fmt::Display for Value {
    /// Python's `str`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::python::str(self))
    }
}

macro_rules! from {
    ($($type:ty => |$it:ident| $make:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($it: $type) -> Value { $make }
        })*
    };
}

from! {
    bool => |it| Value::Bool(it);
    i64 => |it| Value::Int(it);
    i32 => |it| Value::Int(it.into());
    u32 => |it| Value::Int(it.into());
    u16 => |it| Value::Int(it.into());
    u8 => |it| Value::Int(it.into());
    u64 => |it| Value::big(it.into());
    usize => |it| Value::big(it.into());
    f64 => |it| Value::Float(it);
    &str => |it| Value::Str(Arc::from(it));
    String => |it| Value::Str(Arc::from(it));
    &String => |it| Value::Str(Arc::from(it.as_str()));
    Arc<str> => |it| Value::Str(it);
    Map => |it| Value::Map(it);
    Vec<Value> => |it| Value::List(Arc::new(it));
    () => |_it| Value::None;
}

impl From<Vec<String>> for Value {
    fn from(items: Vec<String>) -> Value {
        Value::list(items.into_iter().map(Value::from))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Value {
        it.map_or(Value::None, Into::into)
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Value {
        Value::list(items.into_iter().map(Into::into))
    }
}
