//! Copies a playbook's tree into a project.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::failure::{Context, Failure, Result};

/// Folders that belong to tools and not to a playbook.
const FOREIGN: [&str; 8] =
    [".git", ".hg", ".svn", ".venv", "__pycache__", "node_modules", "target", ".pytest_cache"];

/// More than this is hardly a playbook: the folder probably holds other things too.
const MOST_FILES: usize = 20_000;
const MOST_BYTES: u64 = 1 << 30;

/// Copies all that lies in the folder `from` to `to`, except what belongs to version control and the like, and `to` itself.
///
/// # Errors
/// If there is far more than a playbook needs, or something cannot be copied.
pub fn tree(from: &Path, to: &Path) -> Result<()> {
    let own = to.canonicalize().unwrap_or_else(|_| to.to_owned());
    let wanted = |entry: &DirEntry| {
        let foreign = entry.file_type().is_dir() && FOREIGN.iter().any(|name| entry.file_name() == *name);
        !(entry.depth() > 0 && foreign) && entry.path() != own
    };
    let entries = WalkDir::new(from).sort_by_file_name().into_iter().filter_entry(wanted);
    let entries: Vec<DirEntry> = entries.collect::<std::result::Result<_, _>>().context(from.display())?;
    let bytes: u64 = entries.iter().filter_map(|entry| entry.metadata().ok()).map(|it| it.len()).sum();
    if entries.len() > MOST_FILES || bytes > MOST_BYTES {
        let message = format!("{} holds {} files of {} MiB", from.display(), entries.len(), bytes >> 20);
        return Err(Failure::new(message).help("`--reference` leaves the playbook where it is"));
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
}
