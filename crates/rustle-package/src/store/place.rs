//! Where the store is, and where things lie in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Store, StoreError};
use crate::Digest;

/// The folder of the format. Another format would lie beside it.
const FORMAT: &str = "v1";

impl Store {
    /// The user's store: `$RUSTLE_CACHE`, else `$XDG_CACHE_HOME/rustle`, else `$HOME/.cache/rustle`.
    ///
    /// # Errors
    ///
    /// When none of the three is set.
    pub fn default_root() -> Result<PathBuf, StoreError> {
        root_from(|name| std::env::var_os(name))
    }

    /// The folder that the store was opened with.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn blobs(&self) -> PathBuf {
        self.root.join(FORMAT).join("blobs")
    }

    pub(super) fn blob(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        // A folder for each of 256 beginnings, so that none grows long.
        self.blobs().join(hex.get(..2).unwrap_or_default()).join(&hex)
    }

    pub(super) fn folder(&self, name: &str) -> PathBuf {
        self.root.join(FORMAT).join(name)
    }
}

fn root_from(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, StoreError> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(own) = set("RUSTLE_CACHE") {
        // Whoever asks from another folder later means the same store.
        return Ok(std::path::absolute(&own).unwrap_or(own));
    }
    // The XDG specification tells to pass over relative paths; a relative HOME is as wrong.
    let absolute = |name| set(name).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    cache.map(|cache| cache.join("rustle")).ok_or(StoreError::Homeless)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(set: &[(&str, &str)]) -> Result<PathBuf, StoreError> {
        root_from(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value)))
    }

    #[test]
    fn the_nearest_variable_wins() {
        let all = [("RUSTLE_CACHE", "/r"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(root(&all).unwrap(), Path::new("/r"));
        assert_eq!(root(&all[1..]).unwrap(), Path::new("/x/rustle"));
        assert_eq!(root(&all[2..]).unwrap(), Path::new("/h/.cache/rustle"));
        assert_eq!(
            root(&[("XDG_CACHE_HOME", "rel"), ("HOME", "/h")]).unwrap(),
            Path::new("/h/.cache/rustle")
        );
        assert!(root(&[("RUSTLE_CACHE", "rel")]).unwrap().is_absolute());
    }

    #[test]
    fn without_a_home_the_error_names_the_variable_to_set() {
        for set in [&[][..], &[("HOME", "")], &[("HOME", "relative")]] {
            let error = root(set).unwrap_err();
            assert_eq!(error.code(), "E-STORE-HOME");
            assert!(error.to_string().contains("RUSTLE_CACHE"), "{error}");
        }
    }
}
