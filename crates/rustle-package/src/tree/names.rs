//! Which paths a package may hold, and which two of them are one on some file system.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use unicode_normalization::UnicodeNormalization as _;

use super::Refusal;
use crate::Limits;

/// The longest name that Linux's file systems keep, in bytes.
const LONGEST_NAME: usize = 255;

/// Files that are no part of a package wherever they lie: git's own, which `cargo vendor` drops, and the mark that cargo
/// leaves when it has unpacked a crate.
const NEVER: [&str; 4] = [".git", ".gitignore", ".gitattributes", ".cargo-ok"];

/// What is no part of a package if it lies in its root: what builds leave there, and what cargo adds while it packs,
/// unpacks or vendors.
const NEVER_IN_ROOT: [&str; 6] =
    ["target", ".rustle", "Cargo.lock", "Cargo.toml.orig", ".cargo_vcs_info.json", ".cargo-checksum.json"];

/// Whether a package leaves this path (relative to its root, with `/`) out.
///
/// What is left out is covered by no digest and no signature. No code of a package may read it: a check of
/// `include!` and `#[path]` asks here.
///
/// ```
/// use rustle_package::tree::is_left_out;
///
/// assert!(is_left_out(".git/HEAD") && is_left_out("src/.gitignore") && is_left_out("target/debug/x"));
/// assert!(!is_left_out("src/target/mod.rs") && !is_left_out("src/lib.rs.orig"));
/// ```
pub fn is_left_out(path: &str) -> bool {
    let root = path.split_once('/').map_or(path, |(first, _)| first);
    NEVER_IN_ROOT.contains(&root) || path.split('/').any(|name| NEVER.contains(&name))
}

/// Whether a package may hold this path.
///
/// # Errors
///
/// Paths that are empty, absolute, too long or too deep, that have `.`, `..` or empty parts, begin with a drive letter, or
/// hold backslashes or control characters.
pub fn check_path(path: &str, limits: &Limits) -> Result<(), Refusal> {
    if path.len() > limits.path {
        return Err(Refusal::Long(limits.path));
    }
    if path.is_empty() {
        return Err(Refusal::Path("the path is empty"));
    }
    if path.starts_with('/') {
        return Err(Refusal::Path("the path is absolute"));
    }
    if let [drive, b':', ..] = path.as_bytes()
        && drive.is_ascii_alphabetic()
    {
        return Err(Refusal::Path("the path begins with a drive letter"));
    }
    for character in path.chars() {
        match character {
            '\\' => return Err(Refusal::Path("the path holds a backslash")),
            '\0' => return Err(Refusal::Path("the path holds a NUL")),
            _ if character.is_control() => return Err(Refusal::Path("the path holds a control character")),
            _ => {}
        }
    }
    let mut depth = 0;
    for part in path.split('/') {
        depth += 1;
        match part {
            "" => return Err(Refusal::Path("the path has an empty part")),
            "." => return Err(Refusal::Path("the path has a part `.`")),
            ".." => return Err(Refusal::Path("the path has a part `..`")),
            _ if part.len() > LONGEST_NAME => return Err(Refusal::Path("a name is longer than 255 bytes")),
            _ => {}
        }
    }
    if depth > limits.depth { Err(Refusal::Deep(limits.depth)) } else { Ok(()) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    File,
    /// A folder that the archive names itself.
    Folder,
    /// A folder that is there because something lies in it.
    Parent,
}

/// The names of one package, by what file systems without case, or with Unicode's other forms, make of them.
#[derive(Debug, Default)]
pub(crate) struct Names {
    seen: HashMap<String, (String, Role)>,
}

impl Names {
    /// Adds a file.
    pub(crate) fn file(&mut self, path: &str) -> Result<(), Refusal> {
        self.add(path, Role::File)
    }

    /// Adds a folder that is named for itself.
    #[cfg_attr(not(feature = "archive"), allow(dead_code, reason = "only archives name folders"))]
    pub(crate) fn folder(&mut self, path: &str) -> Result<(), Refusal> {
        self.add(path, Role::Folder)
    }

    fn add(&mut self, path: &str, role: Role) -> Result<(), Refusal> {
        for (slash, _) in path.match_indices('/') {
            if let Some(parent) = path.get(..slash) {
                self.enter(parent, Role::Parent)?;
            }
        }
        self.enter(path, role)
    }

    fn enter(&mut self, path: &str, role: Role) -> Result<(), Refusal> {
        match self.seen.entry(folded(path)) {
            Entry::Vacant(vacant) => {
                vacant.insert((path.to_owned(), role));
                Ok(())
            }
            Entry::Occupied(mut occupied) => {
                let (other, before) = occupied.get_mut();
                let fits = match (*before, role) {
                    (Role::Parent, Role::Folder | Role::Parent) | (Role::Folder, Role::Parent) => {
                        other == path
                    }
                    _ => false,
                };
                if !fits {
                    return Err(Refusal::Duplicate(other.clone()));
                }
                if role == Role::Folder {
                    *before = Role::Folder;
                }
                Ok(())
            }
        }
    }
}

/// The form in which names are compared: decomposed, upper case, lower case (which unites `ß` with `ss`, `ς` with `σ`),
/// decomposed again.
fn folded(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    let upper = path.nfd().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).nfd().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_paths_pass() {
        for path in [
            "a",
            "src/lib.rs",
            "src/target/mod.rs",
            ".sqlx/q.json",
            "docs/é.md",
            "a..b/...",
            "Foo::Bar.3",
            "-rf",
        ] {
            assert_eq!(check_path(path, &Limits::default()), Ok(()), "{path}");
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        let long = "x".repeat(256);
        let odd = [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "a/../b",
            "a/..",
            ".",
            "./a",
            "a/./b",
            "a//b",
            "a/",
            "C:x",
            "c:/x",
            "C:\\x",
            "a\\b",
            "a\0b",
            "a\nb",
            "a\u{1b}[2J",
            "a\u{85}b",
            &long,
        ];
        for path in odd {
            let refusal = check_path(path, &Limits::default()).unwrap_err();
            assert_eq!(refusal.word(), "PATH", "{path:?}");
        }
    }

    #[test]
    fn length_and_depth_have_limits() {
        let limits = Limits::default();
        assert_eq!(check_path(&"a/".repeat(2048), &limits), Err(Refusal::Long(1024)));
        assert_eq!(check_path(&["a"; 33].join("/"), &limits), Err(Refusal::Deep(32)));
        assert_eq!(check_path(&["a"; 32].join("/"), &limits), Ok(()));
    }

    #[test]
    fn names_that_some_file_system_unites_are_one() {
        for (first, second) in [
            ("src/lib.rs", "src/lib.rs"),
            ("README.md", "readme.MD"),
            ("Src/a.rs", "src/b.rs"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("CAF\u{c9}", "cafe\u{301}"),
            ("stra\u{df}e", "STRASSE"),
            ("\u{3c3}", "\u{3c2}"),
            ("\u{fb01}x", "fix"),
            ("K", "\u{212a}"),
            ("a", "a/b"),
            ("a/b", "A"),
            ("a/\u{323}\u{307}", "a/\u{307}\u{323}"),
        ] {
            for (one, other) in [(first, second), (second, first)] {
                let mut names = Names::default();
                names.file(one).unwrap();
                assert_eq!(names.file(other).unwrap_err().word(), "DUPLICATE", "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn folders_may_be_named_once_beside_their_files() {
        let mut names = Names::default();
        names.folder("src").unwrap();
        names.file("src/a.rs").unwrap();
        names.file("tests/a.rs").unwrap();
        names.folder("tests").unwrap();
        names.file("src/b.rs").unwrap();
        assert_eq!(names.folder("src"), Err(Refusal::Duplicate("src".to_owned())));
        assert_eq!(names.folder("SRC"), Err(Refusal::Duplicate("src".to_owned())));
        assert_eq!(names.file("tests"), Err(Refusal::Duplicate("tests".to_owned())));
        assert_eq!(names.folder("src/a.rs"), Err(Refusal::Duplicate("src/a.rs".to_owned())));
    }
}
