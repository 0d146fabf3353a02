//! [`Scratch`]: a folder of a test's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::Tree;

/// A folder of a test's own, which is removed with everything in it once nobody holds it any more.
///
/// ```
/// use rustle_runtime::testing::Scratch;
///
/// let scratch = Scratch::new();
/// scratch.write("etc/motd", "Welcome\n");
/// assert_eq!(scratch.read("etc/motd"), "Welcome\n");
/// assert!(scratch.path("etc").is_dir());
/// ```
#[derive(Clone, Debug)]
pub struct Scratch {
    folder: Arc<Folder>,
}

#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody is left who could be told.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Default for Scratch {
    fn default() -> Scratch {
        Scratch::new()
    }
}

impl Scratch {
    /// A new, empty folder below that for temporary files.
    ///
    /// # Panics
    /// If none can be made.
    pub fn new() -> Scratch {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let base = fs::canonicalize(std::env::temp_dir()).unwrap_or_else(|_| std::env::temp_dir());
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let folder = base.join(format!("rustle-test-{}-{number}", std::process::id()));
            match fs::create_dir(&folder) {
                Ok(()) => return Scratch { folder: Arc::new(Folder(folder)) },
                // Left behind by a process that had the same number.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => panic!("{}: {error}", folder.display()),
            }
        }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// The full name of what is called `name` in it, whether it exists or not.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file, and makes the folders that it stands in; its full name.
    ///
    /// # Panics
    /// If that cannot be done.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = made.and_then(|()| fs::write(&path, content)) {
            panic!("{}: {error}", path.display());
        }
        path
    }

    /// The text of a file.
    ///
    /// # Panics
    /// If it cannot be read, or is no text.
    pub fn read(&self, name: impl AsRef<Path>) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// What is in it now.
    pub fn snapshot(&self) -> Tree {
        Tree::of([self.folder()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_removed_with_its_last_holder() {
        let scratch = Scratch::new();
        let other = scratch.clone();
        let path = scratch.write("a/b", "x");
        drop(scratch);
        assert!(path.is_file());
        drop(other);
        assert!(!path.exists());
    }
}
