//! `creates` and `removes`: whether a program need not run.

use std::path::{Component, Path, PathBuf};

use rustle_runtime::prelude::*;

/// Why a program need not run.
#[derive(Debug, PartialEq, Eq)]
pub struct Needless {
    /// The path that exists, or does not.
    pub path: String,
    /// `exists` or `does not exist`.
    pub why: &'static str,
}

/// Looks at `creates` and `removes`, which may be glob patterns, relative to `folder`.
///
/// # Errors
/// If a pattern is none.
pub fn needless(
    creates: Option<&Path>,
    removes: Option<&Path>,
    folder: Option<&Path>,
) -> Result<Option<Needless>> {
    let told = |path: &Path, why| Some(Needless { path: path.display().to_string(), why });
    match (creates, removes) {
        (Some(path), _) if any_exists(path, folder)? => Ok(told(path, "exists")),
        (_, Some(path)) if !any_exists(path, folder)? => Ok(told(path, "does not exist")),
        _ => Ok(None),
    }
}

/// Whether something exists that a pattern matches. A link counts even if what it points to is gone.
fn any_exists(pattern: &Path, folder: Option<&Path>) -> Result<bool> {
    let text = pattern.to_string_lossy();
    if !text.contains(['*', '?', '[']) {
        let path = folder.map_or_else(|| PathBuf::from(pattern), |folder| folder.join(pattern));
        return Ok(path.symlink_metadata().is_ok());
    }
    let full = match folder {
        Some(folder) if pattern.is_relative() => {
            format!("{}/{text}", glob::Pattern::escape(&folder.to_string_lossy()))
        }
        _ => text.into_owned(),
    };
    // As in Python, `**` is but a `*`, and what begins with a dot has to be named with it.
    let full = full.replace("**", "*");
    let dotted = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
    let named = |found: &Path| {
        let mut parts = Path::new(&full).components().zip(found.components());
        parts.all(|(pattern, part)| !dotted(part) || dotted(pattern))
    };
    Ok(glob::glob(&full).context(&full)?.flatten().any(|found| named(&found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_names_are_relative_to_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let exists = |creates: &str| needless(Some(Path::new(creates)), None, Some(folder)).unwrap();
        assert_eq!(exists("Cargo.toml").unwrap().why, "exists");
        assert_eq!(exists("src/gua*.rs").unwrap().path, "src/gua*.rs");
        assert_eq!(exists("src/*.c"), None);
        assert_eq!(exists("**/nothing-of-this-name/*"), None);
        let scratch = rustle_runtime::testing::Scratch::new();
        scratch.write("a/b/file", "");
        scratch.write("a/.hidden", "");
        let below = |creates: &str| needless(Some(Path::new(creates)), None, Some(scratch.folder())).unwrap();
        assert_eq!((below("**/file"), below("a/*den")), (None, None));
        assert!(below("**/b/file").is_some() && below("a/.hid*").is_some());
        let removes = needless(None, Some(Path::new("nope")), Some(folder)).unwrap();
        assert_eq!(removes.unwrap().why, "does not exist");
    }
}
