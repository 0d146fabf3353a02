//! All that templates know of variables, files and processes.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustle_value::Value;

/// A variable as it is stored.
#[derive(Clone, Debug)]
pub enum Variable {
    /// A finished value: a fact, a registered result. It is used as it is.
    Plain(Value),
    /// A value from the playbook, in which [`Value::Template`]s may stand anywhere; each is rendered when it is reached.
    Templated(Value),
}

/// Where a relative file name is looked for, as Ansible does: the role's folder of that name, then the playbook's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `files/`, as for `copy` and `lookup('file')`.
    Files,
    /// `templates/`, as for `template` and `lookup('template')`.
    Templates,
    /// `vars/`, as for `include_vars`.
    Vars,
    /// `tasks/`, as for `include_tasks`.
    Tasks,
}

/// What surrounds an evaluation.
pub trait World {
    /// The variable called `name`.
    fn variable(&self, name: &str) -> Option<Variable>;

    /// The names of all variables, in no order.
    fn variable_names(&self) -> Vec<Arc<str>>;

    /// The absolute name of the file that `name` stands for: in the bundle (below
    /// `/@bundle`), or on the host.
    ///
    /// # Errors
    /// If it does not exist anywhere; the error names every place searched.
    fn find_file(&self, name: &str, kind: FileKind) -> io::Result<String>;

    /// The content of a file that [`World::find_file`] found.
    ///
    /// # Errors
    /// If it cannot be read.
    fn read_file(&self, path: &Path) -> io::Result<Arc<[u8]>>;

    /// The files that match a glob pattern (`fileglob`), sorted.
    fn glob(&self, pattern: &str) -> Vec<String>;

    /// Runs a shell command and returns its standard output (`lookup('pipe')`).
    ///
    /// # Errors
    /// If it cannot be started or exits with another code than 0.
    fn run(&self, command: &str) -> io::Result<Vec<u8>>;

    /// An environment variable of the runner.
    fn env(&self, name: &str) -> Option<String>;

    /// The hosts of the inventory that `pattern` means, in order (`inventory_hostnames`).
    ///
    /// # Errors
    /// If it is no pattern.
    fn hosts(&self, pattern: &str) -> Result<Vec<String>, String> {
        let _ = pattern;
        Ok(Vec::new())
    }

    /// The sealed secret called `name`, in which templates may stand (`rustle.secret`).
    fn secret(&self, _name: &str) -> Option<Value> {
        None
    }

    /// Tells the user something that is no error.
    fn warn(&self, _message: &str) {}
}

/// A world of variables alone: each value of the dictionary is a variable, in which templates may stand. There are no files.
impl World for rustle_value::Map {
    fn variable(&self, name: &str) -> Option<Variable> {
        self.get(name).cloned().map(Variable::Templated)
    }

    fn variable_names(&self) -> Vec<Arc<str>> {
        self.keys().filter_map(|key| key.as_str().map(Arc::from)).collect()
    }

    fn find_file(&self, name: &str, _kind: FileKind) -> io::Result<String> {
        Err(io::Error::new(io::ErrorKind::NotFound, format!("Could not find or access '{name}'")))
    }

    fn read_file(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        Err(io::Error::new(io::ErrorKind::NotFound, format!("Could not find or access '{}'", path.display())))
    }

    fn glob(&self, _pattern: &str) -> Vec<String> {
        Vec::new()
    }

    fn run(&self, command: &str) -> io::Result<Vec<u8>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, format!("`{command}` cannot be run here")))
    }

    fn env(&self, _name: &str) -> Option<String> {
        None
    }
}
