//! What YAML text says, before it is resolved to values.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::resolve;
use crate::map::Map;
use crate::value::Value;

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pos {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    pub(super) offset: u32,
}

impl Pos {
    /// The place at these numbers. What lies beyond four thousand million is told as that: a node has to be small.
    pub fn new(line: usize, column: usize, offset: usize) -> Pos {
        Pos { line: number(line), column: number(column), offset: number(offset) }
    }

    /// In bytes from the beginning.
    pub fn offset(self) -> usize {
        self.offset as usize
    }
}

fn number(it: usize) -> u32 {
    u32::try_from(it).unwrap_or(u32::MAX)
}

/// From where to where something reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Where it begins: at its tag or anchor, if it has one.
    pub start: Pos,
    end: u32,
}

impl Span {
    /// From `start` to the byte at `end`, which is the first behind it.
    pub fn new(start: Pos, end: usize) -> Span {
        Span { start, end: number(end) }
    }

    /// Where it ends: the first byte behind it.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// The bytes that it is.
    pub fn bytes(self) -> Range<usize> {
        self.start.offset()..self.end()
    }
}

/// A tag in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(Arc<String>);

impl From<String> for Tag {
    fn from(tag: String) -> Tag {
        Tag(Arc::new(tag))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Deref for Tag {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// One node of a document. Aliases and merge keys are resolved: what they stand for is in their place, with the span of
/// where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: NodeKind,
    /// Its tag in full: `!unsafe`, `!vault`, `tag:yaml.org,2002:str`.
    pub tag: Option<Tag>,
    /// Where it stands.
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// Text, which may mean something else ([`Node::to_value`]).
    Scalar {
        /// The text without quotes, escapes and folds.
        text: Arc<str>,
        /// How it is written.
        style: Style,
    },
    /// A list. Clones share it.
    Sequence(Arc<[Node]>),
    /// A dictionary. No two keys have the same value. Clones share it.
    Mapping(Arc<[(Node, Node)]>),
}

impl Node {
    /// The value: plain scalars mean what YAML 1.1 says (`yes`, `0644`, `1:30`), everything else is text. A scalar that is
    /// tagged `!vault` or `!unsafe` is finished text; what a tagged list or dictionary means is the caller's business.
    pub fn to_value(&self) -> Value {
        match &self.value {
            NodeKind::Scalar { text, style } => match (style, &self.tag) {
                (Style::Plain, None) => resolve::meaning(text).unwrap_or_else(|| Value::Str(text.clone())),
                (_, None) => Value::Str(text.clone()),
                (_, Some(tag)) => {
                    resolve::scalar(text, *style, Some(tag)).unwrap_or_else(|_| Value::Str(text.clone()))
                }
            },
            NodeKind::Sequence(items) if self.has_core_tag("omap") || self.has_core_tag("pairs") => {
                items.iter().map(pair_value).collect()
            }
            NodeKind::Sequence(items) => items.iter().map(Node::to_value).collect(),
            NodeKind::Mapping(entries) if self.has_core_tag("set") => {
                entries.iter().map(|(key, _)| key.to_value()).collect()
            }
            NodeKind::Mapping(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for (key, value) in entries.iter() {
                    map.insert(key.to_value(), value.to_value());
                }
                Value::Map(map)
            }
        }
    }

    fn has_core_tag(&self, name: &str) -> bool {
        self.tag.as_deref().and_then(resolve::core_tag) == Some(name)
    }

    /// The text, if this is a scalar.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            NodeKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The items, if this is a sequence.
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.value {
            NodeKind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if this is a mapping.
    pub fn as_mapping(&self) -> Option<&[(Node, Node)]> {
        match &self.value {
            NodeKind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under the text `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let entries = self.as_mapping()?;
        entries.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
    }

    /// Whether this is written as nothing, `~` or `null`.
    pub fn is_null(&self) -> bool {
        match (&self.value, &self.tag) {
            (NodeKind::Scalar { text, style }, None) => *style == Style::Plain && resolve::is_null(text),
            (NodeKind::Scalar { .. }, Some(_)) => self.to_value().is_none(),
            _ => false,
        }
    }
}

/// An item of `!!omap` or `!!pairs`: a mapping of one entry becomes a pair.
fn pair_value(item: &Node) -> Value {
    match item.as_mapping() {
        Some([(key, value)]) => Value::tuple([key.to_value(), value.to_value()]),
        _ => item.to_value(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_small() {
        // A file of a million tasks has fifteen million of them.
        assert!(size_of::<Node>() <= 48, "{}", size_of::<Node>());
    }
}
