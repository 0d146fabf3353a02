//! Making nodes of a playbook from those of a plan, and reading a plan's fields.

use std::sync::Arc;

use rustle_value::yaml::{Node, NodeKind, Span, Style};

/// Text that stands where `span` says.
pub(super) fn text(text: &str, span: Span) -> Node {
    Node { value: NodeKind::Scalar { text: Arc::from(text), style: Style::Double }, tag: None, span }
}

/// A number, boolean or `null` that stands where `span` says.
pub(super) fn plain(text: &str, span: Span) -> Node {
    Node { value: NodeKind::Scalar { text: Arc::from(text), style: Style::Plain }, tag: None, span }
}

/// A list.
pub(super) fn list(items: Vec<Node>, span: Span) -> Node {
    Node { value: NodeKind::Sequence(items.into()), tag: None, span }
}

/// A mapping.
pub(super) fn mapping(entries: Vec<(Node, Node)>, span: Span) -> Node {
    Node { value: NodeKind::Mapping(entries.into()), tag: None, span }
}

/// An entry whose key is written nowhere: it stands where its value does.
pub(super) fn entry(key: &str, value: Node) -> (Node, Node) {
    (text(key, value.span), value)
}

/// The entry `name` of a mapping, its key included.
pub(super) fn field<'n>(node: &'n Node, name: &str) -> Option<&'n (Node, Node)> {
    node.as_mapping()?.iter().find(|(key, value)| key.as_text() == Some(name) && !value.is_null())
}

/// The text under `name`.
pub(super) fn text_field<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    field(node, name).and_then(|(_, value)| value.as_text())
}

/// The items of the list under `name`; none if it is absent.
pub(super) fn items<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    field(node, name).and_then(|(_, value)| value.as_sequence()).unwrap_or_default()
}

/// The texts of the list under `name`.
pub(super) fn texts<'n>(node: &'n Node, name: &str) -> Vec<&'n str> {
    items(node, name).iter().filter_map(Node::as_text).collect()
}

/// The entries of the mapping under `name`; none if it is absent.
pub(super) fn entries<'n>(node: &'n Node, name: &str) -> &'n [(Node, Node)] {
    field(node, name).and_then(|(_, value)| value.as_mapping()).unwrap_or_default()
}

/// The name and the content of an enum's variant: `"Linear"`, or `{"Rolling": {"batch_size": 5}}`.
pub(super) fn variant(node: &Node) -> Option<(&str, Option<&Node>)> {
    match &node.value {
        NodeKind::Scalar { text, .. } => Some((text, None)),
        NodeKind::Mapping(entries) => {
            let [(key, value)] = &**entries else { return None };
            Some((key.as_text()?, Some(value)))
        }
        NodeKind::Sequence(_) => None,
    }
}

/// An integer of seconds, or a duration `{"secs": …, "nanos": …}`, in seconds.
pub(super) fn seconds(node: &Node) -> Option<i64> {
    let number = node.get("secs").unwrap_or(node);
    number.to_value().as_int()
}

/// `text` as a literal of the expression language.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::json::parse;

    #[test]
    fn variants_and_durations() {
        let (root, _) = parse(r#"[{"Rolling": {"batch_size": 5}}, "Free", {"secs": 3, "nanos": 1}, 7, {}]"#)
            .ok()
            .unwrap();
        let items = root.as_sequence().unwrap();
        assert_eq!(
            variant(&items[0]).map(|(name, content)| (name, content.is_some())),
            Some(("Rolling", true))
        );
        assert_eq!(variant(&items[1]).map(|(name, _)| name), Some("Free"));
        assert_eq!(seconds(&items[2]), Some(3));
        assert_eq!(seconds(&items[3]), Some(7));
        assert!(variant(&items[4]).is_none());
    }

    #[test]
    fn literals_are_escaped() {
        assert_eq!(quoted(r"it's \ x"), r"'it\'s \\ x'");
    }
}
