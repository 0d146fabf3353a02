//! From the text of a template to tokens.

mod literal;
mod token;

pub use literal::unescape;
pub use token::{Kind, Op, Token};

use crate::options::Options;

/// The tokens of the template `source`, the last of which is [`Kind::Eof`] or [`Kind::Error`].
///
/// What is wrong with the text becomes a token, since the parser may find something wrong before it.
pub fn template<'s>(source: &'s str, options: &Options) -> Vec<Token<'s>> {
    let mut lexer = Lexer::new(source, options);
    if let Err(message) = lexer.root() {
        lexer.push(Kind::Error(message), lexer.at, lexer.at);
    }
    lexer.push(Kind::Eof, source.len(), source.len());
    lexer.tokens
}

/// The tokens of the bare expression `source`.
pub fn expression<'s>(source: &'s str, options: &Options) -> Vec<Token<'s>> {
    let mut lexer = Lexer::new(source, options);
    if let Err(message) = lexer.inside(Inside::Expression) {
        lexer.push(Kind::Error(message), lexer.at, lexer.at);
    }
    lexer.push(Kind::Eof, source.len(), source.len());
    lexer.tokens
}

struct Lexer<'s, 'o> {
    source: &'s str,
    options: &'o Options,
    at: usize,
    line_starting: bool,
    /// Where `{{`, `{#` and `{%` begin next, as far as is known.
    next: [usize; 3],
    tokens: Vec<Token<'s>>,
}

/// What the lexer is within.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Variable,
    Block,
    Expression,
}

/// What begins next in the text.
#[derive(Clone, Copy)]
enum Begin {
    Raw { end: usize },
    Comment,
    Block,
    Variable,
}

impl<'s, 'o> Lexer<'s, 'o> {
    fn new(source: &'s str, options: &'o Options) -> Lexer<'s, 'o> {
        let next = [
            options.variable_start_string.as_str(),
            &options.comment_start_string,
            &options.block_start_string,
        ]
        .map(|start| source.find(start).unwrap_or(usize::MAX));
        Lexer { source, options, at: 0, line_starting: true, next, tokens: Vec::new() }
    }

    fn push(&mut self, kind: Kind<'s>, start: usize, end: usize) {
        self.tokens.push(Token { kind, start, end });
    }

    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    /// Text with tags in it.
    fn root(&mut self) -> Result<(), String> {
        while let Some((start, begin)) = self.find_begin() {
            let open = match begin {
                Begin::Raw { .. } | Begin::Block => self.options.block_start_string.len(),
                Begin::Comment => self.options.comment_start_string.len(),
                Begin::Variable => self.options.variable_start_string.len(),
            };
            let sign = self.source.as_bytes().get(start + open).copied().filter(|b| matches!(b, b'-' | b'+'));
            self.data(start, sign, !matches!(begin, Begin::Variable));
            let inner = start + open + usize::from(sign.is_some());
            self.at = inner;
            match begin {
                Begin::Raw { end } => {
                    self.at = end;
                    self.raw()?;
                }
                Begin::Comment => self.comment()?,
                Begin::Block => {
                    self.push(Kind::BlockBegin, start, inner);
                    self.inside(Inside::Block)?;
                }
                Begin::Variable => {
                    self.push(Kind::VariableBegin, start, inner);
                    self.inside(Inside::Variable)?;
                }
            }
            self.line_starting = self.source[..self.at].ends_with('\n');
        }
        if self.at < self.source.len() {
            self.push(Kind::Data(self.rest()), self.at, self.source.len());
        }
        Ok(())
    }

    /// Where the next tag begins, and which. Of several at the same place, the longest start string wins.
    fn find_begin(&mut self) -> Option<(usize, Begin)> {
        let starts = [
            (self.options.variable_start_string.as_str(), Begin::Variable),
            (self.options.comment_start_string.as_str(), Begin::Comment),
            (self.options.block_start_string.as_str(), Begin::Block),
        ];
        let mut first: Option<(usize, usize, Begin)> = None;
        for ((text, begin), next) in starts.into_iter().zip(&mut self.next) {
            // Where each begins next is looked for once, however often the others are met before.
            if *next < self.at {
                *next = self.source[self.at..].find(text).map_or(usize::MAX, |offset| self.at + offset);
            }
            let wins = first.is_none_or(|(at, len, _)| (*next, len) < (at, text.len()));
            if *next != usize::MAX && wins {
                first = Some((*next, text.len(), begin));
            }
        }
        let (start, _, begin) = first?;
        if let Begin::Block = begin
            && let Some(end) = self.raw_begin(start)
        {
            return Some((start, Begin::Raw { end }));
        }
        Some((start, begin))
    }

    /// Where the content of a raw block begins, if the block at `start` is one.
    fn raw_begin(&self, start: usize) -> Option<usize> {
        let rest = &self.source[start + self.options.block_start_string.len()..];
        let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest).trim_start();
        let rest = rest.strip_prefix("raw")?.trim_start();
        let end = self.options.block_end_string.as_str();
        let rest = match rest.strip_prefix('-').and_then(|rest| rest.strip_prefix(end)) {
            Some(rest) => rest.trim_start(),
            None => rest.strip_prefix(end)?,
        };
        Some(self.source.len() - rest.len())
    }

    /// The text up to `end`, as the sign of the tag behind it and `lstrip_blocks` want it.
    fn data(&mut self, end: usize, sign: Option<u8>, may_lstrip: bool) {
        let mut text = &self.source[self.at..end];
        if sign == Some(b'-') {
            text = text.trim_end();
        } else if sign.is_none() && self.options.lstrip_blocks && may_lstrip {
            let line = text.rfind('\n').map_or(0, |at| at + 1);
            let blank = line < text.len() && text[line..].chars().all(char::is_whitespace);
            if (line > 0 || self.line_starting) && blank {
                text = &text[..line];
            }
        }
        if !text.is_empty() {
            self.push(Kind::Data(text), self.at, self.at + text.len());
        }
    }

    /// The content of a raw block, up to behind its end.
    fn raw(&mut self) -> Result<(), String> {
        let open = self.options.block_start_string.as_str();
        let mut from = self.at;
        while let Some(offset) = self.source[from..].find(open) {
            let start = from + offset;
            let rest = &self.source[start + open.len()..];
            let sign = rest.bytes().next().filter(|b| matches!(b, b'-' | b'+'));
            let rest = rest[usize::from(sign.is_some())..].trim_start();
            let end = rest.strip_prefix("endraw").and_then(|rest| self.block_end(rest.trim_start()));
            if let Some(end) = end {
                self.line_starting = false;
                self.data(start, sign, true);
                self.at = end;
                return Ok(());
            }
            from = start + open.len();
        }
        Err("Missing end of raw directive".into())
    }

    fn comment(&mut self) -> Result<(), String> {
        let close = self.options.comment_end_string.as_str();
        let Some(offset) = self.rest().find(close) else {
            return Err("Missing end of comment tag".into());
        };
        let sign = self.rest()[..offset].bytes().next_back();
        let rest = &self.rest()[offset + close.len()..];
        self.at = self.source.len() - self.behind(rest, sign).len();
        Ok(())
    }

    /// What follows a closed tag, without what the sign before its end, or `trim_blocks`, takes away.
    fn behind<'t>(&self, rest: &'t str, sign: Option<u8>) -> &'t str {
        match sign {
            Some(b'-') => rest.trim_start(),
            Some(b'+') => rest,
            _ if self.options.trim_blocks => rest.strip_prefix('\n').unwrap_or(rest),
            _ => rest,
        }
    }

    /// Where the text goes on behind the end of a block, if `rest`, the end of the source, begins with one.
    fn block_end(&self, rest: &str) -> Option<usize> {
        let close = self.options.block_end_string.as_str();
        let (sign, rest) = match rest.strip_prefix(['-', '+']).and_then(|signed| signed.strip_prefix(close)) {
            Some(behind) => (rest.bytes().next(), behind),
            None => (None, rest.strip_prefix(close)?),
        };
        Some(self.source.len() - self.behind(rest, sign).len())
    }

    /// Where the text goes on behind the end of a `{{ }}`.
    fn variable_end(&self, rest: &str) -> Option<usize> {
        let close = self.options.variable_end_string.as_str();
        let rest = match rest.strip_prefix('-').and_then(|rest| rest.strip_prefix(close)) {
            Some(rest) => rest.trim_start(),
            None => rest.strip_prefix(close)?,
        };
        Some(self.source.len() - rest.len())
    }

    /// The tokens of a tag or expression, up to behind its end.
    fn inside(&mut self, inside: Inside) -> Result<(), String> {
        let mut open: Vec<Op> = Vec::new();
        loop {
            let trimmed = self.rest().trim_start();
            self.at = self.source.len() - trimmed.len();
            let Some(first) = trimmed.chars().next() else { return Ok(()) };
            // Within brackets, an end is none: `{{ {'a': {}} }}`.
            let end = match inside {
                _ if !open.is_empty() => None,
                Inside::Block => self.block_end(trimmed).map(|end| (Kind::BlockEnd, end)),
                Inside::Variable | Inside::Expression => {
                    self.variable_end(trimmed).map(|end| (Kind::VariableEnd, end))
                }
            };
            let start = self.at;
            if let Some((kind, end)) = end {
                self.push(kind, start, end);
                self.at = end;
                return Ok(());
            }
            let (kind, len) = match first {
                '0'..='9' => {
                    let after_dot = self.source[..start].ends_with('.');
                    literal::number(trimmed, after_dot).ok_or_else(|| self.unexpected(first))?
                }
                '\'' | '"' => {
                    let Some(len) = literal::quoted(trimmed) else { return Err(self.unexpected(first)) };
                    let text = &trimmed[1..len - 1];
                    let text = match inside == Inside::Variable && self.options.escape_backslashes {
                        true => text.to_owned(),
                        false => unescape(text)?,
                    };
                    (Kind::Str(text), len)
                }
                c if c.is_alphanumeric() || c == '_' => {
                    let len =
                        trimmed.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(trimmed.len());
                    if c.is_numeric() {
                        return Err("Invalid character in identifier".into());
                    }
                    (Kind::Name(&trimmed[..len]), len)
                }
                _ => {
                    let Some(op) = Op::at(trimmed) else { return Err(self.unexpected(first)) };
                    if let Some(close) = op.closing() {
                        open.push(close);
                    } else if op.is_closing() {
                        match open.pop() {
                            Some(expected) if expected == op => {}
                            Some(expected) => {
                                let (op, expected) = (op.as_str(), expected.as_str());
                                return Err(format!("unexpected '{op}', expected '{expected}'"));
                            }
                            None => return Err(format!("unexpected '{}'", op.as_str())),
                        }
                    }
                    (Kind::Op(op), op.as_str().len())
                }
            };
            self.push(kind, start, start + len);
            self.at = start + len;
        }
    }

    fn unexpected(&self, c: char) -> String {
        let quoted = rustle_value::python::repr(&rustle_value::Value::from(c.to_string()));
        format!("unexpected char {quoted} at {}", self.source[..self.at].chars().count())
    }
}
