//! Replacement strings: `\1`, `\g<name>`, `\n`.

use super::{Found, Pattern};

/// A replacement string, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    Group(usize),
}

/// Why a replacement string cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is malformed, or asks for a group that does not exist (`re.error`).
    Malformed(String),
    /// It asks for a group by a name that there is not (`IndexError`).
    UnknownName(String),
}

impl Fault {
    /// The message, if a name is unknown.
    pub fn unknown_name(&self) -> Option<&str> {
        match self {
            Fault::UnknownName(message) => Some(message),
            Fault::Malformed(_) => None,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Malformed(message) | Fault::UnknownName(message) => f.write_str(message),
        }
    }
}

impl Template {
    /// Takes `text` apart, for matches of `pattern`.
    ///
    /// # Errors
    /// If it is malformed or asks for a group that the pattern does not have; the message is Python's.
    pub fn parse(text: &str, pattern: &Pattern) -> Result<Template, Fault> {
        let mut parser = Parser { chars: text.chars().collect(), at: 0, pattern, parts: Vec::new() };
        while let Some(c) = parser.next() {
            if c == '\\' { parser.escape()? } else { parser.literal(c) }
        }
        Ok(Template { parts: parser.parts })
    }

    /// Appends what the template makes of a match in `text`.
    pub fn expand(&self, text: &[u8], found: &Found, out: &mut Vec<u8>) {
        for part in &self.parts {
            match part {
                Part::Literal(literal) => out.extend_from_slice(literal),
                Part::Group(group) => {
                    let span = found.groups.get(*group).copied().flatten();
                    out.extend_from_slice(span.and_then(|(a, b)| text.get(a..b)).unwrap_or_default());
                }
            }
        }
    }
}

struct Parser<'a> {
    chars: Vec<char>,
    at: usize,
    pattern: &'a Pattern,
    parts: Vec<Part>,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn literal(&mut self, c: char) {
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes();
        match self.parts.last_mut() {
            Some(Part::Literal(literal)) => literal.extend_from_slice(bytes),
            _ => self.parts.push(Part::Literal(bytes.to_vec())),
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<(), Fault> {
        let start = self.at - 1;
        let malformed = |message: String| Err(Fault::Malformed(message));
        let Some(c) = self.next() else {
            return malformed(format!("bad escape (end of pattern) at position {start}"));
        };
        match c {
            'g' => return self.named(start),
            '0' => {
                let code = self.octal(0, 2);
                self.literal(char::from_u32(code).unwrap_or('\0'));
            }
            '1'..='9' => return self.numbered(c, start),
            'a' => self.literal('\x07'),
            'b' => self.literal('\x08'),
            'f' => self.literal('\x0c'),
            'n' => self.literal('\n'),
            'r' => self.literal('\r'),
            't' => self.literal('\t'),
            'v' => self.literal('\x0b'),
            '\\' => self.literal('\\'),
            c if c.is_ascii_alphabetic() => {
                return malformed(format!("bad escape \\{c} at position {start}"));
            }
            c => {
                self.literal('\\');
                self.literal(c);
            }
        }
        Ok(())
    }

    /// `\1` to `\99`, or a character by three octal digits.
    fn numbered(&mut self, first: char, start: usize) -> Result<(), Fault> {
        let digit = |c: char| c.to_digit(10).unwrap_or(0);
        let mut group = digit(first);
        if let Some(second) = self.peek().filter(char::is_ascii_digit) {
            self.at += 1;
            let is_octal = |c: char| c.is_digit(8);
            if is_octal(first) && is_octal(second) && self.peek().is_some_and(is_octal) {
                let code = self.octal(digit(first) * 8 + digit(second), 1);
                if code > 0o377 {
                    return Err(Fault::Malformed(format!(
                        "octal escape value \\{code:o} outside of range 0-0o377 at position {start}"
                    )));
                }
                self.literal(char::from_u32(code).unwrap_or('\0'));
                return Ok(());
            }
            group = group * 10 + digit(second);
        }
        self.group(group as usize, start + 1)
    }

    fn octal(&mut self, mut code: u32, more: usize) -> u32 {
        for _ in 0..more {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            self.at += 1;
            code = code * 8 + digit;
        }
        code
    }

    fn group(&mut self, group: usize, position: usize) -> Result<(), Fault> {
        if group >= self.pattern.groups() {
            let message = format!("invalid group reference {group} at position {position}");
            return Err(Fault::Malformed(message));
        }
        self.parts.push(Part::Group(group));
        Ok(())
    }

    /// `\g<name>` or `\g<1>`.
    fn named(&mut self, start: usize) -> Result<(), Fault> {
        let position = self.at;
        if self.next() != Some('<') {
            return Err(Fault::Malformed(format!("missing < at position {position}")));
        }
        let name: String = self.chars.iter().skip(self.at).take_while(|c| **c != '>').collect();
        let length = name.chars().count();
        if self.chars.get(self.at + length).is_none() {
            let what = if name.is_empty() { "missing group name" } else { "missing >, unterminated name" };
            return Err(Fault::Malformed(format!("{what} at position {}", self.at)));
        }
        if name.is_empty() {
            return Err(Fault::Malformed(format!("missing group name at position {}", self.at)));
        }
        self.at += length + 1;
        if name.chars().all(|c| c.is_ascii_digit()) {
            return self.group(name.parse().unwrap_or(usize::MAX), start + 3);
        }
        match self.pattern.group(&name) {
            Some(group) => self.group(group, start + 3),
            None => Err(Fault::UnknownName(format!("unknown group name '{name}'"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Flags, Over};
    use super::*;

    fn expanded(template: &str) -> Result<String, Fault> {
        let pattern = Pattern::new("(?P<word>[a-z]+)(x)?", Over::Bytes, Flags::default()).unwrap();
        let template = Template::parse(template, &pattern)?;
        let found = pattern.search(b"12abc", 0).unwrap().unwrap();
        let mut out = Vec::new();
        template.expand(b"12abc", &found, &mut out);
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn references_and_escapes() {
        for (template, result) in [
            (r"<\1>", "<abc>"),
            (r"\g<word>\g<0>", "abcabc"),
            (r"[\2]", "[]"),
            (r"a\tb\\n", "a\tb\\n"),
            (r"\101\0", "A\0"),
            (r"\.\é", r"\.\é"),
        ] {
            assert_eq!(expanded(template).unwrap(), result, "{template}");
        }
    }

    #[test]
    fn faults_read_as_in_python() {
        for (template, message) in [
            (r"\3", "invalid group reference 3 at position 1"),
            (r"ab\q", "bad escape \\q at position 2"),
            ("\\", "bad escape (end of pattern) at position 0"),
            (r"\gx", "missing < at position 2"),
            (r"\g<", "missing group name at position 3"),
            (r"\g<no>", "unknown group name 'no'"),
        ] {
            assert_eq!(expanded(template).unwrap_err().to_string(), message, "{template}");
        }
    }
}
