//! Mappings whose keys are unique, with what `<<` takes over from others.

use std::collections::HashMap;
use std::sync::Arc;

use super::YamlError;
use super::node::{Node, NodeKind, Span, Style};
use crate::value::Value;

/// A key that stands twice in a mapping; the last value wins.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateKey {
    /// The key.
    pub key: Value,
    /// Where it stands again.
    pub span: Span,
    /// Where it stood before.
    pub before: Span,
}

impl DuplicateKey {
    /// What Ansible says of it.
    pub fn message(&self) -> String {
        format!(
            "Found duplicate mapping key {}. Using last defined value only.",
            crate::python::repr(&self.key)
        )
    }
}

/// The entries with what `<<` names put before the others, and each key once.
pub(super) fn merged(
    entries: Vec<(Node, Node)>,
    duplicates: &mut Vec<DuplicateKey>,
) -> Result<Vec<(Node, Node)>, YamlError> {
    if is_simple(&entries) {
        return Ok(entries);
    }
    let mut all: Vec<(Node, Node)> = Vec::with_capacity(entries.len());
    let mut own = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        if !is_merge(&key) {
            own.push((key, value));
            continue;
        }
        let span = value.span;
        let refused = |_| YamlError::at("expected a mapping or list of mappings for merging", span.start);
        all.extend(mergeable(value).map_err(refused)?);
    }
    let inherited = all.len();
    all.extend(own);
    let mut places: HashMap<Value, usize> = HashMap::with_capacity(all.len());
    let mut once: Vec<(Node, Node)> = Vec::with_capacity(all.len());
    for (index, (key, value)) in all.into_iter().enumerate() {
        let name = key.to_value();
        match places.get(&name).and_then(|place| once.get_mut(*place).map(|entry| (*place, entry))) {
            Some((place, entry)) => {
                // To override what was inherited is what merging is for.
                if index >= inherited && place >= inherited {
                    let before = entry.0.span;
                    duplicates.push(DuplicateKey { key: name, span: key.span, before });
                }
                *entry = (key, value);
            }
            None => {
                places.insert(name, once.len());
                once.push((key, value));
            }
        }
    }
    Ok(once)
}

/// Whether the keys are few, text, and all different, as they nearly always are: then the entries stay as they are.
fn is_simple(entries: &[(Node, Node)]) -> bool {
    let text = |node: &Node| match &node.value {
        // Only text means itself, so that two keys that are written differently are different.
        NodeKind::Scalar { text, .. } if node.tag.is_none() && !is_merge(node) => {
            node.to_value().as_str().is_some().then(|| text.clone())
        }
        _ => None,
    };
    if entries.len() > 16 {
        return false;
    }
    let mut seen: Vec<Arc<str>> = Vec::with_capacity(entries.len());
    entries.iter().all(|(key, _)| match text(key) {
        Some(name) if !seen.contains(&name) => {
            seen.push(name);
            true
        }
        _ => false,
    })
}

fn is_merge(key: &Node) -> bool {
    key.tag.is_none()
        && matches!(&key.value, NodeKind::Scalar { text, style: Style::Plain } if text.as_ref() == "<<")
}

/// The entries that a merge takes over: those of a mapping, or of a list of mappings, of which the first wins.
fn mergeable(value: Node) -> Result<Vec<(Node, Node)>, ()> {
    match value.value {
        NodeKind::Mapping(entries) => Ok(entries.to_vec()),
        NodeKind::Sequence(items) => {
            let mut all = Vec::new();
            for item in items.iter().rev() {
                let NodeKind::Mapping(entries) = &item.value else { return Err(()) };
                all.extend_from_slice(entries);
            }
            Ok(all)
        }
        NodeKind::Scalar { .. } => Err(()),
    }
}
