//! YAML as Ansible reads and writes it: the scalars of YAML 1.1, with the position of everything.
//!
//! [`parse`] gives [`Node`]s, which know where they stand and how they were written; [`load`] gives plain values.
//! [`dump`] writes what `to_yaml` and `to_nice_yaml` write. Two things differ from PyYAML on purpose: a date becomes the
//! text that Python's `str()` gives for it, because values have no dates, and a node may not contain itself.

mod compose;
mod dump;
mod emit;
mod locate;
mod merge;
mod node;
mod repair;
mod resolve;
mod scalar;
mod source;
mod texts;
mod words;

use std::fmt;

use crate::value::Value;

pub use compose::{MAX_ALIASED, MAX_DEPTH, parse, parse_noting};
pub use dump::{DumpOptions, dump};
pub use merge::DuplicateKey;
pub use node::{Node, NodeKind, Pos, Span, Style, Tag};
pub use resolve::plain;

/// Text that is not YAML, or that holds what Ansible refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// What is wrong, in the words of PyYAML where it has any.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// Where in the text, in bytes.
    pub offset: usize,
}

impl YamlError {
    fn at(message: impl Into<String>, pos: Pos) -> YamlError {
        YamlError {
            message: message.into(),
            line: pos.line as usize,
            column: pos.column as usize,
            offset: pos.offset(),
        }
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}, column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for YamlError {}

/// The value of the only document in `text`; `None` if there is none.
///
/// # Errors
/// If the text is not YAML, or has more documents than one.
pub fn load(text: &str) -> Result<Value, YamlError> {
    let documents = parse(text)?;
    match documents.as_slice() {
        [] => Ok(Value::None),
        [document] => Ok(document.to_value()),
        [_, second, ..] => Err(YamlError::at(
            "expected a single document in the stream but found another document",
            second.span.start,
        )),
    }
}

/// The values of all documents in `text`.
///
/// # Errors
/// If the text is not YAML.
pub fn load_all(text: &str) -> Result<Vec<Value>, YamlError> {
    Ok(parse(text)?.iter().map(Node::to_value).collect())
}
