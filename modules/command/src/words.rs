//! Command lines: from text to words, with what a shell would expand.

use std::str::Chars;

use rustle_runtime::fs::users;
use rustle_runtime::prelude::*;

/// The words of a command line, by the rules of a POSIX shell's quoting and no others: there are no comments, no
/// variables, no globs.
///
/// # Errors
/// If a quotation has no end, or a backslash has nothing after it.
pub fn split(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut chars = line.chars();
    while let Some(word) = next(&mut chars)? {
        words.push(word);
    }
    Ok(words)
}

/// The first word of a command line, and all that follows it as it was written; none if there is no word.
///
/// # Errors
/// As for [`split`], wherever on the line it is.
pub fn first(line: &str) -> Result<Option<(String, &str)>> {
    split(line)?;
    let mut chars = line.chars();
    Ok(next(&mut chars)?.map(|word| (word, chars.as_str())))
}

/// The next word; the space behind it is not taken.
fn next(chars: &mut Chars<'_>) -> Result<Option<String>> {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    *chars = chars.as_str().trim_start_matches(is_space).chars();
    if chars.as_str().is_empty() {
        return Ok(None);
    }
    let mut word = String::new();
    while !chars.as_str().starts_with(is_space) {
        match chars.next() {
            None => break,
            Some('\'') => loop {
                match chars.next() {
                    Some('\'') => break,
                    Some(c) => word.push(c),
                    None => return Err(Error::new("No closing quotation")),
                }
            },
            Some('"') => loop {
                match chars.next() {
                    Some('"') => break,
                    Some('\\') => match chars.next() {
                        Some(c @ ('"' | '\\')) => word.push(c),
                        Some(c) => word.extend(['\\', c]),
                        None => return Err(Error::new("No closing quotation")),
                    },
                    Some(c) => word.push(c),
                    None => return Err(Error::new("No closing quotation")),
                }
            },
            Some('\\') => match chars.next() {
                Some(c) => word.push(c),
                None => return Err(Error::new("No escaped character")),
            },
            Some(c) => word.push(c),
        }
    }
    Ok(Some(word))
}

/// The environment of a program that a task starts: the task's own over the runner's.
pub fn variable(ctx: &Context, name: &str) -> Option<String> {
    let own = ctx.environment().get(name).cloned();
    own.or_else(|| std::env::var(name).ok())
}

/// Expands `$NAME`, `${NAME}` and a leading `~` or `~user`, as Python's `expandvars` and `expanduser` do: what has no value
/// stays as it is.
pub fn expand(word: &str, ctx: &Context) -> String {
    let expanded = expand_variables(word, &|name| variable(ctx, name));
    match expanded.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => match variable(ctx, "HOME") {
            Some(home) => format!("{}{rest}", home.trim_end_matches('/')),
            None => expanded,
        },
        Some(rest) => {
            let (name, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            match users::user(name) {
                Some(user) => format!("{}{below}", user.home.trim_end_matches('/')),
                None => expanded,
            }
        }
        None => expanded,
    }
}

fn expand_variables(word: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (name, len) = match rest[1..].strip_prefix('{') {
            Some(braced) => match braced.find('}') {
                Some(end) => (&braced[..end], end + 3),
                None => ("", 1),
            },
            None => {
                let end = rest[1..]
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(rest.len() - 1);
                (&rest[1..=end], end + 1)
            }
        };
        match variable(name).filter(|_| !name.is_empty()) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&rest[..len]),
        }
        rest = &rest[len..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_quotes() {
        let words = split(r#"a 'b c' "d \"e\" \n" f\ g '' #h"#).unwrap();
        assert_eq!(words, ["a", "b c", "d \"e\" \\n", "f g", "", "#h"]);
        assert!(split("'a").is_err());
        assert!(split("a\\").is_err());
        assert_eq!(split(" \n ").unwrap(), [""; 0]);
    }

    #[test]
    fn the_first_word_and_what_follows_as_it_is_written() {
        assert_eq!(first("a.sh  $X 'b'").unwrap(), Some(("a.sh".to_owned(), "  $X 'b'")));
        assert_eq!(first("'a b' c").unwrap(), Some(("a b".to_owned(), " c")));
        assert_eq!(first("a\\ b").unwrap(), Some(("a b".to_owned(), "")));
        assert_eq!(first("").unwrap(), None);
        assert!(first("'a").is_err());
    }

    #[test]
    fn the_home_of_a_user() {
        let ctx = Context::default();
        let root = users::user("root").map(|user| user.home).unwrap_or_default();
        assert_eq!(expand("~root/x", &ctx), format!("{root}/x"));
        assert_eq!(expand("~no-such-user/x", &ctx), "~no-such-user/x");
    }

    #[test]
    fn variables_expand_and_the_unknown_stay() {
        let variable = |name: &str| (name == "A").then(|| "1".to_owned());
        let expand = |word: &str| expand_variables(word, &variable);
        assert_eq!(expand("$A-${A}x$B${B}$"), "1-1x$B${B}$");
        assert_eq!(expand("${A"), "${A");
        assert_eq!(expand("é$Aé"), "é1é");
    }
}
