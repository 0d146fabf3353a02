//! What Python's `os.path` and `ntpath` do with paths as text.

use std::io;
use std::path::Path;

use crate::error::{Error, ErrorKind};

/// How many symbolic links a path may lead through.
const MAX_LINKS: usize = 40;

/// The folder and the last part. Slashes at the end of the folder go, unless there is nothing else.
pub(crate) fn split(path: &str) -> (&str, &str) {
    let (head, tail) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
    let trimmed = head.trim_end_matches('/');
    (if trimmed.is_empty() { head } else { trimmed }, tail)
}

/// The path without its extension, and the extension with its dot. Dots at the beginning of the name are none.
pub(crate) fn split_extension(path: &str) -> (&str, &str) {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let first = name + path[name..].bytes().take_while(|byte| *byte == b'.').count();
    match path[first..].rfind('.') {
        Some(at) => path.split_at(first + at),
        None => (path, ""),
    }
}

/// `before/after`, or `after` alone if it begins at the root.
pub(crate) fn joined(before: &str, after: &str) -> String {
    if after.starts_with('/') {
        after.to_owned()
    } else if before.is_empty() || before.ends_with('/') {
        format!("{before}{after}")
    } else {
        format!("{before}/{after}")
    }
}

/// The path without `.`, `..` and repeated slashes, as far as that can be told from its text.
pub(crate) fn normalized(path: &str) -> String {
    // Two slashes at the beginning mean something else on some systems, and stay.
    let root = match path.bytes().take_while(|byte| *byte == b'/').count() {
        0 => "",
        2 => "//",
        _ => "/",
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if !root.is_empty() => {}
            part => parts.push(part),
        }
    }
    let text = format!("{root}{}", parts.join("/"));
    if text.is_empty() { ".".into() } else { text }
}

/// The path from the root.
fn absolute(path: &str) -> Result<String, Error> {
    if path.starts_with('/') {
        return Ok(normalized(path));
    }
    let here = std::env::current_dir().map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?;
    Ok(normalized(&joined(&here.to_string_lossy(), path)))
}

/// The path without symbolic links; what does not exist stays as it is written.
pub(crate) fn real(path: &str) -> Result<String, Error> {
    let start = if path.starts_with('/') { path.to_owned() } else { joined(&absolute(".")?, path) };
    let mut rest: Vec<String> = start.split('/').rev().map(str::to_owned).collect();
    let mut resolved = String::new();
    let mut links = 0;
    while let Some(part) = rest.pop() {
        match part.as_str() {
            "" | "." => continue,
            ".." => {
                resolved.truncate(resolved.rfind('/').unwrap_or(0));
                continue;
            }
            _ => {}
        }
        let here = format!("{resolved}/{part}");
        match std::fs::read_link(Path::new(&here)) {
            Ok(target) if links < MAX_LINKS => {
                links += 1;
                let target = target.to_string_lossy().into_owned();
                if target.starts_with('/') {
                    resolved.clear();
                }
                rest.extend(target.split('/').rev().map(str::to_owned));
            }
            _ => resolved = here,
        }
    }
    Ok(if resolved.is_empty() { "/".into() } else { resolved })
}

/// How to get from `start` to `path`.
pub(crate) fn relative(path: &str, start: &str) -> Result<String, Error> {
    let (path, start) = (absolute(path)?, absolute(start)?);
    let parts =
        |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (path, start) = (parts(&path), parts(&start));
    let shared = path.iter().zip(&start).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", start.len() - shared);
    let text = up.chain(path.iter().skip(shared).map(String::as_str)).collect::<Vec<_>>().join("/");
    Ok(if text.is_empty() { ".".into() } else { text })
}

/// The longest path that all of `paths` begin with.
///
/// # Errors
/// If there are none, or some begin at the root and some do not.
pub(crate) fn common(paths: &[String]) -> Result<String, Error> {
    let Some(first) = paths.first() else {
        return Err(Error::value_error("commonpath() arg is an empty sequence"));
    };
    let from_root = first.starts_with('/');
    if paths.iter().any(|path| path.starts_with('/') != from_root) {
        return Err(Error::value_error("Can't mix absolute and relative paths"));
    }
    let parts = |path: &str| {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect::<Vec<_>>()
    };
    let mut shared = parts(first);
    for path in paths {
        let same = shared.iter().zip(parts(path)).take_while(|(a, b)| *a == b).count();
        shared.truncate(same);
    }
    Ok(format!("{}{}", if from_root { "/" } else { "" }, shared.join("/")))
}

/// The home directory of a user, from `/etc/passwd`.
pub(crate) fn home_of(user: &str) -> Option<String> {
    let accounts = std::fs::read("/etc/passwd").ok()?;
    let accounts = String::from_utf8_lossy(&accounts).into_owned();
    let fields = |line: &str| line.split(':').map(str::to_owned).collect::<Vec<_>>();
    let account =
        accounts.lines().map(fields).find(|fields| fields.first().is_some_and(|name| name == user))?;
    account.get(5).cloned()
}

/// The drive (`C:`, `\\host\share`) and the rest of a Windows path.
pub(crate) fn split_drive(path: &str) -> (&str, &str) {
    let is_separator = |c: char| matches!(c, '\\' | '/');
    let mut chars = path.chars();
    let (first, second) = (chars.next(), chars.next());
    if first.is_some_and(is_separator) && second.is_some_and(is_separator) {
        let host_end = path[2..].find(is_separator).map(|at| at + 2);
        let share_end = host_end.and_then(|end| path[end + 1..].find(is_separator).map(|at| end + 1 + at));
        return match (host_end, share_end) {
            (Some(_), Some(end)) => path.split_at(end),
            _ => (path, ""),
        };
    }
    match second {
        Some(':') => path.split_at(first.map_or(0, char::len_utf8) + 1),
        _ => ("", path),
    }
}

/// The folder and the last part of a Windows path.
pub(crate) fn split_windows(path: &str) -> (&str, &str) {
    let (drive, rest) = split_drive(path);
    let at = rest.rfind(['\\', '/']).map_or(0, |at| at + 1);
    let (head, tail) = rest.split_at(at);
    let trimmed = head.trim_end_matches(['\\', '/']);
    let head = if trimmed.is_empty() { head } else { trimmed };
    (&path[..drive.len() + head.len()], tail)
}

/// An error of the operating system as Python writes it: `[Errno 2] No such file or directory: '/x'`.
pub(crate) fn os_error(error: &io::Error, path: &str) -> String {
    let path = rustle_value::python::repr(&rustle_value::Value::str(path));
    let text = error.to_string();
    match (error.raw_os_error(), text.rsplit_once(" (os error")) {
        (Some(code), Some((text, _))) => format!("[Errno {code}] {text}: {path}"),
        _ => format!("{text}: {path}"),
    }
}

/// What a file on the host is; `None` if it does not exist.
pub(crate) fn metadata(path: &str, follow: bool) -> Option<std::fs::Metadata> {
    let found: io::Result<_> = if follow { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) };
    found.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from CPython.
    #[test]
    fn paths_are_pythons() {
        for (path, wanted) in
            [("/a/b", ("/a", "b")), ("/a", ("/", "a")), ("a//b/", ("a//b", "")), ("a", ("", "a"))]
        {
            assert_eq!(split(path), wanted, "{path}");
        }
        for (path, wanted) in [
            ("a.tar.gz", ("a.tar", ".gz")),
            (".bashrc", (".bashrc", "")),
            ("a.b/c", ("a.b/c", "")),
            ("..x.y", ("..x", ".y")),
        ] {
            assert_eq!(split_extension(path), wanted, "{path}");
        }
        for (path, wanted) in [
            ("/a/../b/./c//", "/b/c"),
            ("", "."),
            ("../a/..", ".."),
            ("//a", "//a"),
            ("///a", "/a"),
            ("/..", "/"),
        ] {
            assert_eq!(normalized(path), wanted, "{path}");
        }
        assert_eq!(relative("/a/b", "/a/c").unwrap(), "../b");
        assert_eq!(relative("/a", "/a").unwrap(), ".");
        assert_eq!(common(&["/a/b".into(), "/a/c".into()]).unwrap(), "/a");
        assert!(common(&["/a".into(), "b".into()]).is_err());
    }

    #[test]
    fn windows_paths() {
        assert_eq!(split_drive("C:\\a\\b"), ("C:", "\\a\\b"));
        assert_eq!(split_drive("\\\\host\\share\\x"), ("\\\\host\\share", "\\x"));
        assert_eq!(split_windows("C:\\a\\b.txt"), ("C:\\a", "b.txt"));
        assert_eq!(split_windows("C:\\a"), ("C:\\", "a"));
        assert_eq!(split_windows("a/b"), ("a", "b"));
    }
}
