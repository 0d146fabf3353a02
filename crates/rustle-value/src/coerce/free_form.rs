//! Free-form arguments: `name=x state="a b"`, `creates=/x echo hi`.

use super::CoerceError;

/// The arguments that a module with free-form arguments takes by name; everything else is part of its command line.
const COMMAND_OPTIONS: [&str; 8] =
    ["creates", "removes", "chdir", "executable", "warn", "stdin", "stdin_add_newline", "strip_empty_ends"];

/// What a free-form text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeForm {
    /// The `key=value` pairs in order, unquoted. A key occurs once; its last value won.
    pub options: Vec<(String, String)>,
    /// What is no pair, joined: Ansible's `_raw_params`.
    pub raw: Option<String>,
}

/// Reads `text` as Ansible does. With `command`, only the options of the command modules are taken out of it.
///
/// # Errors
/// If a quote or a template block is not closed.
pub fn parse_kv(text: &str, command: bool) -> Result<FreeForm, CoerceError> {
    let mut found = FreeForm::default();
    let mut raw = Vec::new();
    for written in split_args(text)? {
        let decoded = decode_escapes(&written);
        if !decoded.contains('=') {
            raw.push(written);
            continue;
        }
        let Some(at) = unescaped_equals(&decoded) else {
            raw.push(decoded.replace("\\=", "="));
            continue;
        };
        let (key, value) = (&decoded[..at], &decoded[at + 1..]);
        if command && !COMMAND_OPTIONS.contains(&key) {
            raw.push(written);
            continue;
        }
        let (key, value) = (key.trim().to_owned(), unquote(value.trim()).to_owned());
        match found.options.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => found.options.push((key, value)),
        }
    }
    if !raw.is_empty() {
        found.raw = Some(join_args(&raw));
    }
    Ok(found)
}

/// Where the first `=` stands that no backslash precedes; one at the very beginning does not count.
fn unescaped_equals(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    text.match_indices('=').map(|(at, _)| at).find(|at| *at > 0 && bytes.get(at - 1) != Some(&b'\\'))
}

/// The text without the quotes around it, if it has a pair of them.
pub fn unquote(text: &str) -> &str {
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.ends_with('\\')).then_some(inner)
    });
    quoted.unwrap_or(text)
}

/// Puts together again what [`split_args`] took apart.
pub fn join_args(parts: &[String]) -> String {
    let mut joined = String::new();
    for part in parts {
        if !joined.is_empty() && !joined.ends_with('\n') {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    joined
}

/// Splits at white space, except within quotes and template blocks. Further spaces and line ends stay at the end of the
/// part before them, so that [`join_args`] gives the text back.
///
/// # Errors
/// If a quote or a template block is not closed.
pub fn split_args(text: &str) -> Result<Vec<String>, CoerceError> {
    let mut splitter = Splitter::default();
    if text.is_empty() {
        return Ok(splitter.parts);
    }
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let continued = splitter.line(line);
        if lines.peek().is_some() && !continued {
            splitter.extend_last("\n");
        }
    }
    if splitter.quote.is_some() || splitter.in_block() {
        return Err(CoerceError(format!(
            "failed at splitting arguments, either an unbalanced jinja2 block or quotes: {text}"
        )));
    }
    Ok(splitter.parts)
}

/// The kinds of template blocks.
const BLOCKS: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];

#[derive(Default)]
struct Splitter {
    parts: Vec<String>,
    /// The quote that is open.
    quote: Option<char>,
    /// How many blocks of each kind are open.
    depths: [usize; 3],
}

impl Splitter {
    fn in_block(&self) -> bool {
        self.depths.iter().any(|depth| *depth > 0)
    }

    fn extend_last(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(last) => last.push_str(text),
            None => self.parts.push(text.to_owned()),
        }
    }

    /// Takes one line; whether a lone backslash says that the next one continues it.
    fn line(&mut self, line: &str) -> bool {
        let mut continued = false;
        for (index, token) in line.split(' ').enumerate() {
            if token.is_empty() && index > 0 {
                self.extend_last(" ");
            } else if token == "\\" && self.quote.is_none() {
                continued = true;
            } else {
                self.token(token, index == 0);
            }
        }
        continued
    }

    fn token(&mut self, token: &str, first_of_line: bool) {
        let was_quoted = self.quote.is_some();
        self.quote = open_quote(token, self.quote);
        if was_quoted || self.in_block() {
            if !first_of_line {
                self.extend_last(" ");
            }
            self.extend_last(token);
        } else if !token.is_empty() {
            self.parts.push(token.to_owned());
        }
        for (depth, (open, close)) in self.depths.iter_mut().zip(BLOCKS) {
            *depth = (*depth + token.matches(open).count()).saturating_sub(token.matches(close).count());
        }
    }
}

/// The quote that is open behind `token`, if `open` was before it.
fn open_quote(token: &str, open: Option<char>) -> Option<char> {
    let mut quote = open;
    let mut previous = None;
    for c in token.chars() {
        if matches!(c, '"' | '\'') && previous != Some('\\') {
            match quote {
                Some(open) if open == c => quote = None,
                Some(_) => {}
                None => quote = Some(c),
            }
        }
        previous = Some(c);
    }
    quote
}

/// Replaces the escapes of Python's strings: `\n`, `\t`, `\x41`, `\u00e9`, `\\`, `\"` … Any other backslash stays.
fn decode_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match decoded_escape(rest) {
            Some((c, length)) => {
                out.push(c);
                rest = &rest[length..];
            }
            None => {
                out.push('\\');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The character that the escape at the beginning of `text` means, and the escape's length.
pub(crate) fn decoded_escape(text: &str) -> Option<(char, usize)> {
    let kind = text.chars().nth(1)?;
    let hex = |digits: usize| {
        let code =
            text.get(2..2 + digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        Some((char::from_u32(u32::from_str_radix(code, 16).ok()?)?, digits + 2))
    };
    let single = match kind {
        '\\' | '\'' | '"' => kind,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'x' => return hex(2),
        'u' => return hex(4),
        'U' => return hex(8),
        _ => return None,
    };
    Some((single, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse_kv(text, false).unwrap().options
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.into(), value.into())
    }

    #[test]
    fn pairs_are_split_and_unquoted() {
        assert_eq!(
            pairs("name=x state=\"a b\" c='d e' f={{ g | default('h i') }}"),
            [
                pair("name", "x"),
                pair("state", "a b"),
                pair("c", "d e"),
                pair("f", "{{ g | default('h i') }}")
            ]
        );
        assert_eq!(pairs("a=1 a=2"), [pair("a", "2")]);
        assert_eq!(pairs(r"line=a\tb\x41"), [pair("line", "a\tbA")]);
        assert_eq!(pairs("a= b==c"), [pair("a", ""), pair("b", "=c")]);
    }

    #[test]
    fn command_lines_keep_what_is_not_an_option() {
        let found = parse_kv("creates=/x  echo a=b   'c  d' \\\n  | sort\nuniq", true).unwrap();
        assert_eq!(found.options, [pair("creates", "/x")]);
        assert_eq!(found.raw.as_deref(), Some("echo a=b   'c  d'  | sort\nuniq"));
    }

    /// Recorded from ansible.parsing.splitter.split_args.
    #[test]
    fn quotes_and_blocks_hold_parts_together() {
        for (text, wanted) in [
            ("a='b\nc' d", &["a='b\nc'", "d"][..]),
            ("{{ a\n  b }} c", &["{{ a\n  b }}", "c"]),
            ("x={{ a }}y z", &["x={{ a }}y", "z"]),
            ("a {{b}} c", &["a", "{{b}}", "c"]),
            ("  a b", &[" ", "a", "b"]),
            ("a\n\nb", &["a\n\n", "b"]),
            ("{% if x %}a b{% endif %} c", &["{% if x %}a", "b{% endif %}", "c"]),
            ("a=\"{{ b }}\nc\"", &["a=\"{{ b }}\nc\""]),
        ] {
            assert_eq!(split_args(text).unwrap(), wanted, "{text:?}");
        }
    }

    #[test]
    fn what_is_open_is_an_error() {
        let message = parse_kv("a='b", false).unwrap_err().0;
        assert_eq!(
            message,
            "failed at splitting arguments, either an unbalanced jinja2 block or quotes: a='b"
        );
        assert!(parse_kv("a={{ b", false).is_err());
    }
}
