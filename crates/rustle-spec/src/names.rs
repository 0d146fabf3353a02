//! How names, permissions and effects are written.

use rustle_schema::package::Permission;

/// A module's name: segments of `[a-z][a-z0-9_]*`, joined by dots.
///
/// # Errors
/// If it is none.
pub fn module(name: &str) -> Result<(), String> {
    if name.split('.').all(word) {
        return Ok(());
    }
    Err(format!(
        "`{name}` is not a module's name: segments of a-z, 0-9 and _, each beginning with a letter, joined by dots"
    ))
}

/// An argument's name, or another name for it: a letter, then letters, digits, underscores, hyphens; as collections name
/// theirs, capitals are allowed.
///
/// # Errors
/// If it is none, or one that the runner keeps for itself.
pub fn argument(name: &str) -> Result<(), String> {
    if name.starts_with('_') {
        return Err(format!(
            "`{name}` cannot be an argument: names that begin with `_` belong to the runner"
        ));
    }
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    if first && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Ok(());
    }
    Err(format!("`{name}` is not an argument's name: letters, digits, _ and -, beginning with a letter"))
}

/// A version.
///
/// # Errors
/// If it is not three numbers, with what semver allows behind them.
pub fn version(text: &str) -> Result<(), String> {
    semver::Version::parse(text).map(drop).map_err(|error| format!("`{text}` is not a version: {error}"))
}

/// An effect: `verb:what`.
///
/// # Errors
/// If it is none.
pub fn effect(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() == 2 && parts.iter().all(|part| word(part)) {
        return Ok(());
    }
    Err(format!(
        "`{text}` is not an effect: two words of a-z, 0-9 and _ with a colon between, like `writes:file`"
    ))
}

/// A permission: `area:verb`, or `area:verb:scope`, of those that there are.
///
/// # Errors
/// If it is none.
pub fn permission(text: &str) -> Result<(), String> {
    text.parse::<Permission>().map(drop)
}

fn word(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_name() {
        for good in ["copy", "acme.greet", "a1.b_2.c"] {
            assert!(module(good).is_ok(), "{good}");
        }
        for bad in ["", "Copy", "acme.", ".copy", "a-b", "1a", "a..b", "ä"] {
            assert!(module(bad).is_err(), "{bad}");
        }
        for good in ["Fn_2", "mime-type"] {
            assert!(argument(good).is_ok(), "{good}");
        }
        for bad in ["_x", "-x", "a b", "1a", "ä"] {
            assert!(argument(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_a_permission_or_an_effect() {
        for good in ["fs:write", "fs:write:/etc/**", "net:connect:host:443"] {
            assert!(permission(good).is_ok(), "{good}");
        }
        for bad in ["fs", "fs:", ":write", "fs:write:", "FS:write"] {
            assert!(permission(bad).is_err(), "{bad}");
        }
        assert!(effect("writes:file").is_ok() && effect("writes").is_err() && effect("a:b:c").is_err());
        assert!(version("1.2.3-rc.1").is_ok() && version("1.2").is_err());
    }
}
