//! What PyYAML forgives and the parser does not: a tab between a colon and its value, tabs before a further line of a quoted
//! scalar, and lines within brackets or quotes that are indented less than their surroundings. White space there means nothing, so it is changed, the text is parsed
//! again, and places are translated back.

use std::borrow::Cow;
use std::sync::Arc;

use super::YamlError;
use super::locate::closing_quote;
use super::node::{Node, NodeKind, Pos, Span};
use super::source::Source;

/// How often a text is repaired before it is given up.
const MAX_REPAIRS: usize = 1000;

/// How far a line is moved to the right: farther than the surroundings of any sane text.
const INDENT: usize = 120;

/// A text and what was inserted into it.
pub(super) struct Repaired<'a> {
    original: &'a str,
    /// The text as it is parsed.
    pub text: Cow<'a, str>,
    /// Where [`INDENT`] spaces were inserted, as offsets into `text`, sorted.
    inserted: Vec<usize>,
    repairs: usize,
}

impl<'a> Repaired<'a> {
    pub fn new(text: &'a str) -> Repaired<'a> {
        Repaired { original: text, text: Cow::Borrowed(text), inserted: Vec::new(), repairs: 0 }
    }

    /// Whether something was changed that makes another attempt worthwhile after `error`.
    pub fn repair(&mut self, error: &YamlError) -> bool {
        self.repairs += 1;
        if self.repairs > MAX_REPAIRS {
            return false;
        }
        match error.message.as_str() {
            "':' must be followed by a valid YAML whitespace" => self.replace_tabs(error.offset),
            "tab cannot be used as indentation" => self.replace_tabs_at(error.offset),
            "invalid indentation" | "invalid indentation in flow construct" => {
                let start = self.text.get(..error.offset).and_then(|before| before.rfind('\n'));
                self.indent_lines(start.map_or(0, |at| at + 1), error.offset)
            }
            "invalid indentation in quoted scalar" => {
                let written = self.text.get(error.offset..).unwrap_or_default();
                let quote = written.chars().next().filter(|c| matches!(c, '\'' | '"'));
                let Some(length) = quote.and_then(|quote| closing_quote(written, quote)) else {
                    return false;
                };
                let end = error.offset + length;
                match written.get(..length).and_then(|scalar| scalar.find('\n')) {
                    Some(first_end) => self.indent_lines(error.offset + first_end + 1, end),
                    None => false,
                }
            }
            _ => false,
        }
    }

    fn replace_tabs(&mut self, offset: usize) -> bool {
        let Some(before) = self.text.get(..offset) else {
            return false;
        };
        let tabs = before.len() - before.trim_end_matches('\t').len();
        if tabs > 0 {
            self.text.to_mut().replace_range(offset - tabs..offset, &" ".repeat(tabs));
        }
        tabs > 0
    }

    /// Makes spaces of the tabs that begin at `offset`, before a further line of a quoted scalar.
    fn replace_tabs_at(&mut self, offset: usize) -> bool {
        let Some(rest) = self.text.get(offset..) else {
            return false;
        };
        let tabs = rest.len() - rest.trim_start_matches('\t').len();
        if tabs > 0 {
            self.text.to_mut().replace_range(offset..offset + tabs, &" ".repeat(tabs));
        }
        tabs > 0
    }

    /// Moves the lines that begin from `start` up to `end` to the right, unless that was done before.
    fn indent_lines(&mut self, start: usize, end: usize) -> bool {
        let Some(lines) = self.text.get(start..end) else {
            return false;
        };
        let mut starts = vec![start];
        starts.extend(lines.match_indices('\n').map(|(at, _)| start + at + 1));
        starts.retain(|start| !self.inserted.contains(start));
        for start in starts.iter().rev() {
            self.text.to_mut().insert_str(*start, &" ".repeat(INDENT));
            let index = self.inserted.partition_point(|known| known < start);
            self.inserted.iter_mut().skip(index).for_each(|later| *later += INDENT);
            self.inserted.insert(index, *start);
        }
        !starts.is_empty()
    }

    /// Whether places in the parsed text are those of the original.
    pub fn is_moved(&self) -> bool {
        !self.inserted.is_empty()
    }

    /// The place in the original text.
    pub fn original(&self, offset: usize, source: &Source<'_>) -> Pos {
        let removed: usize = self
            .inserted
            .iter()
            .take_while(|start| **start < offset)
            .map(|start| (offset - start).min(INDENT))
            .sum();
        source.pos_at(offset - removed)
    }

    /// The same of a span.
    pub fn original_span(&self, span: Span, source: &Source<'_>) -> Span {
        let start = self.original(span.start.offset(), source);
        Span::new(start, self.original(span.end(), source).offset())
    }

    /// Gives a node and all below it their places in the original text.
    pub fn restore(&self, node: &mut Node, source: &Source<'_>) {
        node.span = self.original_span(node.span, source);
        match &mut node.value {
            NodeKind::Scalar { .. } => {}
            NodeKind::Sequence(items) => {
                Arc::make_mut(items).iter_mut().for_each(|item| self.restore(item, source));
            }
            NodeKind::Mapping(entries) => {
                for (key, value) in Arc::make_mut(entries).iter_mut() {
                    self.restore(key, source);
                    self.restore(value, source);
                }
            }
        }
    }

    /// The lines of the original text.
    pub fn source(&self) -> Source<'a> {
        Source::new(self.original)
    }
}

#[cfg(test)]
mod tests {
    use crate::python;
    use crate::yaml::{load, parse};

    fn repr(text: &str) -> String {
        python::repr(&load(text).unwrap_or_else(|error| panic!("{text:?}: {error}")))
    }

    #[test]
    fn tabs_between_keys_and_values() {
        assert_eq!(repr("a:\tb\nc: \t'd'\n"), "{'a': 'b', 'c': 'd'}");
    }

    #[test]
    fn tabs_before_further_lines_of_a_quoted_scalar() {
        assert_eq!(repr("a:\n    b: 'c\n\t\td'\ne: \"f\n\t g\"\n"), "{'a': {'b': 'c d'}, 'e': 'f g'}");
    }

    #[test]
    fn lines_within_brackets_and_quotes_stand_anywhere() {
        assert_eq!(
            repr("b:\n  - a:\n      c: [\n        1,\n      2\n    ]\n"),
            "{'b': [{'a': {'c': [1, 2]}}]}"
        );
        assert_eq!(repr("b:\n    c: \"x\n y\"\n    d: 'v\n\nw'\n"), "{'b': {'c': 'x y', 'd': 'v\\nw'}}");
    }

    #[test]
    fn places_are_those_of_the_original() {
        let text = "b:\n    c: \"x\n {{ y }}\"\n    d: é\n";
        let nodes = parse(text).unwrap();
        let map = nodes[0].get("b").unwrap();
        let written = |name: &str| {
            let span = map.get(name).unwrap().span;
            &text[span.bytes()]
        };
        assert_eq!(written("c"), "\"x\n {{ y }}\"");
        assert_eq!(written("d"), "é");
        assert_eq!(map.get("d").unwrap().span.start.line, 4);
        let pos = map.get("c").unwrap().locate(2, text);
        assert_eq!((pos.line, pos.column), (3, 2));
        let error = parse("b:\n    c: \"x\n y\"\n    d: e: f\n").unwrap_err();
        assert_eq!((error.line, error.column), (4, 9));
    }
}
