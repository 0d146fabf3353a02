//! `.gitmodules`: where submodules are.
//!
//! It is written like git's configuration. Of that, what is needed is read here; above all, nothing is included from
//! elsewhere.

use std::collections::BTreeMap;

/// The largest `.gitmodules`.
pub(super) const MAX: usize = 1 << 20;

/// Paths and the addresses of the submodules that belong there.
pub(super) fn parse(text: &[u8]) -> Result<BTreeMap<String, String>, &'static str> {
    let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8")?;
    let mut found = BTreeMap::new();
    let mut section: Option<Section> = None;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            section.take().and_then(Section::finish).map(|(path, url)| found.insert(path, url));
            let name = header.trim_start().to_ascii_lowercase();
            section = name.starts_with("submodule").then(Section::default);
            if !header.contains(']') {
                return Err("a section has no end");
            }
            continue;
        }
        let Some(section) = &mut section else { continue };
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = unquote(value)?;
        match key.trim().to_ascii_lowercase().as_str() {
            "path" => section.path = Some(value),
            "url" => section.url = Some(value),
            _ => {}
        }
    }
    section.and_then(Section::finish).map(|(path, url)| found.insert(path, url));
    Ok(found)
}

#[derive(Default)]
struct Section {
    path: Option<String>,
    url: Option<String>,
}

impl Section {
    fn finish(self) -> Option<(String, String)> {
        Some((self.path?, self.url?))
    }
}

/// A value without its quotes, escapes and comment.
fn unquote(value: &str) -> Result<String, &'static str> {
    let mut text = String::new();
    // What stands unquoted at the end loses its spaces.
    let mut kept = 0;
    let mut quoted = false;
    let mut chars = value.trim_start().chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '#' | ';' if !quoted => break,
            '\\' => {
                text.push(match chars.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some(c @ ('\\' | '"')) => c,
                    _ => return Err("an escape that is none"),
                });
                kept = text.len();
                continue;
            }
            c => text.push(c),
        }
        if quoted || !c.is_whitespace() {
            kept = text.len();
        }
    }
    if quoted {
        return Err("a quote has no end");
    }
    text.truncate(kept);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_git_writes_it_and_as_people_do() {
        let found = parse(
            br#"
            # two of them
            [submodule "a"]
                path = libs/a
                url = https://h/a.git
            [other]
                path = nowhere
                url = nowhere
            [SUBMODULE "b \" c"]
                URL = "https://h/b # c" ; why
                Path=b
            [submodule "no url"]
                path = c
            [include]
                path = /etc/passwd
            "#,
        )
        .expect("valid");
        let expected = [("b", "https://h/b # c"), ("libs/a", "https://h/a.git")];
        assert!(found.iter().map(|(path, url)| (path.as_str(), url.as_str())).eq(expected), "{found:?}");
    }

    #[test]
    fn what_is_broken() {
        for text in ["[submodule \"a\"", "[submodule]\npath = \"x", "[submodule]\npath = \\x"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"\xff").is_err());
    }
}
