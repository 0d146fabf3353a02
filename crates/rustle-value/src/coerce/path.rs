//! Paths with `~` and `$VARIABLE` in them.

use super::CoerceError;
use crate::value::Value;

/// `path`: text in which variables (`$HOME`, `${HOME}`) are replaced, then a leading `~` or `~user`.
///
/// Nothing is read here: `env` answers for a variable, `home` for the home directory of a user, `None` being whoever runs.
/// What they do not know stays as it is written.
///
/// # Errors
/// If the value has no text form.
pub fn path(
    value: &Value,
    env: impl Fn(&str) -> Option<String>,
    home: impl Fn(Option<&str>) -> Option<String>,
) -> Result<String, CoerceError> {
    Ok(expand_user(&expand_vars(&super::str(value)?, env), home))
}

/// Python's `os.path.expandvars`: `$name` and `${name}` replaced where `env` knows the name.
pub fn expand_vars(text: &str, env: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        let after = &reference[1..];
        let (name, length) = match after.strip_prefix('{') {
            Some(braced) => match braced.find('}') {
                Some(end) => (&braced[..end], end + 3),
                None => ("", 1),
            },
            None => {
                let end =
                    after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
                (&after[..end], end + 1)
            }
        };
        match env(name).filter(|_| length > 1) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&reference[..length]),
        }
        rest = &reference[length..];
    }
    out.push_str(rest);
    out
}

/// Python's `os.path.expanduser`: a leading `~` or `~user` replaced where `home` knows the user.
pub fn expand_user(path: &str, home: impl Fn(Option<&str>) -> Option<String>) -> String {
    let Some(tail) = path.strip_prefix('~') else {
        return path.to_owned();
    };
    let (user, rest) = tail.split_at(tail.find('/').unwrap_or(tail.len()));
    match home(Some(user).filter(|user| !user.is_empty())) {
        Some(folder) => {
            let expanded = format!("{}{rest}", folder.trim_end_matches('/'));
            if expanded.is_empty() { "/".into() } else { expanded }
        }
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str) -> String {
        let env = |name: &str| (name == "HOME").then(|| "/home/me".to_owned());
        let home = |user: Option<&str>| match user {
            None => Some("/home/me".to_owned()),
            Some("root") => Some("/".to_owned()),
            Some(_) => None,
        };
        path(&Value::str(text), env, home).unwrap()
    }

    #[test]
    fn variables_and_homes_are_expanded() {
        assert_eq!(expand("~/x"), "/home/me/x");
        assert_eq!(expand("~root"), "/");
        assert_eq!(expand("~root/x"), "/x");
        assert_eq!(expand("~nobody/x"), "~nobody/x");
        assert_eq!(expand("$HOME/a/${HOME}b"), "/home/me/a//home/meb");
        assert_eq!(expand("$NOPE/$/${HOME"), "$NOPE/$/${HOME");
        assert_eq!(expand("a~"), "a~");
    }
}
