//! [`FakeRun`]: a run without a runner.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_schema::worker::Snapshot;
use rustle_template::{Engine, FileKind, Options, Variable, World};
use rustle_value::{Map, Value};

use super::Scratch;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::module::{EntryKind, FolderEntry, Run};

/// A run without a runner: files in a folder of its own, and variables. Templates are rendered by the engine that runners
/// have.
///
/// ```
/// use rustle_runtime::prelude::*;
/// use rustle_runtime::template::Options;
/// use rustle_runtime::testing::FakeRun;
///
/// let run = FakeRun::new().with_template("app.conf.j2", "port = {{ port }}\n").with_variable("port", 80);
/// let path = run.find_file("app.conf.j2", FileKind::Templates)?;
/// let text = String::from_utf8(run.read_file(path.as_ref())?.to_vec())?;
/// assert_eq!(run.render(&text, &Options::file(), &Map::new())?, "port = 80\n");
/// assert_eq!(run.variable("port")?, Some(Value::Int(80)));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FakeRun {
    scratch: Scratch,
    variables: Map,
    context: Context,
}

impl FakeRun {
    /// A run without files and variables, in which nothing is special.
    pub fn new() -> FakeRun {
        FakeRun::default()
    }

    /// With a file in `files/`.
    #[must_use]
    pub fn with_file(self, name: &str, content: impl AsRef<[u8]>) -> FakeRun {
        self.with_source(FileKind::Files, name, content)
    }

    /// With a file in `templates/`.
    #[must_use]
    pub fn with_template(self, name: &str, content: impl AsRef<[u8]>) -> FakeRun {
        self.with_source(FileKind::Templates, name, content)
    }

    /// With a file in `vars/`.
    #[must_use]
    pub fn with_vars_file(self, name: &str, content: impl AsRef<[u8]>) -> FakeRun {
        self.with_source(FileKind::Vars, name, content)
    }

    fn with_source(self, kind: FileKind, name: &str, content: impl AsRef<[u8]>) -> FakeRun {
        self.scratch.write(Path::new(folder(kind)).join(name), content);
        self
    }

    /// With a variable; templates may stand in it.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: impl Into<Value>) -> FakeRun {
        self.variables.insert(name, value);
        self
    }

    /// In check mode, or not.
    #[must_use]
    pub fn check_mode(self, check: bool) -> FakeRun {
        self.in_context(|snapshot| snapshot.check = check)
    }

    /// In diff mode, or not.
    #[must_use]
    pub fn diff_mode(self, diff: bool) -> FakeRun {
        self.in_context(|snapshot| snapshot.diff = diff)
    }

    /// With an environment variable for the programs that the module starts.
    #[must_use]
    pub fn with_environment(self, name: &str, value: &str) -> FakeRun {
        self.in_context(|snapshot| drop(snapshot.environment.insert(name.to_owned(), value.to_owned())))
    }

    /// With other surroundings.
    #[must_use]
    pub fn in_context(mut self, change: impl FnOnce(&mut Snapshot)) -> FakeRun {
        let mut snapshot = self.context.snapshot().clone();
        change(&mut snapshot);
        self.context = Context::new(snapshot);
        self
    }
}

/// What templates see: the files and variables of a run.
struct FakeWorld<'a> {
    run: &'a FakeRun,
    variables: Map,
}

impl FakeRun {
    fn world(&self, vars: &Map) -> FakeWorld<'_> {
        let mut variables = self.variables.clone();
        variables.extend_from(vars);
        FakeWorld { run: self, variables }
    }
}

impl World for FakeWorld<'_> {
    fn variable(&self, name: &str) -> Option<Variable> {
        World::variable(&self.variables, name)
    }

    fn variable_names(&self) -> Vec<Arc<str>> {
        self.variables.variable_names()
    }

    fn find_file(&self, name: &str, kind: FileKind) -> io::Result<String> {
        self.run.find_file(name, kind).map_err(|error| io::Error::new(io::ErrorKind::NotFound, error))
    }

    fn read_file(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        Ok(std::fs::read(path)?.into())
    }

    fn glob(&self, pattern: &str) -> Vec<String> {
        self.variables.glob(pattern)
    }

    fn run(&self, command: &str) -> io::Result<Vec<u8>> {
        self.variables.run(command)
    }

    fn env(&self, name: &str) -> Option<String> {
        self.run.context.environment().get(name).cloned().or_else(|| std::env::var(name).ok())
    }
}

fn folder(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Files => "files",
        FileKind::Templates => "templates",
        FileKind::Vars => "vars",
        FileKind::Tasks => "tasks",
    }
}

impl Run for FakeRun {
    fn find_file(&self, name: &str, kind: FileKind) -> Result<String> {
        let places = [self.scratch.path(Path::new(folder(kind)).join(name)), self.scratch.path(name)];
        let found = places.iter().find(|path| path.exists());
        found.map(|path| path.display().to_string()).ok_or_else(|| {
            let searched = places.map(|path| format!("\t{}", path.display())).join("\n");
            Error::new(format!("Could not find or access '{name}'\nSearched in:\n{searched}"))
        })
    }

    fn read_file(&self, path: &Path) -> Result<Arc<[u8]>> {
        self.context.read(path)
    }

    fn list_folder(&self, path: &Path) -> Result<Vec<FolderEntry>> {
        let mut entries = Vec::new();
        list(path, Path::new(""), &mut entries)?;
        Ok(entries)
    }

    fn render(&self, text: &str, options: &Options, vars: &Map) -> Result<String> {
        let world = self.world(vars);
        let engine = Engine::new();
        let template = engine.template(text, options).map_err(|error| Error::new(error.message))?;
        engine.render_text(&template, &world).map_err(|error| Error::new(error.message()))
    }

    fn variable(&self, name: &str) -> Result<Option<Value>> {
        let Some(value) = self.variables.get(name) else { return Ok(None) };
        let resolved = Engine::new().resolve(value, &self.world(&Map::new()));
        resolved.map(Some).map_err(|error| Error::new(error.message()))
    }

    fn context(&self) -> &Context {
        &self.context
    }
}

/// Everything below `folder`, whose own name is `name`, sorted; folders come before what is in them.
fn list(folder: &Path, name: &Path, out: &mut Vec<FolderEntry>) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mut entries = std::fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path: PathBuf = name.join(entry.file_name());
        let metadata = entry.metadata()?;
        let kind = if metadata.is_dir() {
            EntryKind::Folder
        } else if metadata.is_symlink() {
            EntryKind::Link(std::fs::read_link(entry.path())?)
        } else {
            EntryKind::File
        };
        let is_folder = kind == EntryKind::Folder;
        out.push(FolderEntry { path: path.clone(), kind, mode: metadata.permissions().mode() & 0o7777 });
        if is_folder {
            list(&entry.path(), &path, out)?;
        }
    }
    Ok(())
}
