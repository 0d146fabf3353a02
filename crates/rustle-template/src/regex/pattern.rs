//! Python's patterns in the syntax of fancy-regex.

use super::Flags;
use crate::error::Error;

/// The same pattern for fancy-regex, where the two differ:
/// - `$` without MULTILINE matches also before a last line end; `\Z` is `\z`;
/// - a brace that is no repetition, and a bracket in a class, stand for themselves;
/// - `\<`, `\>` and other escaped punctuation stand for themselves; octal escapes;
/// - comments `(?#…)`, the flags `a`, `L` and `u`.
pub(super) fn translate(pattern: &str, flags: Flags) -> Result<String, Error> {
    let mut translator = Translator {
        chars: pattern.chars().collect(),
        at: 0,
        out: String::with_capacity(pattern.len() + 16),
        multi_line: flags.multi_line,
        open: Vec::new(),
    };
    translator.run()?;
    Ok(translator.out)
}

struct Translator {
    chars: Vec<char>,
    at: usize,
    out: String,
    multi_line: bool,
    /// Where the parentheses stand that are open.
    open: Vec<usize>,
}

impl Translator {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn looking_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, c)| self.peek(index) == Some(c))
    }

    fn run(&mut self) -> Result<(), Error> {
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match c {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                '$' if !self.multi_line => self.out.push_str(r"(?=\n?\z)"),
                '{' if !self.is_repetition() => self.out.push_str(r"\{"),
                '{' => self.repetition(),
                '}' => self.out.push_str(r"\}"),
                ']' => self.out.push_str(r"\]"),
                ')' => {
                    if self.open.pop().is_none() {
                        return Err(self.error("unbalanced parenthesis", self.at - 1));
                    }
                    self.out.push(')');
                }
                '*' | '+' | '?' if self.out.is_empty() => {
                    return Err(self.error("nothing to repeat", self.at - 1));
                }
                c => self.out.push(c),
            }
        }
        match self.open.last() {
            Some(place) => Err(self.error("missing ), unterminated subpattern", *place)),
            None => Ok(()),
        }
    }

    /// Whether what follows an opening brace is `2}`, `2,}`, `,3}` or `2,3}`.
    fn is_repetition(&self) -> bool {
        let inner: String = self.chars.iter().skip(self.at).take_while(|c| **c != '}').collect();
        let closed = self.peek(inner.chars().count()) == Some('}');
        let (low, high) = inner.split_once(',').unwrap_or((&inner, "0"));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        closed && inner != "," && !inner.is_empty() && digits(low) && digits(high)
    }

    fn repetition(&mut self) {
        self.out.push('{');
        if self.peek(0) == Some(',') {
            self.out.push('0');
        }
        while let Some(c) = self.peek(0) {
            self.at += 1;
            self.out.push(c);
            if c == '}' {
                break;
            }
        }
    }

    /// What stands behind an opening parenthesis, as far as it is no ordinary pattern.
    fn group(&mut self) -> Result<(), Error> {
        if self.looking_at("?#") {
            while let Some(c) = self.peek(0) {
                self.at += 1;
                if c == ')' {
                    return Ok(());
                }
            }
            return Err(self.error("missing ), unterminated comment", self.at));
        }
        self.open.push(self.at - 1);
        self.out.push('(');
        if self.peek(0) != Some('?') || !self.peek(1).is_some_and(|c| c.is_ascii_alphabetic() || c == '-') {
            return Ok(());
        }
        if self.peek(1) == Some('P') {
            return Ok(());
        }
        // Flags: those about character sets have no meaning for text.
        let flags: String = self
            .chars
            .iter()
            .skip(self.at + 1)
            .take_while(|c| c.is_ascii_alphabetic() || **c == '-')
            .collect();
        let kept: String = flags.chars().filter(|c| !matches!(c, 'a' | 'L' | 'u')).collect();
        self.at += 1 + flags.len();
        let (on, _) = flags.split_once('-').unwrap_or((&flags, ""));
        if on.contains('m') && self.peek(0) == Some(')') {
            self.multi_line = true;
        }
        self.out.push('?');
        self.out.push_str(&kept);
        if kept.is_empty() && self.peek(0) == Some(')') {
            self.out.push(':');
        }
        Ok(())
    }

    /// A class `[…]`: a bracket within it is nothing special, and neither are the set operators of other engines.
    fn class(&mut self) -> Result<(), Error> {
        let begin = self.at - 1;
        self.out.push('[');
        if self.peek(0) == Some('^') {
            self.at += 1;
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let Some(c) = self.peek(0) else {
                return Err(self.error("unterminated character set", begin));
            };
            self.at += 1;
            match c {
                ']' if !first => {
                    self.out.push(']');
                    return Ok(());
                }
                '\\' => self.escape(true)?,
                '[' | ']' | '&' | '~' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                // At an edge it stands for itself.
                '-' if first || self.peek(0) == Some(']') => self.out.push_str(r"\-"),
                c => self.out.push(c),
            }
            first = false;
        }
    }

    fn escape(&mut self, in_class: bool) -> Result<(), Error> {
        let Some(c) = self.peek(0) else {
            return Err(self.error("bad escape (end of pattern)", self.at - 1));
        };
        self.at += 1;
        match c {
            'Z' if !in_class => self.out.push_str(r"\z"),
            'b' if in_class => self.out.push_str(r"\x08"),
            '0' => self.octal(0),
            '1'..='9' if !in_class => self.back_reference(c),
            '1'..='7' => {
                self.at -= 1;
                self.octal(0);
            }
            'A' | 'B' | 'b' if !in_class => self.copy_escape(c),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'a' | 'f' | 'n' | 'r' | 't' | 'v' => self.copy_escape(c),
            'x' | 'u' | 'U' => {
                let digits = match c {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let code: String = self.chars.iter().skip(self.at).take(digits).collect();
                let read = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                let Some(read) = read.filter(|_| code.len() == digits) else {
                    return Err(self.error(&format!("incomplete escape \\{c}{code}"), self.at - 2));
                };
                self.at += digits;
                self.literal(read);
            }
            c if c.is_ascii_alphanumeric() => {
                return Err(self.error(&format!("bad escape \\{c}"), self.at - 2));
            }
            c => self.literal(c),
        }
        Ok(())
    }

    fn copy_escape(&mut self, c: char) {
        self.out.push('\\');
        self.out.push(c);
    }

    /// A character that stands for itself.
    fn literal(&mut self, c: char) {
        // An escaped `<` is something else to fancy-regex, and needs no escape.
        if c.is_ascii_punctuation() && !matches!(c, '<' | '>' | '_') {
            self.out.push('\\');
        }
        if c.is_ascii_whitespace() {
            self.out.push_str(&format!("\\x{:02x}", u32::from(c)));
        } else {
            self.out.push(c);
        }
    }

    /// Up to three octal digits.
    fn octal(&mut self, start: u32) {
        let mut code = start;
        for _ in 0..3 {
            let Some(digit) = self.peek(0).and_then(|c| c.to_digit(8)) else { break };
            code = code * 8 + digit;
            self.at += 1;
        }
        self.out.push_str(&format!("\\x{{{code:x}}}"));
    }

    /// A group by its number of one or two digits; three octal digits are a character.
    fn back_reference(&mut self, first: char) {
        let octal = |c: Option<char>| c.is_some_and(|c| ('0'..='7').contains(&c));
        if octal(Some(first)) && octal(self.peek(0)) && octal(self.peek(1)) {
            self.at -= 1;
            return self.octal(0);
        }
        let mut number = String::from(first);
        if let Some(second) = self.peek(0).filter(char::is_ascii_digit) {
            number.push(second);
            self.at += 1;
        }
        // The group ends the number, also if a digit follows.
        self.out.push_str(&format!("(?:\\{number})"));
    }

    fn error(&self, what: &str, position: usize) -> Error {
        Error::value_error(format!("{what} at position {position}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regex::{compile, matches};

    fn found(pattern: &str, text: &str) -> bool {
        matches(&compile(pattern, Flags::default()).unwrap(), text).unwrap()
    }

    #[test]
    fn patterns_mean_what_they_mean_to_python() {
        for (pattern, text, wanted) in [
            (r"a$", "a\n", true),
            (r"a$", "a\n\n", false),
            (r"a\Z", "a\n", false),
            (r"^{{ x }}$", "{{ x }}", true),
            (r"a{,2}b", "b", true),
            (r"[[]x]", "[x]", true),
            (r"[]a]", "]", true),
            (r"[^]a]", "a", false),
            (r"[a&&b]", "&", true),
            (r"[\w.-]+@", "a-b.c@", true),
            (r"\<a\>", "<a>", true),
            (r"(?P<q>['\x22])x(?P=q)", "'x'", true),
            (r"(a)\1", "aa", true),
            (r"(?#note)a", "a", true),
            (r"(?i)A", "a", true),
            (r"(?<!b)a", "ba", false),
            (r"\/\-\:\ \@\é", "/-: @é", true),
            (r"[\b]", "\x08", true),
            (r"(?m)^b$", "a\nb\nc", true),
            (r"\012", "\n", true),
            (r"x}", "x}", true),
            (r"(?u)é", "é", true),
        ] {
            assert_eq!(found(pattern, text), wanted, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn what_is_no_pattern() {
        for (pattern, wanted) in [
            ("[a", "unterminated character set at position 0"),
            ("\\", "bad escape (end of pattern) at position 0"),
            (r"\q", r"bad escape \q at position 0"),
        ] {
            assert_eq!(compile(pattern, Flags::default()).unwrap_err().message(), wanted);
        }
        assert!(compile("(a", Flags::default()).is_err());
    }
}
