//! Source files, and places in them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use rustle_value::yaml::Node;

/// A file that was read.
#[derive(PartialEq, Eq)]
pub struct SourceFile {
    /// Its path for display: relative to the project's root where it lies below it.
    pub path: String,
    /// Its text. What is no UTF-8 is replaced.
    pub text: String,
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({})", self.path)
    }
}

impl SourceFile {
    /// Line and column, both from 1, the column in characters, of the byte at `offset`.
    pub fn line_column(&self, offset: usize) -> (u32, u32) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).map_or(0, |text| text.chars().count()) + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}

/// A place in a source file.
#[derive(Clone, PartialEq)]
pub struct Location {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The bytes of its text that are meant.
    pub span: Range<usize>,
}

impl Location {
    /// The bytes `span` of `file`, kept within its text.
    pub fn new(file: &Arc<SourceFile>, span: Range<usize>) -> Location {
        let end = span.end.min(file.text.len());
        Location { file: file.clone(), span: span.start.min(end)..end }
    }

    /// Where `node` stands in `file`. A block scalar reaches to the beginning of the next line; that line end is no part
    /// of what is shown.
    pub(crate) fn of(file: &Arc<SourceFile>, node: &Node) -> Location {
        let mut location = Location::new(file, node.span.bytes());
        let shown = location.text().trim_end().len();
        location.span.end = location.span.start + shown;
        location
    }

    /// The text that is meant.
    pub fn text(&self) -> &str {
        self.file.text.get(self.span.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for Location {
    /// `path:line:column-end`, the columns from 1 and the end behind the last character.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.file.line_column(self.span.start);
        let (end_line, end_column) = self.file.line_column(self.span.end);
        write!(f, "{}:{line}:{column}-", self.file.path)?;
        if end_line != line {
            write!(f, "{end_line}:")?;
        }
        write!(f, "{end_column}")
    }
}
