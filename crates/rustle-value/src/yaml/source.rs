//! Places in a text: from characters, as the parser counts, to bytes, lines and columns.

use std::cell::Cell;

use super::node::{Pos, Span};

/// A text whose lines are known.
pub(super) struct Source<'a> {
    pub text: &'a str,
    /// Where each line begins: in characters, in bytes.
    lines: Vec<(usize, usize)>,
    /// Where the text ends, likewise.
    end: (usize, usize),
    /// The place that was asked for last: its line, and its character and its byte behind the beginning of that line.
    /// Places are asked for in order, so the next one is found from here, in one long line as well.
    last: Cell<(usize, usize, usize)>,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str) -> Source<'a> {
        let bytes = text.as_bytes();
        let mut lines = vec![(0, 0)];
        let last = Cell::new((1, 0, 0));
        // So it is nearly always, and the standard library is optimised where a build script is not.
        if text.is_ascii() && !text.contains('\r') {
            lines.extend(text.match_indices('\n').map(|(offset, _)| (offset + 1, offset + 1)));
            return Source { text, lines, end: (text.len(), text.len()), last };
        }
        // How many bytes so far continue a character.
        let mut continued = 0;
        for (offset, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => lines.push((offset + 1 - continued, offset + 1)),
                b'\r' if bytes.get(offset + 1) != Some(&b'\n') => {
                    lines.push((offset + 1 - continued, offset + 1));
                }
                0x80..=0xbf => continued += 1,
                _ => {}
            }
        }
        Source { text, lines, end: (text.len() - continued, text.len()), last }
    }

    /// The place of the character at `index`.
    pub fn pos(&self, index: usize) -> Pos {
        let begin = |line: usize| self.lines.get(line).map_or(usize::MAX, |(first, _)| *first);
        let (mut line, mut chars, mut bytes) = self.last.get();
        if !(begin(line - 1) <= index && index < begin(line)) {
            line = match line + 1 {
                next if begin(next - 1) <= index && index < begin(next) => next,
                _ => self.lines.partition_point(|(first, _)| *first <= index).max(1),
            };
            (chars, bytes) = (0, 0);
        }
        let (first, start) = self.lines.get(line - 1).copied().unwrap_or_default();
        let (end_chars, end) = self.lines.get(line).copied().unwrap_or(self.end);
        let wanted = index.saturating_sub(first).min(end_chars - first);
        let offset = if end_chars - first == end - start {
            // A line of ASCII.
            wanted
        } else if wanted >= chars {
            let rest = self.text.get(start + bytes..).unwrap_or_default();
            rest.char_indices().nth(wanted - chars).map_or(end - start, |(at, _)| bytes + at)
        } else {
            // A little before the last place: a parser looks back now and then.
            let before = self.text.get(start..start + bytes).unwrap_or_default();
            match before.char_indices().rev().nth(chars - wanted - 1) {
                Some((at, _)) => at,
                None => 0,
            }
        };
        self.last.set((line, wanted, offset));
        Pos::new(line, wanted + 1, start + offset)
    }

    /// The place of the byte at `offset`, which is rounded down to a character.
    pub fn pos_at(&self, offset: usize) -> Pos {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|(_, start)| *start <= offset).max(1);
        let (_, start) = self.lines.get(line - 1).copied().unwrap_or_default();
        let count = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default().chars().count();
        // Counted from the place that was asked for last, if that is nearer than the beginning of the line.
        let chars = match self.last.get() {
            (last_line, chars, bytes) if last_line == line && start + bytes <= offset => {
                chars + count(start + bytes, offset)
            }
            (last_line, chars, bytes) if last_line == line && start + bytes - offset < offset - start => {
                chars.saturating_sub(count(offset, start + bytes))
            }
            _ => count(start, offset),
        };
        Pos::new(line, chars + 1, offset)
    }
}

/// Some lines of a text, of which the first is numbered as it is in the whole text.
pub(super) struct Lines<'a> {
    text: &'a str,
    /// Where each line begins, in bytes.
    starts: Vec<usize>,
    /// The number of the first of them, from 1.
    first: usize,
    /// Where the last of them ends.
    end: usize,
}

impl<'a> Lines<'a> {
    /// The lines that `span` touches.
    pub fn around(text: &'a str, span: Span) -> Lines<'a> {
        let bytes = text.as_bytes();
        let begin = span.start.offset().min(bytes.len());
        let ends_line = |at: usize| match bytes.get(at) {
            Some(b'\n') => true,
            Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let start = (0..begin).rev().find(|at| ends_line(*at)).map_or(0, |at| at + 1);
        let mut starts = vec![start];
        let mut end = text.len();
        for at in begin..text.len() {
            if ends_line(at) {
                if at >= span.end() {
                    end = at + 1;
                    break;
                }
                starts.push(at + 1);
            }
        }
        Lines { text, starts, first: span.start.line as usize, end }
    }

    /// The place of the byte at `offset`, which is rounded down to a character.
    pub fn pos_at(&self, offset: usize) -> Pos {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..offset).unwrap_or_default().chars().count() + 1;
        Pos::new(self.first + line - 1, column, offset)
    }

    /// Where the line with this number begins, in bytes, and its text without the line end.
    pub fn line(&self, number: usize) -> Option<(usize, &'a str)> {
        let index = number.checked_sub(self.first)?;
        let start = self.starts.get(index).copied()?;
        let end = self.starts.get(index + 1).copied().unwrap_or(self.end);
        Some((start, self.text.get(start..end)?.trim_end_matches(['\n', '\r'])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_bytes() {
        let source = Source::new("é: x\r\nb: ü\n");
        assert_eq!(source.pos(3), Pos { line: 1, column: 4, offset: 4 });
        assert_eq!(source.pos(9), Pos { line: 2, column: 4, offset: 10 });
        assert_eq!(source.pos_at(11), Pos { line: 2, column: 4, offset: 10 });
        assert_eq!(source.pos(99), Pos { line: 3, column: 1, offset: 13 });
    }

    #[test]
    fn some_lines_are_numbered_as_all_are() {
        let text = "é: x\r\nb: ü\n- c\n\nd\n";
        let source = Source::new(text);
        let span = Span::new(source.pos_at(10), 14);
        let lines = Lines::around(text, span);
        assert_eq!(lines.line(1), None);
        assert_eq!(lines.line(2), Some((7, "b: ü")));
        assert_eq!(lines.line(3), Some((13, "- c")));
        assert_eq!(lines.line(4), None);
        for offset in 7..16 {
            assert_eq!(lines.pos_at(offset), source.pos_at(offset), "{offset}");
        }
        let whole = Lines::around(text, Span::new(source.pos_at(0), 99));
        assert_eq!((whole.line(5), whole.line(6)), (Some((18, "d")), Some((20, ""))));
    }

    #[test]
    fn places_are_the_same_in_whatever_order_they_are_asked_for() {
        for text in ["a: b\nc: d\n", "ä: [é, x, ü]\rb\r\n\nc: ß", "", "\n", "plain", "é\n"] {
            let count = text.chars().count();
            let fresh: Vec<Pos> = (0..count + 3).map(|index| Source::new(text).pos(index)).collect();
            let by_hand = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
            for (index, pos) in fresh.iter().enumerate() {
                assert_eq!(pos.offset(), by_hand(index), "{text:?} {index}");
            }
            let source = Source::new(text);
            let forth = (0..count + 3).chain((0..count + 3).rev()).chain((0..count + 3).step_by(3));
            for index in forth {
                assert_eq!(source.pos(index), fresh[index], "{text:?} {index}");
                for place in &fresh {
                    assert_eq!(source.pos_at(place.offset()).offset(), place.offset(), "{text:?} {index}");
                    let afresh = Source::new(text).pos_at(place.offset());
                    assert_eq!(source.pos_at(place.offset()), afresh, "{text:?} {index}");
                }
            }
        }
    }

    /// A place in a long line must not be counted from its beginning each time: this would take minutes.
    #[test]
    fn a_long_line_takes_no_longer_than_many_short_ones() {
        let text = "é, ".repeat(100_000);
        let source = Source::new(&text);
        let sum: usize = (0..300_000)
            .map(|index| source.pos_at(source.pos(index).offset().saturating_sub(1)).column as usize % 2)
            .sum();
        assert!(sum > 0);
    }
}
