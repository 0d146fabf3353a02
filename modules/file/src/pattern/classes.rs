//! Escapes and sets of characters.

use super::Over;
use super::translate::Translator;

/// One member of a set, or what an escape stands for.
enum Member {
    /// A character by its number; over bytes a byte.
    Code(u32),
    /// A class: `\d`.
    Class(char),
}

impl Translator<'_> {
    /// What follows a backslash outside of a set.
    pub(super) fn escape(&mut self) -> Result<(), String> {
        let start = self.at - 1;
        match self.peek() {
            Some(c @ '1'..='9') => {
                self.next();
                return self.reference(c, start);
            }
            Some('Z') => {
                self.next();
                self.out.push_str(r"\z");
            }
            Some(c @ ('A' | 'b' | 'B')) => {
                self.next();
                self.out.push('\\');
                self.out.push(c);
            }
            _ => match self.escaped(start)? {
                Member::Class(c) => self.out.extend(['\\', c]),
                Member::Code(code) => self.code(code),
            },
        }
        Ok(())
    }

    /// A reference to a group, or a character by three octal digits.
    fn reference(&mut self, first: char, start: usize) -> Result<(), String> {
        let mut number = first.to_digit(10).unwrap_or(0);
        if let Some(second) = self.peek().and_then(|c| c.to_digit(10)) {
            self.next();
            if let (1..=7, 0..=7, Some(third)) = (number, second, self.peek().and_then(|c| c.to_digit(8))) {
                self.next();
                let code = number * 64 + second * 8 + third;
                if code > 0o377 {
                    return Err(format!(
                        "octal escape value \\{code:o} outside of range 0-0o377 at position {start}"
                    ));
                }
                self.code(code);
                return Ok(());
            }
            number = number * 10 + second;
        }
        // A digit may follow that is no part of the number.
        self.out.push_str(&format!("(?:\\{number})"));
        Ok(())
    }

    /// What an escape stands for that means the same in a set and outside of it.
    fn escaped(&mut self, start: usize) -> Result<Member, String> {
        let Some(c) = self.next() else {
            return Err(format!("bad escape (end of pattern) at position {start}"));
        };
        Ok(Member::Code(match c {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => return Ok(Member::Class(c)),
            'a' => 7,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            '0'..='7' => {
                let mut code = c.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
                    self.next();
                    code = code * 8 + digit;
                }
                code
            }
            'x' => self.hex(2, c, start)?,
            'u' if self.over == Over::Text => self.hex(4, c, start)?,
            'U' if self.over == Over::Text => self.hex(8, c, start)?,
            c if c.is_ascii_alphanumeric() => return Err(format!("bad escape \\{c} at position {start}")),
            c => u32::from(c),
        }))
    }

    fn hex(&mut self, digits: usize, letter: char, start: usize) -> Result<u32, String> {
        let mut code = 0_u32;
        let mut shown = format!("\\{letter}");
        for _ in 0..digits {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) else {
                return Err(format!("incomplete escape {shown} at position {start}"));
            };
            shown.extend(self.next());
            code = code.wrapping_mul(16).wrapping_add(digit);
        }
        Ok(code)
    }

    /// Appends a character by its number; one below 256 is a byte to a pattern over bytes.
    fn code(&mut self, code: u32) {
        match (self.over, u8::try_from(code)) {
            (Over::Bytes, Ok(byte)) if !byte.is_ascii() => self.byte(byte),
            _ => self.literal(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    /// What follows an opening bracket.
    pub(super) fn class(&mut self) -> Result<(), String> {
        let start = self.at - 1;
        let unterminated = format!("unterminated character set at position {start}");
        self.out.push('[');
        if self.take('^') {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            let position = self.at;
            let Some(c) = self.next() else { return Err(unterminated) };
            if c == ']' && !is_first {
                break;
            }
            is_first = false;
            let low = self.member(c, position)?;
            if self.peek() != Some('-') {
                self.push_member(&low);
                continue;
            }
            self.next();
            let high_position = self.at;
            match self.next() {
                None => return Err(unterminated),
                Some(']') => {
                    self.push_member(&low);
                    self.literal('-');
                    break;
                }
                Some(c) => {
                    let high = self.member(c, high_position)?;
                    self.range(&low, &high, position)?;
                }
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn member(&mut self, c: char, position: usize) -> Result<Vec<Member>, String> {
        let code = match c {
            '\\' if self.peek() == Some('b') => {
                self.next();
                8
            }
            '\\' => return Ok(vec![self.escaped(position)?]),
            c if self.over == Over::Bytes => {
                let mut buffer = [0; 4];
                let bytes = c.encode_utf8(&mut buffer).bytes();
                return Ok(bytes.map(|byte| Member::Code(byte.into())).collect());
            }
            c => u32::from(c),
        };
        Ok(vec![Member::Code(code)])
    }

    fn push_member(&mut self, members: &[Member]) {
        for member in members {
            match member {
                Member::Class(c) => self.out.extend(['\\', *c]),
                Member::Code(code) => self.code(*code),
            }
        }
    }

    /// A range. What is several bytes lends its last one to the begin of a range, and its first one to the end.
    fn range(&mut self, low: &[Member], high: &[Member], position: usize) -> Result<(), String> {
        let (Some((Member::Code(from), before)), Some((Member::Code(to), after))) =
            (low.split_last(), high.split_first())
        else {
            return Err(format!("bad character range at position {position}"));
        };
        if from > to {
            let shown = |code: u32| char::from_u32(code).map(String::from).unwrap_or_default();
            return Err(format!(
                "bad character range {}-{} at position {position}",
                shown(*from),
                shown(*to)
            ));
        }
        self.push_member(before);
        self.code(*from);
        self.out.push('-');
        self.code(*to);
        self.push_member(after);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::translate::translate;
    use super::super::{Flags, Over};

    fn both(pattern: &str) -> [String; 2] {
        [Over::Bytes, Over::Text].map(|over| translate(pattern, over, Flags::default()).unwrap().pattern)
    }

    #[test]
    fn sets_mean_what_python_means() {
        for (pattern, translated) in [
            ("[]a]", r"[\]a]"),
            ("[^]]", r"[^\]]"),
            ("[a-z&&[b]", r"[a-z\&\&\[b]"),
            ("[a-]", r"[a\-]"),
            ("[+--]", r"[\+-\-]"),
            (r"[\w.-]", r"[\w\.\-]"),
            (r"[\b\n]", "[\x08\n]"),
            ("[[:alpha:]]", r"[\[\:alpha\:]\]"),
        ] {
            let [bytes, text] = both(pattern);
            assert_eq!((bytes.as_str(), text.as_str()), (translated, translated), "{pattern}");
        }
    }

    #[test]
    fn characters_beyond_ascii() {
        assert_eq!(both("é"), [r"\xC3\xA9".to_owned(), "é".to_owned()]);
        assert_eq!(both("[é]"), [r"[\xC3\xA9]".to_owned(), "[é]".to_owned()]);
        assert_eq!(both(r"\xe9"), [r"\xE9".to_owned(), "é".to_owned()]);
    }

    #[test]
    fn references_and_octal_numbers() {
        let [bytes, _] = both(r"(a)\1\0\101\12");
        assert_eq!(bytes, "(a)(?:\\1)\0A(?:\\12)");
    }
}
