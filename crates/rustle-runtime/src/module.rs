//! The interface of a module.

use std::path::Path;
use std::sync::Arc;

use rustle_schema::outcome::Outcome;
use rustle_template::{FileKind, Options};
use rustle_value::{Map, Value};

use crate::args::FromArgs;
use crate::context::Context;
use crate::error::{Error, Result};

/// A unit of work that a task names. The struct's fields are its arguments; `#[rustle_module]` registers it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no module yet",
    label = "write `impl Module for {Self}`: what shall it do?"
)]
pub trait Module: FromArgs {
    /// Runs before [`Module::apply`], in the runner itself, where variables and embedded files are at hand (`apply` may
    /// run in another process, as another user). It may replace arguments, or set those marked `#[arg(internal)]`: a
    /// file's name becomes the embedded file that it stands for, a template becomes its text.
    ///
    /// # Errors
    /// Whatever makes the task fail.
    fn prepare(args: &mut Map, run: &dyn Run) -> Result<()> {
        let _ = (args, run);
        Ok(())
    }

    /// Brings the host into the state that the arguments describe, and says what it did. In check mode it only says what
    /// it would do.
    ///
    /// # Errors
    /// Whatever makes the task fail.
    fn apply(&self, ctx: &Context) -> Result<Outcome>;
}

/// What [`Module::prepare`] sees of the run.
pub trait Run {
    /// The full name of the file that `name` stands for: below
    /// [`BUNDLE_ROOT`](rustle_schema::names::BUNDLE_ROOT) if it is embedded, else on the host.
    ///
    /// # Errors
    /// If there is none; the message names every place searched.
    fn find_file(&self, name: &str, kind: FileKind) -> Result<String>;

    /// The content of a file that [`Run::find_file`] found.
    ///
    /// # Errors
    /// If it cannot be read.
    fn read_file(&self, path: &Path) -> Result<Arc<[u8]>>;

    /// Everything below the folder `path` that [`Run::find_file`] found, by its name relative to it, sorted; folders
    /// come before what is in them.
    ///
    /// # Errors
    /// If it cannot be read.
    fn list_folder(&self, path: &Path) -> Result<Vec<FolderEntry>>;

    /// What the file or folder `path` is that [`Run::find_file`] found; its name is `path` itself.
    ///
    /// # Errors
    /// If it does not exist, or cannot be looked at.
    fn entry(&self, path: &Path) -> Result<FolderEntry> {
        let (folder, name) = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => (folder, Path::new(name)),
            _ => return Ok(FolderEntry { path: path.to_owned(), kind: EntryKind::Folder, mode: 0o755 }),
        };
        let found = self.list_folder(folder)?.into_iter().find(|entry| entry.path == name);
        let entry = found.ok_or_else(|| Error::new(format!("{} does not exist", path.display())))?;
        Ok(FolderEntry { path: path.to_owned(), ..entry })
    }

    /// Renders the text of a template; `vars` are seen before all other variables.
    ///
    /// # Errors
    /// If it does not parse or fails.
    fn render(&self, text: &str, options: &Options, vars: &Map) -> Result<String>;

    /// The value of a variable, rendered.
    ///
    /// # Errors
    /// If rendering fails.
    fn variable(&self, name: &str) -> Result<Option<Value>>;

    /// The names of the parameters that the role was given which the task is of: those beside the role's name.
    fn role_parameters(&self) -> Vec<String> {
        Vec::new()
    }

    /// What surrounds the application that follows.
    fn context(&self) -> &Context;
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// Its name relative to the folder.
    pub path: std::path::PathBuf,
    /// What it is.
    pub kind: EntryKind,
    /// Its mode, the permission bits alone.
    pub mode: u32,
}

/// What an entry of a folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, and where it points.
    Link(std::path::PathBuf),
}
