//! Writes YAML to the character as libyaml does: indentation, quoting, folding of long lines.

use std::fmt::Write;

use super::scalar::{Written, is_break, is_printable};

/// A writer that knows where on its line it stands.
pub(super) struct Emitter {
    pub out: String,
    /// How far a level is indented.
    step: i32,
    /// The column behind which a line is broken.
    pub width: usize,
    unicode: bool,
    /// The column of the current block; -1 before the first.
    indent: i32,
    indents: Vec<i32>,
    pub flow_level: usize,
    /// In characters.
    column: usize,
    /// The last character was white space.
    whitespace: bool,
    /// So far the line has nothing but white space and indicators that indent.
    indention: bool,
}

impl Emitter {
    /// `step` columns for each level, lines broken behind `width`.
    pub fn new(step: i32, width: usize, unicode: bool) -> Emitter {
        Emitter {
            out: String::new(),
            step,
            width,
            unicode,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            column: 0,
            whitespace: true,
            indention: true,
        }
    }

    pub fn at_indention(&self) -> bool {
        self.indention
    }

    pub fn past_width(&self) -> bool {
        self.column > self.width
    }

    /// Goes one level in; a sequence in a mapping stays where the mapping is.
    pub fn increase_indent(&mut self, flow: bool, indentless: bool) {
        self.indents.push(self.indent);
        if self.indent < 0 {
            self.indent = if flow { self.step } else { 0 };
        } else if !indentless {
            self.indent += self.step;
        }
    }

    pub fn decrease_indent(&mut self) {
        self.indent = self.indents.pop().unwrap_or(-1);
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
    }

    /// Goes to the current indentation, on a new line unless it stands there already.
    pub fn write_indent(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// Writes `-`, `:`, `[` …
    pub fn write_indicator(&mut self, indicator: &str, need_space: bool, is_space: bool, indents: bool) {
        if need_space && !self.whitespace {
            self.put(' ');
        }
        indicator.chars().for_each(|c| self.put(c));
        self.whitespace = is_space;
        self.indention = self.indention && indents;
    }

    /// Writes a scalar; lines of a key are never broken.
    pub fn write_scalar(&mut self, text: &str, style: Written, may_break: bool) {
        match style {
            Written::Plain => self.write_plain(text, may_break),
            Written::Single => self.write_single(text, may_break),
            Written::Double => self.write_double(text, may_break),
            Written::Literal => self.write_literal(text),
        }
    }

    fn write_plain(&mut self, text: &str, may_break: bool) {
        if !self.whitespace && (!text.is_empty() || self.flow_level > 0) {
            self.put(' ');
        }
        self.write_folding(text, may_break, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_single(&mut self, text: &str, may_break: bool) {
        self.write_indicator("'", true, false, false);
        let ends_in_break = self.write_folding(text, may_break, true);
        if ends_in_break {
            self.write_indent();
        }
        self.write_indicator("'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    /// The text of a plain or single-quoted scalar; whether it ended with a line break.
    fn write_folding(&mut self, text: &str, may_break: bool, quoted: bool) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let (mut in_spaces, mut in_breaks) = (false, false);
        for (index, c) in chars.iter().copied().enumerate() {
            let inner = !quoted || (index > 0 && index + 1 < chars.len());
            if c == ' ' {
                let fold = may_break && !in_spaces && self.past_width() && inner;
                if fold && chars.get(index + 1) != Some(&' ') {
                    self.write_indent();
                } else {
                    self.put(' ');
                }
                in_spaces = true;
            } else if is_break(c) {
                if !in_breaks && c == '\n' {
                    self.put_break('\n');
                }
                self.put_break(c);
                self.indention = true;
                in_breaks = true;
            } else {
                if in_breaks {
                    self.write_indent();
                }
                if quoted && c == '\'' {
                    self.put('\'');
                }
                self.put(c);
                self.indention = false;
                in_spaces = false;
                in_breaks = false;
            }
        }
        in_breaks
    }

    fn write_double(&mut self, text: &str, may_break: bool) {
        self.write_indicator("\"", true, false, false);
        let chars: Vec<char> = text.chars().collect();
        let mut in_spaces = false;
        for (index, c) in chars.iter().copied().enumerate() {
            if !is_printable(c, self.unicode) || is_break(c) || matches!(c, '"' | '\\') {
                self.write_escape(c);
                in_spaces = false;
            } else if c == ' ' {
                let inner = index > 0 && index + 1 < chars.len();
                if may_break && !in_spaces && self.past_width() && inner {
                    self.write_indent();
                    if chars.get(index + 1) == Some(&' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                in_spaces = true;
            } else {
                self.put(c);
                in_spaces = false;
            }
        }
        self.write_indicator("\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_escape(&mut self, c: char) {
        let before = self.out.len();
        self.out.push('\\');
        let code = u32::from(c);
        let short = match c {
            '\0' => Some('0'),
            '\x07' => Some('a'),
            '\x08' => Some('b'),
            '\t' => Some('t'),
            '\n' => Some('n'),
            '\x0b' => Some('v'),
            '\x0c' => Some('f'),
            '\r' => Some('r'),
            '\x1b' => Some('e'),
            '"' | '\\' => Some(c),
            '\u{85}' => Some('N'),
            '\u{a0}' => Some('_'),
            '\u{2028}' => Some('L'),
            '\u{2029}' => Some('P'),
            _ => None,
        };
        // Writing to text cannot fail.
        let _ = match short {
            Some(letter) => write!(self.out, "{letter}"),
            None if code <= 0xff => write!(self.out, "x{code:02X}"),
            None if code <= 0xffff => write!(self.out, "u{code:04X}"),
            None => write!(self.out, "U{code:08X}"),
        };
        self.column += self.out.len() - before;
    }

    fn write_literal(&mut self, text: &str) {
        self.write_indicator("|", true, false, false);
        let starts_with_space = text.starts_with(|c| c == ' ' || is_break(c));
        if starts_with_space {
            self.write_indicator(&self.step.to_string(), false, false, false);
        }
        let mut ends = text.chars().rev();
        match (ends.next().is_some_and(is_break), ends.next().is_none_or(is_break)) {
            (false, _) => self.write_indicator("-", false, false, false),
            (true, true) => self.write_indicator("+", false, false, false),
            (true, false) => {}
        }
        self.put_break('\n');
        self.indention = true;
        self.whitespace = true;
        let mut in_breaks = true;
        for c in text.chars() {
            if is_break(c) {
                self.put_break(c);
                self.indention = true;
                in_breaks = true;
            } else {
                if in_breaks {
                    self.write_indent();
                }
                self.put(c);
                self.indention = false;
                in_breaks = false;
            }
        }
    }
}
