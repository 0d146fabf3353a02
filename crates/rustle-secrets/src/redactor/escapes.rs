//! What languages make of a text where some of its characters mean something to them.

use std::fmt::Write;

/// Every way in which `text` is written that differs from it.
pub(super) fn all(text: &str) -> Vec<String> {
    let json = json(text, false);
    let ascii = json_ascii(text);
    let mut all = vec![
        // JSON in JSON: the output of a program that tells another's.
        self::json(&json, false),
        self::json(&ascii, false),
        self::json(text, true),
        json.replace('/', "\\/"),
        json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"),
        json,
        ascii,
        python(text, false),
        python(text, true),
        python_bytes(text),
        rust(text),
        // Quoted for a shell: by shlex of Python, by hand, by `printf %q`, within double quotes.
        text.replace('\'', "'\"'\"'"),
        text.replace('\'', "'\\''"),
        backslashed(text, |char| {
            !(char.is_ascii_alphanumeric() || "_@%+=:,./-".contains(char) || !char.is_ascii())
        }),
        backslashed(text, |char| "\\\"$`".contains(char)),
        // YAML, SQL.
        yaml(text, |_| false),
        yaml(text, |char| char > '\u{ffff}'),
        yaml(text, |char| !char.is_ascii()),
        text.replace('\'', "''"),
        text.replace('"', "\"\""),
        text.replace('\n', "\r\n"),
    ];
    for apostrophe in ["'", "&#39;", "&#x27;", "&apos;"] {
        let xml = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        all.push(xml.replace('\'', apostrophe));
        all.push(xml.replace('"', "&quot;").replace('\'', apostrophe));
        all.push(xml.replace('"', "&#34;").replace('\'', apostrophe));
    }
    all.retain(|form| form != text);
    all
}

/// JSON's escapes (RFC 8259), with `\/` for a slash if `slash`.
fn json(text: &str, slash: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        let _ = match char {
            '"' => write!(out, "\\\""),
            '\\' => write!(out, "\\\\"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            '\u{8}' => write!(out, "\\b"),
            '\u{c}' => write!(out, "\\f"),
            '/' if slash => write!(out, "\\/"),
            control if control < ' ' => write!(out, "\\u{:04x}", u32::from(control)),
            other => write!(out, "{other}"),
        };
    }
    out
}

/// JSON in ASCII, as Python writes it.
fn json_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in json(text, false).chars() {
        if char.is_ascii() && char != '\u{7f}' {
            out.push(char);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// How `text` is written between double quotes where white space may be folded: by YAML, and by JSON in Unicode and ASCII.
pub(super) fn quoted(text: &str) -> [String; 5] {
    [
        json(text, false),
        json_ascii(text),
        yaml(text, |_| false),
        yaml(text, |char| char > '\u{ffff}'),
        yaml(text, |char| !char.is_ascii()),
    ]
}

/// Python's `repr` between its quotes, where it chooses single ones; its `ascii` if `ascii`.
fn python(text: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // It takes double quotes where only single ones stand in the text.
    let escaped = text.contains('"');
    for char in text.chars() {
        let code = u32::from(char);
        let _ = match char {
            '\\' => write!(out, "\\\\"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            '\'' if escaped => write!(out, "\\'"),
            control if control < ' ' || control == '\u{7f}' => write!(out, "\\x{code:02x}"),
            '\u{80}'.. if ascii => write!(out, "{}", numbered(code, false)),
            other => write!(out, "{other}"),
        };
    }
    out
}

/// Python's `repr` of the text's bytes.
fn python_bytes(text: &str) -> String {
    let bytes: String = text.bytes().map(char::from).collect();
    python(&bytes, true)
}

/// A character by its number, as short as that goes.
fn numbered(code: u32, upper: bool) -> String {
    let (letter, digits) = match code {
        ..=0xff => ('x', 2),
        0x100..=0xffff => ('u', 4),
        _ => ('U', 8),
    };
    if upper { format!("\\{letter}{code:0digits$X}") } else { format!("\\{letter}{code:0digits$x}") }
}

/// What stands between YAML's double quotes (YAML 1.2, 5.7), with a number for what `escaped` says.
fn yaml(text: &str, escaped: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        let code = u32::from(char);
        let _ = match char {
            '"' => write!(out, "\\\""),
            '\\' => write!(out, "\\\\"),
            '\0' => write!(out, "\\0"),
            '\u{7}' => write!(out, "\\a"),
            '\u{8}' => write!(out, "\\b"),
            '\t' => write!(out, "\\t"),
            '\n' => write!(out, "\\n"),
            '\u{b}' => write!(out, "\\v"),
            '\u{c}' => write!(out, "\\f"),
            '\r' => write!(out, "\\r"),
            '\u{1b}' => write!(out, "\\e"),
            '\u{85}' => write!(out, "\\N"),
            '\u{a0}' => write!(out, "\\_"),
            '\u{2028}' => write!(out, "\\L"),
            '\u{2029}' => write!(out, "\\P"),
            char if char.is_control() || escaped(char) => write!(out, "{}", numbered(code, true)),
            other => write!(out, "{other}"),
        };
    }
    out
}

/// What `{:?}` of Rust writes between the quotes: it stands in the messages of panics.
fn rust(text: &str) -> String {
    text.escape_debug().to_string().replace("\\'", "'")
}

fn backslashed(text: &str, special: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if special(char) {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_special_characters_is_written_as_it_is() {
        assert_eq!(all("hunter2"), [""; 0]);
    }

    #[test]
    fn escapes_are_those_of_the_real_things() {
        let text = "a\"b'c\\d/e\n\u{e9}\u{1f980} $x <&>";
        let forms = all(text);
        let inner = |quoted: String| quoted[1..quoted.len() - 1].to_owned();
        let json = inner(serde_json::to_string(text).unwrap());
        for wanted in [
            json.clone(),
            inner(serde_json::to_string(&json).unwrap()),
            inner(format!("{text:?}")),
            // python3 -c 'import json; print(json.dumps(…))'
            "a\\\"b'c\\\\d/e\\n\\u00e9\\ud83e\\udd80 $x <&>".into(),
            // python3 -c 'print(repr(…))'
            "a\"b\\'c\\\\d/e\\n\u{e9}\u{1f980} $x <&>".into(),
            // python3 -c 'print(ascii(…))'
            "a\"b\\'c\\\\d/e\\n\\xe9\\U0001f980 $x <&>".into(),
            // python3 -c 'print(repr(….encode()))'
            "a\"b\\'c\\\\d/e\\n\\xc3\\xa9\\xf0\\x9f\\xa6\\x80 $x <&>".into(),
            // python3 -c 'import yaml; print(yaml.dump(…, width=200, allow_unicode=False))'
            "a\\\"b'c\\\\d/e\\n\\xE9\\U0001F980 $x <&>".into(),
            // python3 -c 'import html; print(html.escape(…))'
            "a&quot;b&#x27;c\\d/e\n\u{e9}\u{1f980} $x &lt;&amp;&gt;".into(),
        ] {
            assert!(forms.contains(&wanted), "{wanted}\n{forms:#?}");
        }
        assert!(all("it's").contains(&"it'\"'\"'s".to_owned()));
        assert!(all("a b$c").contains(&"a\\ b\\$c".to_owned()));
    }
}
