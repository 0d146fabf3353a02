//! Where the files of modules are, in the sense of the language.

use std::path::{Path, PathBuf};

use super::sources::Sources;

/// Where files of modules are looked for.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder of the file.
    folder: PathBuf,
    /// The folder in which the files of its modules stand.
    base: PathBuf,
    /// Whether it is a module inside braces.
    inline: bool,
}

impl Place {
    /// That of a crate that begins in the file `root`.
    pub fn of_root(root: &Path) -> Place {
        let home = folder_of(root);
        Place { folder: home.clone(), base: home, inline: false }
    }

    /// That of the module `name` in braces; `written` is what `#[path]` says.
    #[must_use]
    pub fn inside(&self, name: &str, written: Option<&Path>) -> Place {
        let base = self.base.join(written.unwrap_or(Path::new(name)));
        Place { base, inline: true, ..self.clone() }
    }

    /// The file of the module `name`, and where the files of its own modules stand.
    pub fn find(&self, sources: &Sources, name: &str, written: Option<&Path>) -> Option<(PathBuf, Place)> {
        if let Some(written) = written {
            let path = if self.inline { self.base.join(written) } else { self.folder.join(written) };
            let folder = folder_of(&path);
            let inner = Place { base: folder.clone(), folder, inline: false };
            return sources.has(&path).then_some((path, inner));
        }
        let flat = self.base.join(format!("{name}.rs"));
        let nested = self.base.join(name).join("mod.rs");
        let path = [flat, nested].into_iter().find(|path| sources.has(path))?;
        let inner = Place { folder: folder_of(&path), base: self.base.join(name), inline: false };
        Some((path, inner))
    }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}
