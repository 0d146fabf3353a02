//! The `tempfile` module.

use std::ffi::OsString;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustle_runtime::fs::{info, os_error};
use rustle_runtime::prelude::*;

/// How many random characters a name has.
const RANDOM: usize = 8;

/// The characters of a random name.
const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// How often another name is tried.
const ATTEMPTS: usize = 10_000;

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum State {
    /// A file.
    File,
    /// A folder.
    Directory,
}

/// Makes a temporary file or folder, which only its owner can read. Nobody removes it: that is a task of yours.
///
/// # Examples
/// ```yaml
/// - name: A place to build in
///   tempfile:
///     state: directory
///     suffix: build
///   register: place
///
/// - name: Cleans up
///   file:
///     path: "{{ place.path }}"
///     state: absent
/// ```
///
/// # Returns
/// - `path` (str): what was made
#[rustle_module(
    name = "tempfile",
    check_mode = "none",
    diff_mode = "none",
    effects = ["writes:file"],
    permissions = ["fs:read", "fs:write", "env:read"],
)]
#[derive(Debug)]
pub struct TempFile {
    /// What is made.
    #[arg(default = "file")]
    state: State,
    /// The folder it is made in; by default that of the system, which `TMPDIR` names.
    path: Option<PathBuf>,
    /// How its name begins.
    #[arg(default = "ansible.")]
    prefix: String,
    /// How its name ends.
    #[arg(default = "")]
    suffix: String,
}

impl Module for TempFile {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        for (what, part) in [("prefix", &self.prefix), ("suffix", &self.suffix)] {
            if part.contains('/') {
                let part = os_error::quoted(Path::new(part));
                return Err(Error::new(format!("{what} must be a valid file name component, got {part}")));
            }
        }
        let folder = match &self.path {
            Some(path) => path.clone(),
            None => default_folder(ctx),
        };
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        for _ in 0..ATTEMPTS {
            let path = folder.join(format!("{}{}{}", self.prefix, random(), self.suffix));
            match self.make(&path) {
                Ok(()) => {
                    let outcome = Outcome::changed().with("path", info::text(&path));
                    return Ok(info::described(outcome, &path));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::new(os_error::with_path(&error, &path))),
            }
        }
        Err(Error::new("No usable temporary file name found"))
    }
}

impl TempFile {
    fn make(&self, path: &Path) -> io::Result<()> {
        match self.state {
            State::File => {
                std::fs::File::options().write(true).create_new(true).mode(0o600).open(path).map(drop)
            }
            State::Directory => std::fs::DirBuilder::new().mode(0o700).create(path),
        }
    }
}

/// The folder for temporary files, as the task's environment names it.
fn default_folder(ctx: &Context) -> PathBuf {
    let named = ["TMPDIR", "TEMP", "TMP"].iter().find_map(|name| {
        let of_task = ctx.environment().get(*name).map(OsString::from);
        of_task.or_else(|| std::env::var_os(name)).filter(|it| !it.is_empty())
    });
    let named = named.map(PathBuf::from).filter(|path| path.is_dir());
    named.unwrap_or_else(|| PathBuf::from("/tmp"))
}

/// Random characters for a name.
fn random() -> String {
    let mut bits = RandomState::new().hash_one(std::process::id());
    let mut name = String::with_capacity(RANDOM);
    for _ in 0..RANDOM {
        let letter = LETTERS.get((bits % 36) as usize).copied().unwrap_or(b'_');
        name.push(char::from(letter));
        bits /= 36;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_runtime::testing::{self, Scratch, args};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn files_and_folders_are_made_for_their_owner_alone() {
        let scratch = Scratch::new();
        let folder = scratch.folder().display().to_string();
        for (state, mode) in [("file", 0o600), ("directory", 0o700)] {
            let args = args! { "path": folder.as_str(), "state": state, "prefix": "p.", "suffix": ".s" };
            let outcome = testing::apply::<TempFile>(args.clone());
            let path = outcome.data.get("path").unwrap().to_string();
            let name = Path::new(&path).file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with("p.") && name.ends_with(".s") && name.len() == RANDOM + 4, "{name}");
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
            assert_eq!(outcome.data.get("state"), Some(&Value::from(state)));
            assert_ne!(testing::apply::<TempFile>(args).data.get("path").unwrap().to_string(), path);
        }
    }

    #[test]
    fn what_cannot_be_made() {
        assert_eq!(
            testing::fails::<TempFile>(args! { "prefix": "a/b" }),
            "prefix must be a valid file name component, got 'a/b'"
        );
        let message = testing::fails::<TempFile>(args! { "path": "/nonexistent/folder" });
        assert!(
            message.starts_with("[Errno 2] No such file or directory: '/nonexistent/folder/ansible."),
            "{message}"
        );
    }
}
