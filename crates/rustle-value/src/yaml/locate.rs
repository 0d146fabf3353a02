//! From a place in a scalar's value to the place in the text where it is written.

use super::node::{Node, NodeKind, Pos, Style};
use super::source::Lines;

impl Node {
    /// Where the byte at `offset` of this scalar's text is written in `source`, the text that the node was parsed from.
    ///
    /// It is exact for plain and quoted scalars, also over several lines, and for literal blocks. In a folded block it is
    /// the right line, and the right column unless the block repeats itself. For anything else it is where the node begins.
    pub fn locate(&self, offset: usize, source: &str) -> Pos {
        let NodeKind::Scalar { text, style } = &self.value else {
            return self.span.start;
        };
        let begin = self.span.start.offset();
        let Some(written) = source.get(begin..self.span.end().max(begin)) else {
            return self.span.start;
        };
        let content = content_start(written);
        // The lines of the node alone: a large file must not be gone through for each of its templates.
        let lines = Lines::around(source, self.span);
        let found = match style {
            Style::Plain | Style::Single | Style::Double => {
                flow_offset(written.get(content..).unwrap_or_default(), *style, offset)
                    .map(|at| begin + content + at)
            }
            Style::Literal => literal_offset(text, offset, &lines, self.span.end()),
            Style::Folded => folded_offset(text, offset, &lines, begin + content, self.span.end()),
        };
        found.map_or(self.span.start, |at| lines.pos_at(at))
    }
}

/// Where the content of a node begins, behind its tag and anchor, in bytes.
pub(super) fn content_start(written: &str) -> usize {
    let mut rest = written;
    while rest.starts_with(['!', '&']) {
        rest = rest.trim_start_matches(|c: char| !c.is_whitespace()).trim_start();
    }
    written.len() - rest.len()
}

/// Where a quoted scalar ends, behind its closing quote. Its tag or anchor may stand before it.
pub(super) fn closing_quote(written: &str, quote: char) -> Option<usize> {
    let open = content_start(written);
    let mut chars = written.get(open..)?.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return Some(open + at + 1);
            }
        }
    }
    None
}

/// The offset in `written` (from the quote, if there is one) of what became the byte at `wanted` of the value.
fn flow_offset(written: &str, style: Style, wanted: usize) -> Option<usize> {
    let mut at = usize::from(style != Style::Plain);
    let mut produced = 0;
    while produced <= wanted {
        let rest = written.get(at..)?;
        let (source_length, value_length) = match rest.chars().next() {
            None => return Some(at),
            Some('\'') if style == Style::Single => {
                if !rest.starts_with("''") {
                    return Some(at);
                }
                (2, 1)
            }
            Some('"') if style == Style::Double => return Some(at),
            Some('\\') if style == Style::Double => escape_lengths(rest),
            Some(c) => match folded_space(rest) {
                Some(lengths) => lengths,
                None => (c.len_utf8(), c.len_utf8()),
            },
        };
        if produced + value_length > wanted {
            return Some(at);
        }
        produced += value_length;
        at += source_length;
    }
    Some(at)
}

/// The lengths of an escape in the source and in the value.
fn escape_lengths(rest: &str) -> (usize, usize) {
    let Some(kind) = rest.chars().nth(1) else {
        return (1, 0);
    };
    let hex = |digits: usize| {
        let code = rest.get(2..2 + digits).and_then(|code| u32::from_str_radix(code, 16).ok());
        (2 + digits, code.and_then(char::from_u32).map_or(1, char::len_utf8))
    };
    match kind {
        'x' => hex(2),
        'u' => hex(4),
        'U' => hex(8),
        'N' | '_' => (2, 2),
        'L' | 'P' => (2, 3),
        '\n' | '\r' => {
            let after = rest.get(1..).unwrap_or_default();
            (1 + after.len() - after.trim_start().len(), 0)
        }
        _ => (1 + kind.len_utf8(), 1),
    }
}

/// The lengths of white space with a line end in it, which folds to one space, or to the line ends behind the first.
fn folded_space(rest: &str) -> Option<(usize, usize)> {
    let space = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    let ends = rest.get(..space)?.matches('\n').count();
    (ends > 0).then(|| (space, (ends - 1).max(1)))
}

/// Every line of a literal block is the end of a line of the source, so counting lines from the block's end finds it.
fn literal_offset(text: &str, wanted: usize, lines: &Lines<'_>, end: usize) -> Option<usize> {
    let before = text.get(..floor(text, wanted))?;
    let line_of_value = before.matches('\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    let kept = text.trim_end_matches('\n');
    let last_with_text = kept.matches('\n').count();
    // The block's last line that is not empty stands before its end.
    let mut last = lines.pos_at(end).line as usize;
    while last > 1 {
        let (start, line) = lines.line(last)?;
        if !line.trim().is_empty() && start < end {
            break;
        }
        last -= 1;
    }
    let number = (last + line_of_value).checked_sub(last_with_text)?;
    let (start, line) = lines.line(number)?;
    let value_line = text.split('\n').nth(line_of_value)?;
    let indent = line.len().checked_sub(value_line.len())?;
    Some(start + indent + column)
}

/// Matches the source's lines with the value one after another.
fn folded_offset(text: &str, wanted: usize, lines: &Lines<'_>, from: usize, to: usize) -> Option<usize> {
    let mut produced = 0;
    let mut number = lines.pos_at(from).line as usize;
    loop {
        let (start, line) = lines.line(number)?;
        if start >= to {
            return None;
        }
        let content = line.trim_start_matches([' ', '\t']);
        let rest = text.get(produced..)?;
        let skipped = rest.len() - rest.trim_start_matches([' ', '\t', '\n']).len();
        let here = produced + skipped;
        if !content.is_empty() && text.get(here..)?.starts_with(content.trim_end()) {
            if wanted < here + content.len() {
                let indent = line.len() - content.len();
                return Some(start + indent + wanted.saturating_sub(here));
            }
            produced = here + content.trim_end().len();
        }
        number += 1;
    }
}

/// The nearest beginning of a character at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use crate::yaml::parse;

    /// Asserts that every `@` of the scalar under `k` is found where it stands in the source.
    fn check(source: &str) {
        let nodes = parse(source).unwrap_or_else(|error| panic!("{source:?}: {error}"));
        let node = nodes[0].get("k").unwrap();
        let text = node.as_text().unwrap();
        let in_value: Vec<usize> = text.match_indices('@').map(|(at, _)| at).collect();
        let in_source: Vec<usize> = source.match_indices('@').map(|(at, _)| at).collect();
        assert!(!in_value.is_empty());
        let found: Vec<usize> = in_value.iter().map(|at| node.locate(*at, source).offset()).collect();
        assert_eq!(found, in_source, "{source:?}");
    }

    #[test]
    fn flow_scalars() {
        check("k: ab@c@\n");
        check("k: 'it''s @ here@' # c\n");
        check("k: \"\\t\\x41\\u00e9é\\\"@ \\N@\"\n");
        check("k: !unsafe \"a@\"\n");
        check("k: &x 'a@'\n");
        check("k: a @b\n  c @d\n\n  e @f\n");
        check("k: \"a @b\n   c\\\n   @d\"\n");
        check("{k: 'a@', l: b}\n");
    }

    #[test]
    fn blocks() {
        check("k: |\n  a @b\n    @c\n\n  d@\nl: x\n");
        check("k: |\n\n\n  a @b\n\n\nl: x\n");
        check("k: |2-\n    a @b\n  é@\n");
        check("k: !unsafe |\n  a\n  b @\n");
        check("k: |+\n  a\n  @\n\n");
        check("k: >\n  a @b\n  c @d\n\n  e@\n    f @g\n  h@\n");
        check("k: >-\n  {{ @x }}\n  {{ @y }}\n");
    }

    #[test]
    fn lines_and_columns() {
        let source = "a: 1\nk: |\n  é\n  xy\n";
        let nodes = parse(source).unwrap();
        let pos = nodes[0].get("k").unwrap().locate(4, source);
        assert_eq!((pos.line, pos.column), (4, 4));
    }
}
