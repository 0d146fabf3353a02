//! Copies trees: a playbook into a project, the sources of a project into another.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::failure::{Context, Failure, Result};

/// Folders that belong to version control and not to a package.
const HISTORY: [&str; 3] = [".git", ".hg", ".svn"];

/// What caches put into their folders, Cargo's `target` among them: <https://bford.info/cachedir/>.
const CACHE: &str = "CACHEDIR.TAG";

/// Folders below which everything is what tasks bring to hosts.
const PAYLOAD: [&str; 2] = ["files", "templates"];

/// Folders in which names are the playbook's own: of roles, groups and hosts.
const NAMED: [&str; 3] = ["roles", "group_vars", "host_vars"];

/// More than this is hardly a playbook: the folder probably holds other things too.
const MOST_FILES: usize = 20_000;
const MOST_BYTES: u64 = 1 << 30;

/// Copies all that lies in a playbook's folder `from` to `to`, except what belongs to version control and to tools, and `to`
/// itself. Gives the folders of tools that were left out, as seen from `from`.
///
/// # Errors
/// If there is far more than a playbook needs, or something cannot be copied.
pub fn tree(from: &Path, to: &Path) -> Result<Vec<PathBuf>> {
    let mut left_out = Vec::new();
    let foreign = |entry: &DirEntry| {
        let within = entry.path().strip_prefix(from).unwrap_or(entry.path());
        let of_tool = is_of_tool(entry.path(), within);
        if of_tool {
            left_out.push(within.to_owned());
        }
        of_tool || is_history(entry)
    };
    copied(from, to, foreign, "`--reference` leaves the playbook where it is")?;
    Ok(left_out)
}

/// Whether a folder belongs to a tool and not to the playbook: by its name, and by a sign of the tool, as a role or a file's
/// folder may have any name.
fn is_of_tool(path: &Path, within: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match &*name {
        "target" | ".pytest_cache" => path.join(CACHE).exists(),
        ".venv" => path.join("pyvenv.cfg").exists(),
        "__pycache__" | "node_modules" => {
            let above = within.parent().unwrap_or(Path::new(""));
            let parent = path.parent().and_then(Path::file_name).unwrap_or_default();
            let payload = above.components().any(|part| PAYLOAD.iter().any(|it| part.as_os_str() == *it));
            !payload && !NAMED.iter().any(|it| parent == *it)
        }
        _ => false,
    }
}

fn is_history(entry: &DirEntry) -> bool {
    HISTORY.iter().any(|name| entry.file_name() == *name)
}

/// Copies the sources in the folder `from` to `to`: all but version control, caches such as Cargo's `target`, and `to`
/// itself. A module may have any name, `target` too.
///
/// # Errors
/// If there is far more than sources are, or something cannot be copied.
pub fn sources(from: &Path, to: &Path) -> Result<()> {
    let foreign = |entry: &DirEntry| is_history(entry) || entry.path().join(CACHE).exists();
    copied(from, to, foreign, "what is no source of the package should lie elsewhere")
}

/// Copies all in `from` except the folders that are `foreign`, and `to` itself.
fn copied(from: &Path, to: &Path, mut foreign: impl FnMut(&DirEntry) -> bool, help: &str) -> Result<()> {
    let own = made_for(to, from);
    let wanted = |entry: &DirEntry| {
        if entry.path() == own {
            return false;
        }
        entry.depth() == 0 || !entry.file_type().is_dir() || !foreign(entry)
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

/// The outermost folder within `from` that holds nothing but the way to `to`: a crate in the playbook's folder is no part of
/// the playbook.
fn made_for(to: &Path, from: &Path) -> PathBuf {
    // `to` itself need not be there yet.
    let parent = to.parent().and_then(|parent| parent.canonicalize().ok());
    let mut own = match (parent, to.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => to.to_owned(),
    };
    while let Some(parent) = own.parent().filter(|parent| *parent != from && parent.starts_with(from)) {
        let Ok(mut entries) = fs::read_dir(parent) else { break };
        if !entries.all(|entry| entry.is_ok_and(|entry| entry.path() == own)) {
            break;
        }
        own = parent.to_owned();
    }
    own
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
        for name in
            ["site.yml", "roles/web/tasks/main.yml", ".git/config", "venv.txt", "out/target/CACHEDIR.TAG"]
        {
            let path = from.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        // The project lies in the playbook's folder.
        let to = from.join("runner/playbook");
        fs::create_dir_all(&to).unwrap();
        assert_eq!(tree(&from, &to).unwrap(), [Path::new("out/target")]);
        assert_eq!(
            fs::read_to_string(to.join("roles/web/tasks/main.yml")).unwrap(),
            "roles/web/tasks/main.yml"
        );
        assert!(to.join("site.yml").exists() && to.join("venv.txt").exists());
        assert!(!to.join(".git").exists() && !to.join("out/target").exists());
        assert!(!to.join("runner").exists());
    }

    #[test]
    fn a_playbook_keeps_what_is_only_called_like_a_tools_folder() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("ops");
        let kept = [
            "roles/target/tasks/main.yml",
            "roles/node_modules/tasks/main.yml",
            "roles/web/files/__pycache__/a",
            "files/target/a",
            "files/node_modules/a",
            "templates/app/node_modules/a",
            "host_vars/node_modules/a.yml",
            ".venv/a",
        ];
        let left = ["app/node_modules/x.js", "library/__pycache__/x.pyc", "venvs/.venv/pyvenv.cfg"];
        for name in kept.iter().chain(&left) {
            let path = from.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let to = folder.path().join("copy");
        let told = tree(&from, &to).unwrap();
        assert_eq!(told, ["app/node_modules", "library/__pycache__", "venvs/.venv"].map(PathBuf::from));
        assert_eq!(kept.map(|name| to.join(name).exists()), [true; 8]);
        assert_eq!(left.map(|name| to.join(name).exists()), [false; 3]);
    }

    #[test]
    fn a_folder_with_the_crate_in_it_is_the_playbooks_if_it_holds_more() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().canonicalize().unwrap();
        let to = from.join("a/crate/playbook");
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        assert_eq!(made_for(&to, &from), from.join("a"));
        fs::write(from.join("a/vars.yml"), "").unwrap();
        assert_eq!(made_for(&to, &from), from.join("a/crate"));
        assert_eq!(made_for(&from.join("playbook"), &from), from.join("playbook"));
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
