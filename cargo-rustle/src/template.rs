//! The template of a runner's crate: the one that this program carries, or a folder of the same shape that
//! `RUSTLE_TEMPLATE_DIR` names.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};
use walkdir::WalkDir;

use crate::failure::{Context, Failure, Result};

/// Every file of it is a link into `runner-template`, which is a crate that builds and runs. Cargo leaves out folders that
/// hold a Cargo.toml, so that one has another name.
static CARRIED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/template");

/// The manifest's name in the template that is carried.
const MANIFEST: &str = "Cargo.toml.in";

/// The folder of the example playbook.
pub const EXAMPLE: &str = "playbook";

/// The environment variable with the folder of another template.
pub const VARIABLE: &str = "RUSTLE_TEMPLATE_DIR";

/// A template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// The one that this program carries.
    Carried,
    /// The folder of a crate.
    Folder(PathBuf),
}

impl Template {
    /// The template that the environment names, or the one that is carried.
    ///
    /// # Errors
    /// If the folder that is named is no crate.
    pub fn chosen() -> Result<Template> {
        match std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
            None => Ok(Template::Carried),
            Some(folder) => Template::of(Path::new(&folder)),
        }
    }

    fn of(folder: &Path) -> Result<Template> {
        match folder.join("Cargo.toml").is_file() {
            true => Ok(Template::Folder(folder.to_owned())),
            false => Err(Failure::new(format!("{VARIABLE}: {} holds no Cargo.toml", folder.display()))
                .help("a template is the crate of a runner: Cargo.toml, build.rs, src/main.rs, rustle.toml, playbook/")),
        }
    }

    /// The text of its Cargo.toml.
    ///
    /// # Errors
    /// If there is none, or it is not UTF-8.
    pub fn manifest(&self) -> Result<Cow<'static, str>> {
        match self {
            Template::Carried => self.text(MANIFEST),
            Template::Folder(_) => self.text("Cargo.toml"),
        }
    }

    /// The text of the file `name`.
    ///
    /// # Errors
    /// If there is none, or it is not UTF-8.
    pub fn text(&self, name: &str) -> Result<Cow<'static, str>> {
        match self {
            Template::Carried => {
                let found = CARRIED.get_file(name).and_then(include_dir::File::contents_utf8);
                found.map(Cow::Borrowed).ok_or_else(|| Failure::new(format!("the template lacks `{name}`")))
            }
            Template::Folder(folder) => {
                let path = folder.join(name);
                fs::read_to_string(&path).map(Cow::Owned).context(path.display())
            }
        }
    }

    /// The files of the example playbook: paths in the crate, and contents.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn example(&self) -> Result<Vec<(PathBuf, Cow<'static, [u8]>)>> {
        match self {
            Template::Carried => Ok(CARRIED.get_dir(EXAMPLE).map(files_of).unwrap_or_default()),
            Template::Folder(folder) => {
                let mut files = Vec::new();
                for entry in WalkDir::new(folder.join(EXAMPLE)).sort_by_file_name() {
                    let entry = entry.context(folder.display())?;
                    if let (true, Ok(path)) = (entry.file_type().is_file(), entry.path().strip_prefix(folder))
                    {
                        let content = fs::read(entry.path()).context(entry.path().display())?;
                        files.push((path.to_owned(), Cow::Owned(content)));
                    }
                }
                Ok(files)
            }
        }
    }
}

fn files_of(dir: &'static Dir<'static>) -> Vec<(PathBuf, Cow<'static, [u8]>)> {
    let mut files = Vec::new();
    for entry in dir.entries() {
        match entry {
            DirEntry::File(file) => files.push((file.path().to_owned(), Cow::Borrowed(file.contents()))),
            DirEntry::Dir(dir) => files.extend(files_of(dir)),
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_that_is_carried_is_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runner-template");
        let folder = Template::of(&folder).unwrap();
        let sorted = |template: &Template| {
            let mut files = template.example().unwrap();
            files.sort();
            files
        };
        assert_eq!(sorted(&Template::Carried), sorted(&folder));
        assert_eq!(Template::Carried.manifest().unwrap(), folder.manifest().unwrap());
        for name in ["build.rs", "src/main.rs", "rustle.toml"] {
            assert_eq!(Template::Carried.text(name).unwrap(), folder.text(name).unwrap());
        }
    }

    #[test]
    fn what_is_no_crate_is_no_template() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Template::of(folder.path()).is_err());
        assert!(Template::Folder(folder.path().to_owned()).text("build.rs").is_err());
    }
}
