//! From the parser's events to nodes.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks, Tag};

use super::YamlError;
use super::locate::closing_quote;
use super::merge::{DuplicateKey, merged};
use super::node::{Node, NodeKind, Pos, Span, Style, Tag as FullTag};
use super::repair::Repaired;
use super::resolve;
use super::source::Source;
use super::texts::Texts;
use super::words::pythons_words;

/// How deep nodes may be nested.
pub const MAX_DEPTH: usize = 200;

/// How many nodes aliases may stand for in all. Text of a few lines could otherwise mean billions.
pub const MAX_ALIASED: usize = 200_000;

/// The documents in `text`.
///
/// # Errors
/// If the text is not YAML, has a tag that Ansible does not know, a list or a dictionary as a key, nests deeper than
/// [`MAX_DEPTH`], or means more than [`MAX_ALIASED`] nodes by aliases.
pub fn parse(text: &str) -> Result<Vec<Node>, YamlError> {
    parse_noting(text, &mut Vec::new())
}

/// As [`parse`], noting the keys that stand twice.
///
/// # Errors
/// As [`parse`].
pub fn parse_noting(text: &str, duplicates: &mut Vec<DuplicateKey>) -> Result<Vec<Node>, YamlError> {
    let mut repaired = Repaired::new(text);
    loop {
        let composed = Composer::new(&repaired.text).documents();
        match composed {
            Ok((mut documents, mut found)) => {
                if repaired.is_moved() {
                    let source = repaired.source();
                    documents.iter_mut().for_each(|document| repaired.restore(document, &source));
                    for span in found.iter_mut().flat_map(|it| [&mut it.span, &mut it.before]) {
                        *span = repaired.original_span(*span, &source);
                    }
                }
                duplicates.append(&mut found);
                return Ok(documents);
            }
            Err(error) if repaired.repair(&error) => {}
            Err(error) => {
                let pos = Pos::new(error.line, error.column, error.offset);
                let pos = if repaired.is_moved() {
                    repaired.original(pos.offset(), &repaired.source())
                } else {
                    pos
                };
                return Err(YamlError::at(pythons_words(&error.message), pos));
            }
        }
    }
}

/// A sequence or mapping that is not finished.
struct Frame {
    anchor: usize,
    tag: Option<FullTag>,
    span: Span,
    /// How many nodes it has so far.
    size: usize,
    /// Where its own nodes begin among those that wait.
    begin: usize,
    is_sequence: bool,
}

struct Composer<'a> {
    source: Source<'a>,
    frames: Vec<Frame>,
    /// The nodes of all frames that are not finished, those of the innermost last; keys and values of a mapping alternate.
    /// So each list is made once, when its length is known.
    waiting: Vec<Node>,
    /// What anchors stand for, and how many nodes that is.
    anchors: HashMap<usize, (Node, usize)>,
    aliased: usize,
    documents: Vec<Node>,
    duplicates: Vec<DuplicateKey>,
    texts: Texts,
}

impl<'a> Composer<'a> {
    fn new(text: &'a str) -> Composer<'a> {
        Composer {
            source: Source::new(text),
            frames: Vec::new(),
            waiting: Vec::new(),
            anchors: HashMap::new(),
            aliased: 0,
            documents: Vec::new(),
            duplicates: Vec::new(),
            texts: Texts::default(),
        }
    }

    fn documents(mut self) -> Result<(Vec<Node>, Vec<DuplicateKey>), YamlError> {
        let mut parser = Parser::new_from_str(self.source.text);
        while let Some(event) = parser.next_event() {
            let (event, marks) = event
                .map_err(|error| YamlError::at(error.info(), self.source.pos(error.marker().index())))?;
            self.event(event, marks)?;
        }
        Ok((self.documents, self.duplicates))
    }

    fn span(&self, marks: Marks) -> Span {
        let start = self.source.pos(marks.start.index());
        Span::new(start, self.source.pos(marks.end.index()).offset())
    }

    fn event(&mut self, event: Event<'_>, marks: Marks) -> Result<(), YamlError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag, marks)?;
                if anchor > 0 {
                    self.anchors.insert(anchor, (node.clone(), 1));
                }
                self.put(node, 1)
            }
            Event::SequenceStart(anchor, tag) => {
                let mut span = self.span(marks);
                if marks.is_empty() {
                    self.back_to_dash(&mut span);
                }
                self.open(anchor, tag, span, true)
            }
            Event::MappingStart(anchor, tag) => {
                let span = self.span(marks);
                self.open(anchor, tag, span, false)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(marks),
            Event::Alias(anchor) => {
                let span = self.span(marks);
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(YamlError::at("found an alias that stands for what contains it", span.start));
                };
                self.aliased += size;
                if self.aliased > MAX_ALIASED {
                    return Err(YamlError::at("the aliases stand for too many nodes", span.start));
                }
                if self.frames.len() + depth(&node) > MAX_DEPTH {
                    return Err(YamlError::at(TOO_DEEP, span.start));
                }
                self.put(node, size)
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<Cow<'_, Tag>>,
        marks: Marks,
    ) -> Result<Node, YamlError> {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let mut span = self.span(marks);
        let written = self.source.text.get(span.bytes()).unwrap_or_default();
        match style {
            // The parser takes the comment behind a quoted scalar, and the indentation behind a block, for parts of them.
            Style::Single | Style::Double => {
                let quote = if style == Style::Single { '\'' } else { '"' };
                let before_comment = closing_quote(written, quote).unwrap_or(written.len());
                span = Span::new(span.start, span.start.offset() + before_comment);
            }
            Style::Literal | Style::Folded => {
                let trimmed = written.trim_end_matches([' ', '\t']);
                span = Span::new(span.start, span.start.offset() + trimmed.len());
            }
            Style::Plain => {}
        }
        let tag = tag.map(|tag| full_tag(&tag));
        if tag.is_some() {
            resolve::scalar(text, style, tag.as_deref())
                .map_err(|message| YamlError::at(message, span.start))?;
        }
        let text = self.texts.shared(text);
        Ok(Node { value: NodeKind::Scalar { text, style }, tag, span })
    }

    fn open(
        &mut self,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        span: Span,
        is_sequence: bool,
    ) -> Result<(), YamlError> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(YamlError::at(TOO_DEEP, span.start));
        }
        let tag = tag.map(|tag| full_tag(&tag));
        if let Some(tag) = &tag {
            let known = match resolve::core_tag(tag).unwrap_or(tag) {
                "!unsafe" | "!" => true,
                "seq" | "omap" | "pairs" => is_sequence,
                "map" | "set" | "python/dict" => !is_sequence,
                "!vault" | "!vault-encrypted" => {
                    return Err(YamlError::at(
                        format!("the '{tag}' tag requires a string value"),
                        span.start,
                    ));
                }
                _ => false,
            };
            if !known {
                let message = format!("could not determine a constructor for the tag '{tag}'");
                return Err(YamlError::at(message, span.start));
            }
        }
        self.frames.push(Frame { anchor, tag, span, size: 1, begin: self.waiting.len(), is_sequence });
        Ok(())
    }

    fn close(&mut self, marks: Marks) -> Result<(), YamlError> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let span = frame.span;
        let mut own = self.waiting.drain(frame.begin..);
        let value = if frame.is_sequence {
            NodeKind::Sequence(own.collect())
        } else {
            let mut entries = Vec::with_capacity(own.len() / 2);
            while let (Some(key), Some(value)) = (own.next(), own.next()) {
                entries.push((key, value));
            }
            drop(own);
            NodeKind::Mapping(merged(entries, &mut self.duplicates)?.into())
        };
        let end = if marks.is_empty() {
            // The end of a block is noticed only at what follows it.
            let last = match &value {
                NodeKind::Sequence(items) => items.last(),
                NodeKind::Mapping(entries) => entries.last().map(|(_, value)| value),
                NodeKind::Scalar { .. } => None,
            };
            last.map_or(span.end(), |last| last.span.end()).max(span.start.offset())
        } else {
            self.source.pos(marks.end.index()).offset()
        };
        let node = Node { value, tag: frame.tag, span: Span::new(span.start, end) };
        if frame.anchor > 0 {
            self.anchors.insert(frame.anchor, (node.clone(), frame.size));
        }
        self.put(node, frame.size)
    }

    /// Puts a finished node where it belongs.
    fn put(&mut self, node: Node, size: usize) -> Result<(), YamlError> {
        let Some(frame) = self.frames.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        frame.size += size;
        let is_key = !frame.is_sequence && (self.waiting.len() - frame.begin).is_multiple_of(2);
        if is_key && !matches!(node.value, NodeKind::Scalar { .. }) {
            return Err(YamlError::at("found unhashable key", node.span.start));
        }
        self.waiting.push(node);
        Ok(())
    }

    /// A sequence at its parent's indentation is said to begin behind its first dash.
    fn back_to_dash(&self, span: &mut Span) {
        let before = self.source.text.get(..span.start.offset()).unwrap_or_default();
        let at_dash = self.source.text.get(span.start.offset()..).is_some_and(|rest| rest.starts_with("- "));
        let trimmed = before.trim_end_matches([' ', '\t']);
        if !at_dash && trimmed.len() < before.len() && trimmed.ends_with('-') {
            span.start = self.source.pos_at(trimmed.len() - 1);
        }
    }
}

const TOO_DEEP: &str = "the nodes are nested too deeply";

/// How many levels of nodes there are below and with this one.
fn depth(node: &Node) -> usize {
    let below = match &node.value {
        NodeKind::Scalar { .. } => 0,
        NodeKind::Sequence(items) => items.iter().map(depth).max().unwrap_or(0),
        NodeKind::Mapping(entries) => entries.iter().map(|(_, value)| depth(value)).max().unwrap_or(0),
    };
    below + 1
}

fn full_tag(tag: &Tag) -> FullTag {
    FullTag::from(format!("{}{}", tag.handle, tag.suffix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use crate::python;
    use crate::yaml::{load, load_all};

    fn repr(text: &str) -> String {
        python::repr(&load(text).unwrap_or_else(|error| panic!("{text:?}: {error}")))
    }

    #[test]
    fn documents() {
        assert_eq!(load("").unwrap(), Value::None);
        assert_eq!(load("# nothing\n").unwrap(), Value::None);
        assert_eq!(load("---\n...\n").unwrap(), Value::None);
        assert_eq!(load_all("---\na\n---\n- b\n...\n").unwrap().len(), 2);
        assert!(load("a\n---\nb\n").unwrap_err().message.starts_with("expected a single document"));
        assert_eq!(repr("%YAML 1.1\n---\na: yes\n"), "{'a': True}");
        assert_eq!(repr("\u{feff}a: 1\r\nb: c\r\n"), "{'a': 1, 'b': 'c'}");
    }

    #[test]
    fn aliases_and_merges() {
        assert_eq!(
            repr("a: &x {k: 1, j: 2}\nb:\n  k: 3\n  <<: [*x, {z: 1}]\n  <<: {q: 1}\n"),
            "{'a': {'k': 1, 'j': 2}, 'b': {'z': 1, 'k': 3, 'j': 2, 'q': 1}}"
        );
        assert_eq!(repr("a: &x [1]\nb: [*x, *x]"), "{'a': [1], 'b': [[1], [1]]}");
        assert_eq!(parse("a: *nope").unwrap_err().message, "found undefined alias");
        assert!(parse("a: &x [*x]").is_err());
        assert!(parse("<<: 1").is_err());
    }

    #[test]
    fn duplicates_are_noted_and_overrides_are_not() {
        let mut duplicates = Vec::new();
        let nodes =
            parse_noting("b: {a: 1, a: 2, \"a\": 3}\nc: {<<: {x: 1}, x: 2}", &mut duplicates).unwrap();
        assert_eq!(python::repr(&nodes[0].to_value()), "{'b': {'a': 3}, 'c': {'x': 2}}");
        let columns: Vec<u32> = duplicates.iter().map(|duplicate| duplicate.span.start.column).collect();
        assert_eq!(columns, [11, 17]);
        assert_eq!(
            duplicates[0].message(),
            "Found duplicate mapping key 'a'. Using last defined value only."
        );
    }

    #[test]
    fn errors_have_places() {
        let error = parse("a: 1\nb: c: d\n").unwrap_err();
        assert_eq!((error.line, error.column, error.offset), (2, 5, 9));
        assert_eq!(error.message, "mapping values are not allowed in this context");
        let error = parse("a: {{ b }}\n").unwrap_err();
        assert_eq!((error.message.as_str(), error.column), ("found unhashable key", 5));
        let error = parse("a: !foo x").unwrap_err();
        assert_eq!(
            error.to_string(),
            "could not determine a constructor for the tag '!foo', line 1, column 4"
        );
    }

    #[test]
    fn spans() {
        let text = "- é: !unsafe \"x\"  # c\n  l: |\n    one\n  s:\n  - 1\n  - [a, b]\n";
        let nodes = parse(text).unwrap();
        let written = |node: &Node| &text[node.span.bytes()];
        let task = &nodes[0].as_sequence().unwrap()[0];
        assert_eq!(written(task.get("é").unwrap()), "!unsafe \"x\"");
        assert_eq!(task.get("é").unwrap().tag.as_deref(), Some("!unsafe"));
        assert_eq!(written(task.get("l").unwrap()), "one\n");
        assert_eq!(written(task.get("s").unwrap()), "- 1\n  - [a, b]");
        assert_eq!(task.span.start, super::super::Pos { line: 1, column: 3, offset: 2 });
    }

    #[test]
    fn bombs_do_not_explode() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let alias = format!("*a{}, ", level - 1).repeat(10);
            text.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
        }
        assert_eq!(parse(&text).unwrap_err().message, "the aliases stand for too many nodes");
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"- ".repeat(10_000)).is_err());
        let mut chain = String::from("a0: &a0 [x]\n");
        for level in 1..300 {
            chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert_eq!(parse(&chain).unwrap_err().message, TOO_DEEP);
    }
}
