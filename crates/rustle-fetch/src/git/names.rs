//! Names in a tree, and the tricks that are played with them.

/// What is wrong with the name of a file or folder, if anything is.
///
/// A name has to be the same one on every file system; in particular it may be `.git` on none.
pub(super) fn check(name: &[u8]) -> Result<&str, &'static str> {
    let name = std::str::from_utf8(name).map_err(|_| "its name is not UTF-8")?;
    if name.is_empty() || name == "." || name == ".." {
        return Err("its name is no name");
    }
    if name.chars().any(|c| c == '/' || c == '\\' || c.is_control()) {
        return Err("its name has a separator or a control character in it");
    }
    if let [letter, b':', ..] = name.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return Err("its name begins with a drive");
    }
    if is_git(name) {
        return Err("its name is git's own, here or on another file system");
    }
    Ok(name)
}

/// Whether some file system takes this for `.git`.
fn is_git(name: &str) -> bool {
    let folded: String = name.chars().filter(|c| !is_ignored(*c)).flat_map(char::to_lowercase).collect();
    // The dot above, and the dot missing, of Turkish.
    let folded: String =
        folded.chars().filter(|c| *c != '\u{307}').map(|c| if c == 'ı' { 'i' } else { c }).collect();
    // NTFS: streams after a colon; dots and spaces at the end do not count.
    let stem = folded.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']);
    stem == ".git" || stem.strip_prefix("git~").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Characters that HFS+ does not see in names.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{200b}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names() {
        for name in
            ["a", "Cargo.toml", ".gitignore", ".github", ".gitmodules", "git", "é", "-rf", "ab:c", "git~x"]
        {
            assert_eq!(check(name.as_bytes()), Ok(name));
        }
    }

    #[test]
    fn tricks() {
        for name in [
            "",
            ".",
            "..",
            "a/b",
            "/etc",
            "a\\b",
            "a\0b",
            "a\nb",
            "C:",
            "c:x",
            ".git",
            ".GIT",
            ".Git",
            ".git.",
            ".git ",
            ".git . .",
            "git~1",
            "GIT~1",
            "git~42",
            ".git::$INDEX_ALLOCATION",
            ".git:x",
            ".g\u{200c}it",
            "\u{feff}.git",
            ".gİt",
            ".gıt",
            ".gi\u{206a}t",
        ] {
            assert!(check(name.as_bytes()).is_err(), "{name:?}");
        }
        assert!(check(b"\xff").is_err());
    }
}
