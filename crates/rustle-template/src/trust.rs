//! Which text is a template.
//!
//! Text from a playbook and its files is trusted: where it holds markers it is a template, unless it is tagged `!unsafe`.
//! What modules return is not, whatever it holds.

use std::sync::Arc;

use rustle_value::yaml::{Node, NodeKind};
use rustle_value::{Map, Value};

/// Whether `text` holds something that makes it a template: `{{`, `{%` or `{#`.
pub fn has_markers(text: &str) -> bool {
    // Most texts hold no brace at all, which is found out faster than anything else.
    let opens = |(at, _): (usize, &str)| matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#'));
    text.match_indices('{').any(opens)
}

/// The value of a trusted YAML `node`: text with markers is a template, unless it is tagged `!unsafe`. Encrypted scalars
/// become empty text and are put into `encrypted`.
pub fn trusted<'n>(node: &'n Node, encrypted: &mut Vec<&'n Node>) -> Value {
    trusted_with(node, &mut |node| {
        encrypted.push(node);
        Value::str("")
    })
}

/// The same, with what `encrypted` makes of each encrypted scalar.
pub fn trusted_with<'n>(node: &'n Node, encrypted: &mut dyn FnMut(&'n Node) -> Value) -> Value {
    match (&node.value, node.tag.as_deref()) {
        (_, Some("!unsafe")) => node.to_value(),
        (NodeKind::Scalar { .. }, Some("!vault" | "!vault-encrypted")) => encrypted(node),
        (NodeKind::Scalar { .. }, _) => marked(node.to_value()),
        (NodeKind::Sequence(items), None | Some("tag:yaml.org,2002:seq")) => {
            items.iter().map(|item| trusted_with(item, encrypted)).collect()
        }
        (NodeKind::Mapping(entries), None | Some("tag:yaml.org,2002:map")) => {
            let mut map = Map::with_capacity(entries.len());
            for (key, value) in entries.iter() {
                map.insert(trusted_with(key, encrypted), trusted_with(value, encrypted));
            }
            Value::Map(map)
        }
        _ => marked(node.to_value()),
    }
}

/// A trusted value, every text in it that holds markers being a template.
pub fn marked(value: Value) -> Value {
    match value {
        Value::Str(text) => marked_text(text),
        Value::List(items) if items.iter().any(holds_markers) => items.iter().cloned().map(marked).collect(),
        Value::Tuple(items) if items.iter().any(holds_markers) => {
            Value::tuple(items.iter().cloned().map(marked))
        }
        Value::Map(map) if map.iter().any(|(key, value)| holds_markers(key) || holds_markers(value)) => {
            Value::Map(map.into_iter().map(|(key, value)| (marked(key), marked(value))).collect())
        }
        other => other,
    }
}

/// Trusted text: a template if it holds markers.
pub fn marked_text(text: Arc<str>) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_markers_is_a_template_unless_it_is_unsafe() {
        let nodes =
            rustle_value::yaml::parse("a: '{{ b }}'\nc: !unsafe '{{ d }}'\ne: [plain, '{% if x %}']\n")
                .unwrap();
        let value = trusted(&nodes[0], &mut Vec::new());
        assert_eq!(value.get("a"), Some(&Value::Template("{{ b }}".into())));
        assert_eq!(value.get("c"), Some(&Value::str("{{ d }}")));
        let wanted = Value::list([Value::str("plain"), Value::Template("{% if x %}".into())]);
        assert_eq!(value.get("e"), Some(&wanted));
    }
}
