//! How commands show plans, files and sizes.

use std::fmt::Write as _;
use std::path::Path;

use rustle_build::Prepared;

/// A length in bytes, as people read it: `1.2 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// A count with its noun: `1 task`, `2 tasks`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A path as a shell's command line holds it: quoted if it has to be.
pub fn in_shell(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.into_owned(),
        false => quoted(&text),
    }
}

/// A word as a POSIX shell takes it, whatever is in it.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What was prepared, in a few lines.
pub fn summary(prepared: &Prepared) -> String {
    let mut text = String::new();
    let length: u64 = prepared.files.iter().map(|(_, length)| length).sum();
    let files = match prepared.files.len() {
        0 => "the plan alone".to_owned(),
        number => format!("the plan and {} of {}", count(number, "file"), size(length)),
    };
    let _ = writeln!(text, "  digest   {}", prepared.digest);
    let _ = writeln!(text, "  bundle   {}: {files}", size(prepared.bundle.length().unwrap_or(0)));
    let _ = writeln!(text, "  modules  {}", prepared.modules.join(", "));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_a_shell() {
        let shown = |path: &str| in_shell(Path::new(path));
        assert_eq!(shown("/srv/web-1/a.b"), "/srv/web-1/a.b");
        assert_eq!(shown("/a b/$x"), "'/a b/$x'");
        assert_eq!(shown("/it's"), r"'/it'\''s'");
        assert_eq!(shown("~web"), "'~web'");
    }

    #[test]
    fn sizes_and_counts() {
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_500), "1.5 kB");
        assert_eq!(size(2_400_000), "2.4 MB");
        assert_eq!(count(1, "task"), "1 task");
        assert_eq!(count(0, "task"), "0 tasks");
    }
}
