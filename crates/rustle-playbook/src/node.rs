//! YAML with positions, until `rustle_value::yaml` has it.

use rustle_value::Value;

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pos {
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// In bytes.
    pub offset: usize,
}

/// From where to where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub start: Pos,
    pub end: Pos,
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: NodeValue,
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    Scalar { text: String, plain: bool, tag: Option<String> },
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// The value.
    pub fn to_value(&self) -> Value {
        match &self.value {
            NodeValue::Scalar { text, .. } => Value::str(text),
            NodeValue::Sequence(items) => items.iter().map(Node::to_value).collect(),
            NodeValue::Mapping(entries) => {
                Value::Map(entries.iter().map(|(key, value)| (key.to_value(), value.to_value())).collect())
            }
        }
    }

    /// Where the byte at `offset` of a scalar's text was written.
    pub fn locate(&self, offset: usize, _source: &str) -> Pos {
        let start = self.span.start;
        Pos { offset: start.offset + offset, column: start.column + offset as u32, ..start }
    }
}
