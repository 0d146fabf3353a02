//! Nodes as values, their templates marked.

use std::sync::Arc;

use rustle_value::{Map, Value};

use rustle_template::has_markers;
use rustle_value::yaml::{Node, NodeKind};

/// The value of `node`: text with template markers is a template, unless it is tagged `!unsafe`. Encrypted scalars become
/// empty text and are put into `encrypted`.
pub(crate) fn read<'n>(node: &'n Node, encrypted: &mut Vec<&'n Node>) -> Value {
    match (&node.value, node.tag.as_deref()) {
        (_, Some("!unsafe")) => node.to_value(),
        (NodeKind::Scalar { .. }, Some("!vault" | "!vault-encrypted")) => {
            encrypted.push(node);
            Value::str("")
        }
        (NodeKind::Scalar { .. }, _) => marked(node.to_value()),
        (NodeKind::Sequence(items), None | Some("tag:yaml.org,2002:seq")) => {
            items.iter().map(|item| read(item, encrypted)).collect()
        }
        (NodeKind::Mapping(entries), None | Some("tag:yaml.org,2002:map")) => {
            let mut map = Map::with_capacity(entries.len());
            for (key, value) in entries {
                map.insert(read(key, encrypted), read(value, encrypted));
            }
            Value::Map(map)
        }
        _ => marked(node.to_value()),
    }
}

/// `value` with every text that holds a template marked as one.
pub(crate) fn marked(value: Value) -> Value {
    match value {
        Value::Str(text) => text_value(text),
        Value::List(items) if items.iter().any(holds_markers) => items.iter().cloned().map(marked).collect(),
        Value::Tuple(items) if items.iter().any(holds_markers) => {
            Value::tuple(items.iter().cloned().map(marked))
        }
        Value::Map(map) if map.iter().any(|(key, value)| holds_markers(key) || holds_markers(value)) => {
            Value::Map(map.iter().map(|(key, value)| (marked(key.clone()), marked(value.clone()))).collect())
        }
        other => other,
    }
}

/// `text` as a template if it holds markers.
pub(crate) fn text_value(text: Arc<str>) -> Value {
    if has_markers(&text) { Value::Template(text) } else { Value::Str(text) }
}

fn holds_markers(value: &Value) -> bool {
    match value {
        Value::Str(text) => has_markers(text),
        Value::List(items) | Value::Tuple(items) => items.iter().any(holds_markers),
        Value::Map(map) => map.iter().any(|(key, value)| holds_markers(key) || holds_markers(value)),
        _ => false,
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_markers_is_a_template_wherever_it_stands() {
        let value = marked(Value::list([Value::str("{{ a }}"), Value::str("plain"), Value::Int(1)]));
        assert_eq!(
            value,
            Value::list([Value::Template("{{ a }}".into()), Value::str("plain"), Value::Int(1)])
        );
        let map: Map = [("k{% if a %}{% endif %}", Value::str("{# c #}"))].into_iter().collect();
        let marked = marked(Value::Map(map));
        let (key, value) = marked.as_map().unwrap().iter().next().unwrap();
        assert!(matches!((key, value), (Value::Template(_), Value::Template(_))));
    }

    #[test]
    fn single_braces_are_text() {
        assert_eq!(marked(Value::str("${HOME} { {x} }")), Value::str("${HOME} { {x} }"));
    }
}
