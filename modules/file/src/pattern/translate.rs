//! From Python's syntax to the engine's.
//!
//! Mostly they agree. They differ in `$` (which in Python also matches before a newline at the end), in braces that are no
//! repetition, in escapes, in sets, and in what a character beyond ASCII is to a pattern over bytes. Comments and white
//! space of verbose patterns are left out here, so that the engine never sees the flag.

use std::iter::Peekable;
use std::str::Chars;

use super::repeat::Last;
use super::{Flags, Over};

/// `$` where it matches at the end alone.
const END: &str = r"(?=\n?\z)";

/// A pattern for the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Translated {
    /// The pattern.
    pub pattern: String,
    /// Whether `^` and `$` match at every line from its beginning on.
    pub multiline: bool,
}

/// Rewrites `pattern`.
pub(super) fn translate(pattern: &str, over: Over, flags: Flags) -> Result<Translated, String> {
    let mut translator = Translator {
        chars: pattern.chars().peekable(),
        at: 0,
        over,
        out: String::new(),
        scopes: vec![Scope { multiline: flags.multiline, verbose: false, start: 0 }],
        last: Last::Nothing,
        flags_end: 0,
        groups: 0,
        names: Vec::new(),
    };
    if flags.dot_all {
        translator.out.push_str("(?s)");
    }
    while let Some(c) = translator.next() {
        translator.one(c)?;
    }
    if let Some(open) = translator.scopes.get(1..).and_then(<[Scope]>::last) {
        return Err(format!("missing ), unterminated subpattern at position {}", open.start));
    }
    let multiline = translator.scope().multiline;
    Ok(Translated { pattern: translator.out, multiline })
}

/// The flags that hold in a group, and where it begins.
#[derive(Clone, Copy, Debug)]
struct Scope {
    multiline: bool,
    verbose: bool,
    start: usize,
}

pub(super) struct Translator<'a> {
    pub(super) chars: Peekable<Chars<'a>>,
    /// How many characters were taken.
    pub(super) at: usize,
    pub(super) over: Over,
    pub(super) out: String,
    scopes: Vec<Scope>,
    pub(super) last: Last,
    /// Up to where the pattern is nothing but flags for all of it.
    flags_end: usize,
    /// How many groups were opened, and the names and numbers of those that have names.
    groups: usize,
    names: Vec<(String, usize)>,
}

impl Translator<'_> {
    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.chars.next()?;
        self.at += 1;
        Some(c)
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        self.chars.peek().copied()
    }

    pub(super) fn take(&mut self, c: char) -> bool {
        self.chars.next_if_eq(&c).inspect(|_| self.at += 1).is_some()
    }

    fn scope(&self) -> Scope {
        let outer = Scope { multiline: false, verbose: false, start: 0 };
        self.scopes.last().copied().unwrap_or(outer)
    }

    fn one(&mut self, c: char) -> Result<(), String> {
        let scope = self.scope();
        let mut last = Last::Item;
        match c {
            '\\' => {
                let is_position = matches!(self.peek(), Some('A' | 'Z' | 'b' | 'B'));
                self.escape()?;
                last = if is_position { Last::Nothing } else { Last::Item };
            }
            '[' => self.class()?,
            '(' => return self.open(),
            ')' => {
                if self.scopes.len() < 2 {
                    return Err(format!("unbalanced parenthesis at position {}", self.at - 1));
                }
                self.scopes.pop();
                self.out.push(')');
            }
            '#' if scope.verbose => {
                while self.next().is_some_and(|c| c != '\n') {}
                return Ok(());
            }
            c if scope.verbose && c.is_ascii_whitespace() => return Ok(()),
            '^' | '$' | '|' => {
                self.out.push_str(match (c, scope.multiline) {
                    ('^', true) => "(?m:^)",
                    ('$', true) => "(?m:$)",
                    ('$', false) => END,
                    ('^', false) => "^",
                    _ => "|",
                });
                last = Last::Nothing;
            }
            '*' | '+' | '?' => {
                self.repeat(self.at - 1)?;
                self.out.push(c);
                last = self.quantified();
            }
            '{' => {
                let start = self.at - 1;
                match self.bounds()? {
                    Some(bounds) => {
                        self.repeat(start)?;
                        self.out.push_str(&bounds);
                        last = self.quantified();
                    }
                    None => self.literal(c),
                }
            }
            '.' => self.out.push(c),
            c => self.literal(c),
        }
        self.last = last;
        Ok(())
    }

    /// What follows an opening parenthesis.
    fn open(&mut self) -> Result<(), String> {
        let start = self.at - 1;
        let mut scope = Scope { start, ..self.scope() };
        let before = std::mem::replace(&mut self.last, Last::Nothing);
        if !self.take('?') {
            self.groups += 1;
            self.out.push('(');
            self.scopes.push(scope);
            return Ok(());
        }
        match self.peek() {
            Some('#') => {
                while let Some(c) = self.next() {
                    if c == ')' {
                        self.last = before;
                        return Ok(());
                    }
                }
                return Err(format!("missing ), unterminated comment at position {start}"));
            }
            Some('P') => return self.named(scope),
            Some('(') => {
                self.next();
                let condition = self.until(')')?;
                let is_number = condition.chars().all(|c| c.is_ascii_digit());
                let condition = if is_number { condition } else { format!("<{condition}>") };
                self.out.push_str(&format!("(?({condition})"));
            }
            Some('<') => {
                self.next();
                let Some(c @ ('=' | '!')) = self.next() else {
                    return Err(format!("unknown extension ?< at position {}", start + 1));
                };
                self.out.push_str("(?<");
                self.out.push(c);
            }
            Some(c @ (':' | '=' | '!' | '>')) => {
                self.next();
                self.out.push_str("(?");
                self.out.push(c);
            }
            _ => return self.flags(scope),
        }
        scope.start = start;
        self.scopes.push(scope);
        Ok(())
    }

    /// `(?P<name>…)` or `(?P=name)`.
    fn named(&mut self, scope: Scope) -> Result<(), String> {
        self.next();
        match self.next() {
            Some('<') => {
                let position = self.at;
                let name = self.until('>')?;
                self.groups += 1;
                let group = self.groups;
                if let Some((name, was)) = self.names.iter().find(|(it, _)| *it == name) {
                    return Err(format!(
                        "redefinition of group name '{name}' as group {group}; was group {was} at position {position}"
                    ));
                }
                self.out.push_str(&format!("(?P<{name}>"));
                self.names.push((name, group));
                self.scopes.push(scope);
            }
            Some('=') => {
                let name = self.until(')')?;
                self.out.push_str(&format!("(?P={name})"));
                self.last = Last::Item;
            }
            other => {
                let other = other.map(String::from).unwrap_or_default();
                return Err(format!("unknown extension ?P{other} at position {}", scope.start + 1));
            }
        }
        Ok(())
    }

    /// `(?im)`, which holds to the end of its group, or `(?i-s:…)`.
    fn flags(&mut self, mut scope: Scope) -> Result<(), String> {
        let (mut on, mut off) = (String::new(), String::new());
        let mut negative = false;
        loop {
            let Some(c) = self.next() else {
                return Err(format!("missing ), unterminated subpattern at position {}", scope.start));
            };
            match c {
                '-' if !negative => negative = true,
                'm' => scope.multiline = !negative,
                'x' => scope.verbose = !negative,
                'i' | 's' => if negative { &mut off } else { &mut on }.push(c),
                // What a class means follows from what is matched.
                'a' | 'u' | 'L' if !negative => {}
                ')' | ':' => {
                    let minus = if off.is_empty() { "" } else { "-" };
                    let flags = format!("{on}{minus}{off}");
                    if c == ':' {
                        self.out.push_str(&format!("(?{flags}:"));
                        self.scopes.push(scope);
                        return Ok(());
                    }
                    let start = scope.start;
                    if start != std::mem::replace(&mut self.flags_end, self.at) {
                        return Err(format!(
                            "global flags not at the start of the expression at position {start}"
                        ));
                    }
                    if !flags.is_empty() {
                        self.out.push_str(&format!("(?{flags})"));
                    }
                    if let Some(current) = self.scopes.last_mut() {
                        (current.multiline, current.verbose) = (scope.multiline, scope.verbose);
                    }
                    return Ok(());
                }
                c => return Err(format!("unknown extension ?{c} at position {}", scope.start + 1)),
            }
        }
    }

    /// The text up to `end`, which is taken.
    fn until(&mut self, end: char) -> Result<String, String> {
        let start = self.at;
        let mut text = String::new();
        loop {
            match self.next() {
                Some(c) if c == end => return Ok(text),
                Some(c) => text.push(c),
                None => return Err(format!("missing {end}, unterminated name at position {start}")),
            }
        }
    }

    /// Appends a character that stands for itself; over bytes, one beyond ASCII is as many bytes as UTF-8 has for it.
    pub(super) fn literal(&mut self, c: char) {
        if self.over == Over::Bytes && !c.is_ascii() {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                self.byte(byte);
            }
            return;
        }
        if c.is_ascii_punctuation() && c != '_' && c != '<' && c != '>' {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    /// Appends a byte.
    pub(super) fn byte(&mut self, byte: u8) {
        self.out.push_str(&format!("\\x{byte:02X}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pattern: &str) -> Result<String, String> {
        translate(pattern, Over::Text, Flags::default()).map(|it| it.pattern)
    }

    #[test]
    fn what_differs_is_rewritten() {
        for (pattern, translated) in [
            ("a{,3}b{2}", "a{0,3}b{2}"),
            ("{{ x }}", r"\{\{ x \}\}"),
            ("a{}b{1,x}{,}", r"a\{\}b\{1\,x\}{0,}"),
            ("a(?#note)b", "ab"),
            ("(?x) a b # c\n d", "abd"),
            ("(?P<n>a)(?P=n)", "(?P<n>a)(?P=n)"),
            ("(?i)a(?-i:b)", "(?i)a(?-i:b)"),
            (r"\<a\>", "<a>"),
            ("(a)?(?(1)b|c)", "(a)?(?(1)b|c)"),
            ("(?m)^a$", "(?m:^)a(?m:$)"),
            ("(?i)(?s)a", "(?i)(?s)a"),
            ("a$", r"a(?=\n?\z)"),
            ("]", r"\]"),
        ] {
            assert_eq!(text(pattern).as_deref(), Ok(translated), "{pattern}");
        }
    }

    #[test]
    fn flags_hold_in_their_group() {
        assert_eq!(text("(?m:$)$").as_deref(), Ok(r"(?:(?m:$))(?=\n?\z)"));
        assert!(translate("(?m)x", Over::Text, Flags::default()).unwrap().multiline);
        assert!(!translate("(?m:x)", Over::Text, Flags::default()).unwrap().multiline);
    }

    #[test]
    fn faults_read_as_in_python() {
        for (pattern, message) in [
            ("a(b", "missing ), unterminated subpattern at position 1"),
            ("a)", "unbalanced parenthesis at position 1"),
            ("x[", "unterminated character set at position 1"),
            ("[]", "unterminated character set at position 0"),
            (r"\q", r"bad escape \q at position 0"),
            ("a\\", "bad escape (end of pattern) at position 1"),
            ("(?z)", "unknown extension ?z at position 1"),
            ("a(?i)b", "global flags not at the start of the expression at position 1"),
            ("((?i)b)", "global flags not at the start of the expression at position 1"),
            ("(a)(?P<n>a)=(?P<n>a)", "redefinition of group name 'n' as group 3; was group 2 at position 16"),
            ("(?P<a", "missing >, unterminated name at position 4"),
            ("[z-a]", "bad character range z-a at position 1"),
        ] {
            assert_eq!(text(pattern).unwrap_err(), message, "{pattern}");
        }
    }
}
