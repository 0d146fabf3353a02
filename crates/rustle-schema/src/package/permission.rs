//! [`Permission`]: what a module may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a module may do: `area:verb`, or `area:verb:scope`.
///
/// ```
/// use rustle_schema::package::Permission;
///
/// let etc: Permission = "fs:write:/etc/**".parse()?;
/// assert!(etc.covers(&"fs:write:/etc/motd".parse()?) && !etc.covers(&"fs:write".parse()?));
/// assert!("fs:wriet".parse::<Permission>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permission {
    area: String,
    verb: String,
    scope: Option<String>,
}

/// Every area with its verbs; `true` where a scope can follow. `docs/SECURITY.md` says what each means.
pub const KNOWN: &[(&str, &str, bool)] = &[
    ("fs", "read", true),
    ("fs", "write", true),
    ("process", "exec", true),
    ("net", "connect", true),
    ("net", "listen", true),
    ("env", "read", true),
    ("env", "write", true),
    ("secret", "read", true),
    ("db", "read", true),
    ("db", "write", true),
    ("ui", "sidebar", false),
    ("ui", "settings", false),
    ("api", "external", true),
    ("module", "call", true),
    ("code", "unsafe", false),
    ("code", "ffi", false),
    ("code", "asm", false),
    ("code", "build_script", false),
    ("code", "proc_macro", false),
];

/// The permission that is a word alone, and that only a core or official key can grant.
pub const SECURE_CHAIN: &str = "secure_chain";

impl Permission {
    /// Its area: `fs`.
    pub fn area(&self) -> &str {
        &self.area
    }

    /// Its verb: `write`; empty for [`SECURE_CHAIN`].
    pub fn verb(&self) -> &str {
        &self.verb
    }

    /// Its scope: `/etc/**`.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Without the scope: `fs:write`.
    pub fn kind(&self) -> String {
        if self.verb.is_empty() { self.area.clone() } else { format!("{}:{}", self.area, self.verb) }
    }

    /// Whether whoever may do this may do all of `other`. Of scopes that are patterns on both sides, only equal ones and
    /// those that begin alike are seen to cover each other; in doubt the answer is no.
    pub fn covers(&self, other: &Permission) -> bool {
        if self.kind() != other.kind() {
            return false;
        }
        match (&self.scope, &other.scope) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(ours), Some(theirs)) => ours == theirs || matches(ours, theirs),
        }
    }
}

/// Whether the pattern `ours` (`*` within a segment, `**` over segments) takes in `theirs`, whose own stars count as text.
fn matches(ours: &str, theirs: &str) -> bool {
    // A path that climbs is not below what it seems to be below.
    if theirs.split('/').any(|part| part == "..") {
        return false;
    }
    if let Some(folder) = ours.strip_suffix("/**") {
        return theirs == folder || theirs.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    }
    match ours.split_once('*') {
        Some((before, after)) if !after.contains('*') => {
            let rest = theirs.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            rest.is_some_and(|middle| !middle.contains(['/', '*']))
        }
        _ => false,
    }
}

impl FromStr for Permission {
    type Err = String;

    fn from_str(text: &str) -> Result<Permission, String> {
        if text == SECURE_CHAIN {
            return Ok(Permission { area: text.to_owned(), verb: String::new(), scope: None });
        }
        let mut parts = text.splitn(3, ':');
        let (area, verb, scope) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let verb = verb.unwrap_or_default();
        let known = KNOWN.iter().find(|(a, v, _)| *a == area && *v == verb);
        match known {
            Some((.., scoped)) if scope.is_none_or(|scope| *scoped && good_scope(scope)) => Ok(Permission {
                area: area.to_owned(),
                verb: verb.to_owned(),
                scope: scope.map(str::to_owned),
            }),
            Some((.., true)) => Err(format!("`{text}` has an empty scope, or one with control characters")),
            Some(_) => Err(format!("`{area}:{verb}` takes no scope")),
            None => Err(unknown(text, area)),
        }
    }
}

fn good_scope(scope: &str) -> bool {
    !scope.is_empty() && !scope.chars().any(char::is_control)
}

fn unknown(text: &str, area: &str) -> String {
    let verbs: Vec<String> =
        KNOWN.iter().filter(|(a, ..)| *a == area).map(|(a, v, _)| format!("`{a}:{v}`")).collect();
    let there = if verbs.is_empty() {
        let mut areas: Vec<&str> = KNOWN.iter().map(|(area, ..)| *area).collect();
        areas.dedup();
        format!("the areas are {}", areas.join(", "))
    } else {
        format!("there is {}", verbs.join(" and "))
    };
    format!(
        "`{text}` is not a permission: `area:verb` or `area:verb:scope`, like `fs:write:/etc/**`; {there}"
    )
}

impl TryFrom<String> for Permission {
    type Error = String;

    fn try_from(text: String) -> Result<Permission, String> {
        text.parse()
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> String {
        permission.to_string()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind())?;
        self.scope.iter().try_for_each(|scope| write!(f, ":{scope}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(text: &str) -> Permission {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_a_permission() {
        for good in ["fs:write", "fs:write:/etc/**", "net:connect:host:443", "secure_chain", "ui:sidebar"] {
            assert_eq!(permission(good).to_string(), good);
        }
        for bad in [
            "fs",
            "fs:",
            ":write",
            "fs:write:",
            "FS:write",
            "fs:delete",
            "ui:sidebar:x",
            "fs:read:a\nb",
            "secure_chain:x",
        ] {
            assert!(bad.parse::<Permission>().is_err(), "{bad}");
        }
        assert!("fs:delete".parse::<Permission>().unwrap_err().contains("`fs:read` and `fs:write`"));
    }

    #[test]
    fn a_wider_one_covers_a_narrower_one() {
        let covers = |a: &str, b: &str| permission(a).covers(&permission(b));
        assert!(covers("fs:write", "fs:write:/etc/motd") && covers("fs:write:/etc/**", "fs:write:/etc/a/b"));
        assert!(covers("fs:read:/etc/*.conf", "fs:read:/etc/a.conf"));
        assert!(covers("net:connect:*:443", "net:connect:host:443"));
        assert!(
            covers("fs:write:/etc/**", "fs:write:/etc/**")
                && covers("fs:write:/etc/**", "fs:write:/etc/x/**")
        );
        for (a, b) in [
            ("fs:write:/etc/**", "fs:write"),
            ("fs:write:/etc/**", "fs:write:/etcetera"),
            ("fs:write:/etc/**", "fs:write:/etc/../root"),
            ("fs:write", "fs:read"),
            ("fs:read:/etc/*.conf", "fs:read:/etc/a/b.conf"),
            ("fs:read:/etc/*", "fs:read:/etc/**"),
            ("fs:write:/a", "fs:write:/b"),
        ] {
            assert!(!covers(a, b), "{a} {b}");
        }
    }
}
