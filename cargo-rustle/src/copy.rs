//! Copies trees: a playbook into a project, the sources of a project into another.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::failure::{Context, Failure, Result};

/// Folders that belong to tools and not to a playbook.
const FOREIGN: [&str; 8] =
    [".git", ".hg", ".svn", ".venv", "__pycache__", "node_modules", "target", ".pytest_cache"];

/// Folders that belong to version control and not to a package.
const HISTORY: [&str; 3] = [".git", ".hg", ".svn"];

/// What caches put into their folders, Cargo's `target` among them: <https://bford.info/cachedir/>.
const CACHE: &str = "CACHEDIR.TAG";

/// More than this is hardly a playbook: the folder probably holds other things too.
const MOST_FILES: usize = 20_000;
const MOST_BYTES: u64 = 1 << 30;

/// Copies all that lies in a playbook's folder `from` to `to`, except what belongs to version control and the like, and `to`
/// itself.
///
/// # Errors
/// If there is far more than a playbook needs, or something cannot be copied.
pub fn tree(from: &Path, to: &Path) -> Result<()> {
    let foreign = |entry: &DirEntry| FOREIGN.iter().any(|name| entry.file_name() == *name);
    copied(from, to, foreign, "`--reference` leaves the playbook where it is")
}

/// Copies the sources in the folder `from` to `to`: all but version control, caches such as Cargo's `target`, and `to`
/// itself. A module may have any name, `target` too.
///
/// # Errors
/// If there is far more than sources are, or something cannot be copied.
pub fn sources(from: &Path, to: &Path) -> Result<()> {
    let foreign = |entry: &DirEntry| {
        HISTORY.iter().any(|name| entry.file_name() == *name) || entry.path().join(CACHE).exists()
    };
    copied(from, to, foreign, "what is no source of the package should lie elsewhere")
}

/// Copies all in `from` except the folders that are `foreign`, and `to` itself.
fn copied(from: &Path, to: &Path, foreign: impl Fn(&DirEntry) -> bool, help: &str) -> Result<()> {
    let own = to.canonicalize().unwrap_or_else(|_| to.to_owned());
    let wanted = |entry: &DirEntry| {
        let foreign = entry.depth() > 0 && entry.file_type().is_dir() && foreign(entry);
        !foreign && entry.path() != own
    };
    let entries = WalkDir::new(from).sort_by_file_name().into_iter().filter_entry(wanted);
    let entries: Vec<DirEntry> = entries.collect::<std::result::Result<_, _>>().context(from.display())?;
    let bytes: u64 = entries.iter().filter_map(|entry| entry.metadata().ok()).map(|it| it.len()).sum();
    if entries.len() > MOST_FILES || bytes > MOST_BYTES {
        let message = format!("{} holds {} files of {} MiB", from.display(), entries.len(), bytes >> 20);
        return Err(Failure::new(message).help(help));
    }
    for entry in entries {
        let Ok(relative) = entry.path().strip_prefix(from) else { continue };
        let target: PathBuf = to.join(relative);
        let kind = entry.file_type();
        if kind.is_dir() {
            fs::create_dir_all(&target).context(target.display())?;
        } else if kind.is_symlink() {
            link(entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).context(target.display())?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    let target = fs::read_link(from).context(from.display())?;
    std::os::unix::fs::symlink(target, to).context(to.display())
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).context(to.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playbook_is_copied_without_what_is_not_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("ops");
        for name in ["site.yml", "roles/web/tasks/main.yml", ".git/config", "venv.txt", "out/target/x"] {
            let path = from.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        // The project lies in the playbook's folder.
        let to = from.join("runner/playbook");
        fs::create_dir_all(&to).unwrap();
        tree(&from, &to).unwrap();
        assert_eq!(
            fs::read_to_string(to.join("roles/web/tasks/main.yml")).unwrap(),
            "roles/web/tasks/main.yml"
        );
        assert!(to.join("site.yml").exists() && to.join("venv.txt").exists());
        assert!(!to.join(".git").exists() && !to.join("out/target").exists());
        assert!(!to.join("runner/playbook/site.yml").exists());
    }
    #[test]
    fn sources_are_copied_whatever_they_are_called() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("acme");
        let names = ["src/target/mod.rs", "src/node_modules/x.js", ".git/config", "target/debug/x"];
        for name in names.iter().chain(&["target/CACHEDIR.TAG"]) {
            let path = from.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let to = folder.path().join("copy");
        sources(&from, &to).unwrap();
        assert_eq!(names.map(|name| to.join(name).exists()), [true, true, false, false]);
        assert!(!to.join("target").exists());
    }
}
