//! Records of differences between texts, for diff mode.

use std::path::Path;

use rustle_schema::outcome::Diff;
use rustle_value::Value;

/// The size in bytes above which Ansible shows no difference.
pub const MAX_SIZE: u64 = 104_448;

/// How many bytes of a file are looked at to see whether it is binary.
const PEEK: usize = 8192;

/// One side of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// Text under a heading; none for what does not exist.
    Text(Option<String>, String),
    /// Not to be shown, and why.
    Hidden(String),
}

/// What is at `path` now: nothing, a text, or something that is not shown.
pub fn before(path: &Path) -> Side {
    let Ok(metadata) = std::fs::metadata(path) else { return Side::Text(None, String::new()) };
    if metadata.is_file() && metadata.len() > MAX_SIZE {
        return Side::Hidden(larger("destination"));
    }
    match metadata.is_file().then(|| std::fs::read(path)) {
        Some(Ok(bytes)) if bytes.iter().take(PEEK).any(|byte| *byte == 0) => {
            Side::Hidden(binary("destination"))
        }
        Some(Ok(bytes)) => Side::Text(
            Some(path.to_string_lossy().into_owned()),
            String::from_utf8_lossy(&bytes).into_owned(),
        ),
        _ => Side::Text(None, String::new()),
    }
}

/// What will be there: `size` bytes, which `read` gives.
pub fn after(heading: &str, size: u64, read: impl FnOnce() -> Option<Vec<u8>>) -> Side {
    if size > MAX_SIZE {
        return Side::Hidden(larger("source"));
    }
    match read() {
        Some(bytes) if bytes.contains(&0) => Side::Hidden(binary("source")),
        Some(bytes) => Side::Text(Some(heading.to_owned()), String::from_utf8_lossy(&bytes).into_owned()),
        None => Side::Text(None, String::new()),
    }
}

/// The difference of two sides.
pub fn between(before: Side, after: Side) -> Diff {
    let mut prepared = String::new();
    let mut side = |side: Side| match side {
        Side::Text(heading, text) => (heading, Value::from(text)),
        Side::Hidden(reason) => {
            prepared.push_str(&reason);
            (None, Value::None)
        }
    };
    let (before_header, before) = side(before);
    let (after_header, after) = side(after);
    if prepared.is_empty() {
        return Diff { before_header, after_header, before, after, prepared: None };
    }
    // One side alone would read as if the whole file came or went.
    Diff { prepared: Some(prepared), ..Diff::default() }
}

fn binary(side: &str) -> String {
    format!("diff skipped: {side} file appears to be binary\n")
}

fn larger(side: &str) -> String {
    format!("diff skipped: {side} file size is greater than {MAX_SIZE}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_headings_and_binaries_are_hidden() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let new = after("src", 4, || Some(b"new\n".to_vec()));
        let diff = between(before(&file), new.clone());
        assert_eq!((diff.before_header, diff.before), (None, Value::from("")));
        assert_eq!((diff.after_header.as_deref(), diff.after), (Some("src"), Value::from("new\n")));

        std::fs::write(&file, b"\0\x01").unwrap();
        let diff = between(before(&file), new);
        assert_eq!(diff.prepared.as_deref(), Some("diff skipped: destination file appears to be binary\n"));
        assert_eq!(diff.after, Value::None);
        assert!(matches!(after("src", MAX_SIZE + 1, || None), Side::Hidden(_)));
    }
}
