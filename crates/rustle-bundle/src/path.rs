//! Which paths an entry may have.

use crate::error::BundleError;

/// The longest path, in bytes: what Linux takes.
const MAX_PATH: usize = 4096;

/// Checks the path of an entry: relative, parts separated by one `/`, no part `.` or `..`, no NUL. It need not be UTF-8.
///
/// # Errors
/// If it is refused; the message names the path and the reason.
pub fn check(path: &[u8]) -> Result<(), BundleError> {
    let refuse =
        |why: &str| Err(BundleError::Path(format!("the path `{}` is refused: {why}", path.escape_ascii())));
    if path.is_empty() {
        return refuse("it is empty");
    }
    if path.len() > MAX_PATH {
        return Err(BundleError::Path(format!("a path of {} bytes is refused: it is too long", path.len())));
    }
    if path.contains(&0) {
        return refuse("it holds a NUL");
    }
    if path.starts_with(b"/") {
        return refuse("it is absolute");
    }
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" => return refuse("it has an empty part"),
            b"." => return refuse("it has a part `.`"),
            b".." => return refuse("it has a part `..`, which leads outside"),
            _ => {}
        }
    }
    Ok(())
}

/// The folders above `path`, the outermost first.
pub(crate) fn parents(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.iter().enumerate().filter(|(_, byte)| **byte == b'/').filter_map(|(at, _)| path.get(..at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_outside_is_refused() {
        for bad in ["", "/etc/passwd", "a/../b", "..", "./a", "a//b", "a/", "a\0b"] {
            assert!(check(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(check(&[b'a'; 5000]).is_err());
    }

    #[test]
    fn odd_names_are_kept() {
        for good in [&b"a/b"[..], b"...", b"-rf", b"new\nline", b"\xff\xfe", b"C:\\x", b"a/..b"] {
            assert!(check(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn parents_from_the_outside_in() {
        assert_eq!(parents(b"a/b/c").collect::<Vec<_>>(), [&b"a"[..], b"a/b"]);
        assert_eq!(parents(b"a").count(), 0);
    }
}
