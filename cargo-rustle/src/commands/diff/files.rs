//! Embedded files, compared.

use rustle_bundle::{Bundle, BundleError, Entry, Kind};
use serde_json::{Value, json};
use similar::TextDiff;

/// Texts up to this length are compared line by line.
const TEXT: u64 = 64 << 10;

/// One entry that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    path: String,
    /// What it is called that has happened: `added`, `removed`, `content`, `mode`, `kind`, `target`.
    what: Vec<&'static str>,
    old: Option<(u32, u64)>,
    new: Option<(u32, u64)>,
    /// Where both are short texts: the differences of their lines, as `diff -u` writes them.
    unified: Option<String>,
}

impl Change {
    /// For people.
    pub fn text(&self) -> String {
        let described = |it: &Option<(u32, u64)>| {
            it.map(|(mode, size)| format!("mode {mode:04o}, {size} bytes")).unwrap_or_default()
        };
        let (old, new) = (described(&self.old), described(&self.new));
        let line = match (&self.old, &self.new) {
            (None, _) => format!("  + {} ({new})\n", self.path),
            (_, None) => format!("  - {} ({old})\n", self.path),
            _ if old == new => format!("  ~ {}: {} ({old})\n", self.path, self.what.join(", ")),
            _ => format!("  ~ {}: {} ({old} -> {new})\n", self.path, self.what.join(", ")),
        };
        let unified = self.unified.as_deref().unwrap_or_default();
        unified.lines().fold(line, |text, unified| format!("{text}      {unified}\n"))
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let side = |it: &Option<(u32, u64)>| {
            it.map(|(mode, size)| json!({"mode": format!("{mode:04o}"), "size": size}))
        };
        json!({"path": self.path, "changes": self.what, "old": side(&self.old), "new": side(&self.new), "unified": self.unified})
    }
}

/// The entries that differ, by path.
///
/// # Errors
/// If a bundle is damaged.
pub fn compare(old: &Bundle, new: &Bundle) -> Result<Vec<Change>, BundleError> {
    let mut paths: Vec<&[u8]> = old.entries().iter().chain(new.entries()).map(Entry::path).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut changes = Vec::new();
    for path in paths {
        let side = |entry: Option<&Entry>| entry.map(|entry| (entry.mode(), entry.size()));
        let (before, after) = (old.entry(path), new.entry(path));
        let mut change = Change {
            path: String::from_utf8_lossy(path).into_owned(),
            what: Vec::new(),
            old: side(before),
            new: side(after),
            unified: None,
        };
        match (before, after) {
            (None, Some(_)) => change.what.push("added"),
            (Some(_), None) => change.what.push("removed"),
            (Some(before), Some(after)) => {
                let differs = [
                    ("kind", before.kind() != after.kind()),
                    ("mode", before.mode() != after.mode()),
                    ("target", before.target() != after.target()),
                ];
                change.what.extend(differs.iter().filter(|(_, differs)| *differs).map(|(what, _)| *what));
                if before.kind() == Kind::File && after.kind() == Kind::File && !same(old, new, path)? {
                    change.what.push("content");
                    change.unified = unified(old, new, path, before.size().max(after.size()))?;
                }
            }
            (None, None) => {}
        }
        if !change.what.is_empty() {
            changes.push(change);
        }
    }
    Ok(changes)
}

/// Whether two files have the same content; no more than a frame of each is in memory.
fn same(old: &Bundle, new: &Bundle, path: &[u8]) -> Result<bool, BundleError> {
    use std::io::Read;
    let (mut old, mut new) = (old.stream(path)?, new.stream(path)?);
    let (mut one, mut two) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    let fill = |reader: &mut dyn Read, buffer: &mut [u8]| -> std::io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match reader.read(rest)? {
                0 => break,
                read => filled += read,
            }
        }
        Ok(filled)
    };
    loop {
        let (first, second) = (fill(&mut old, &mut one)?, fill(&mut new, &mut two)?);
        if first != second || one.get(..first) != two.get(..second) {
            return Ok(false);
        }
        if first == 0 {
            return Ok(true);
        }
    }
}

fn unified(old: &Bundle, new: &Bundle, path: &[u8], longest: u64) -> Result<Option<String>, BundleError> {
    if longest > TEXT {
        return Ok(None);
    }
    let (before, after) = (old.read(path)?, new.read(path)?);
    let texts = std::str::from_utf8(&before).ok().zip(std::str::from_utf8(&after).ok());
    Ok(texts.filter(|(before, after)| !before.contains('\0') && !after.contains('\0')).map(
        |(before, after)| TextDiff::from_lines(before, after).unified_diff().context_radius(3).to_string(),
    ))
}
