//! What replaces a match: text with references to groups.

use fancy_regex::Regex;

use super::Captures;
use crate::error::Error;

/// A replacement as Python's `re.sub` takes it: `\1`, `\g<1>`, `\g<name>`, `\n`.
pub(crate) struct Replacement(Vec<Part>);

enum Part {
    Text(String),
    Group(usize),
    Named(String),
}

impl Replacement {
    /// Reads `text` as a replacement for matches of `regex`.
    ///
    /// # Errors
    /// If it refers to a group that is not there, or has an unknown escape.
    pub(crate) fn parse(text: &str, regex: &Regex) -> Result<Replacement, Error> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        while let Some(c) = chars.get(at).copied() {
            at += 1;
            if c != '\\' {
                plain.push(c);
                continue;
            }
            let Some(kind) = chars.get(at).copied() else {
                return Err(Error::value_error(format!(
                    "bad escape (end of pattern) at position {}",
                    at - 1
                )));
            };
            at += 1;
            let rest = chars.get(at..).unwrap_or_default();
            let octal = |digits: &[char]| {
                digits.iter().take_while(|c| ('0'..='7').contains(*c)).take(2).collect::<String>()
            };
            let part = match kind {
                'g' => {
                    let name: String = rest.iter().skip(1).take_while(|c| **c != '>').collect();
                    if rest.first() != Some(&'<') {
                        return Err(Error::value_error(format!("missing < at position {at}")));
                    }
                    if rest.get(name.chars().count() + 1) != Some(&'>') {
                        return Err(Error::value_error(format!(
                            "missing >, unterminated name at position {}",
                            at + 1
                        )));
                    }
                    let place = at + 1;
                    at += name.chars().count() + 2;
                    Some(named(name, regex, place)?)
                }
                '0' => {
                    let digits = octal(rest);
                    at += digits.len();
                    plain.extend(u32::from_str_radix(&format!("0{digits}"), 8).ok().and_then(char::from_u32));
                    None
                }
                '1'..='9' => {
                    let octal = octal(rest);
                    if octal.len() == 2 && kind <= '3' {
                        at += 2;
                        let code = u32::from_str_radix(&format!("{kind}{octal}"), 8);
                        plain.extend(code.ok().and_then(char::from_u32));
                        None
                    } else {
                        let mut number = String::from(kind);
                        let place = at - 1;
                        if let Some(second) = rest.first().filter(|c| c.is_ascii_digit()) {
                            number.push(*second);
                            at += 1;
                        }
                        Some(numbered(&number, regex, place)?)
                    }
                }
                'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => {
                    plain.push(match kind {
                        'a' => '\x07',
                        'b' => '\x08',
                        'f' => '\x0c',
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'v' => '\x0b',
                        other => other,
                    });
                    None
                }
                other if other.is_ascii_alphabetic() => {
                    return Err(Error::value_error(format!("bad escape \\{other} at position {}", at - 2)));
                }
                other => {
                    plain.push('\\');
                    plain.push(other);
                    None
                }
            };
            if let Some(part) = part {
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(part);
            }
        }
        parts.push(Part::Text(plain));
        Ok(Replacement(parts))
    }

    /// Writes the replacement of one match. A group that took no part is empty.
    pub(super) fn expand(&self, captures: &Captures<'_>, out: &mut String) {
        for part in &self.0 {
            let group = match part {
                Part::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Part::Group(number) => captures.get(*number),
                Part::Named(name) => captures.name(name),
            };
            out.push_str(group.map_or("", |group| group.as_str()));
        }
    }
}

fn numbered(number: &str, regex: &Regex, place: usize) -> Result<Part, Error> {
    match number.parse() {
        Ok(index) if index < regex.captures_len() => Ok(Part::Group(index)),
        _ => Err(Error::value_error(format!("invalid group reference {number} at position {place}"))),
    }
}

fn named(name: String, regex: &Regex, place: usize) -> Result<Part, Error> {
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
        return numbered(&name, regex, place);
    }
    if regex.capture_names().flatten().any(|known| known == name) {
        return Ok(Part::Named(name));
    }
    Err(if name.is_empty() {
        Error::value_error(format!("missing group name at position {place}"))
    } else {
        Error::value_error(format!("unknown group name '{name}'"))
    })
}
