//! What a value is, in words.

use rustle_value::Value;
use rustle_value::yaml::{Node, NodeKind};

/// What `node` is, in words: `a list`, `a number`.
pub(crate) fn kind(node: &Node) -> &'static str {
    match &node.value {
        NodeKind::Sequence(_) => "a list",
        NodeKind::Mapping(_) => "a mapping",
        NodeKind::Scalar { .. } => kind_of(&node.to_value()),
    }
}

/// What `value` is, in words.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::None => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) => "a number",
        Value::List(_) | Value::Tuple(_) => "a list",
        Value::Map(_) => "a mapping",
        Value::Template(_) => "a template",
        _ => "text",
    }
}
