//! Places in a text: from characters, as the parser counts, to bytes, lines and columns.

use super::node::Pos;

/// A text whose lines are known.
pub(super) struct Source<'a> {
    pub text: &'a str,
    /// Where each line begins: in characters, in bytes.
    lines: Vec<(usize, usize)>,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str) -> Source<'a> {
        let mut lines = vec![(0, 0)];
        let mut chars = text.char_indices().enumerate().peekable();
        while let Some((index, (offset, c))) = chars.next() {
            let ends_line = match c {
                '\n' => true,
                '\r' => chars.peek().is_none_or(|(_, (_, next))| *next != '\n'),
                _ => false,
            };
            if ends_line {
                lines.push((index + 1, offset + 1));
            }
        }
        Source { text, lines }
    }

    /// The place of the character at `index`.
    pub fn pos(&self, index: usize) -> Pos {
        let line = self.lines.partition_point(|(start, _)| *start <= index).max(1);
        let (first, start) = self.lines.get(line - 1).copied().unwrap_or_default();
        let rest = self.text.get(start..).unwrap_or_default();
        let wanted = index.saturating_sub(first);
        match rest.char_indices().nth(wanted) {
            Some((at, _)) => Pos { line, column: wanted + 1, offset: start + at },
            None => Pos { line, column: rest.chars().count() + 1, offset: self.text.len() },
        }
    }

    /// The place of the byte at `offset`, which is rounded down to a character.
    pub fn pos_at(&self, offset: usize) -> Pos {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|(_, start)| *start <= offset).max(1);
        let (_, start) = self.lines.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..offset).unwrap_or_default().chars().count() + 1;
        Pos { line, column, offset }
    }

    /// Where the line with this number (from 1) begins, in bytes, and its text without the line end.
    pub fn line(&self, number: usize) -> Option<(usize, &'a str)> {
        let (_, start) = self.lines.get(number.checked_sub(1)?).copied()?;
        let end = self.lines.get(number).map_or(self.text.len(), |(_, end)| *end);
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
        assert_eq!(source.line(2), Some((7, "b: ü")));
    }
}
