//! The packages that a project has by path, and those that they have by path in turn.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use toml_edit::{DocumentMut, Table, TableLike, value};

use super::put;
use crate::commands::relative;
use crate::copy;
use crate::failure::{Context, Failure, Result};

/// What became of the paths in a Cargo.toml.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// The folders of the project that it names: they come along.
    pub(super) inside: Vec<PathBuf>,
    /// Whether a path in it is another one now.
    changed: bool,
}

/// Makes the relative paths in `manifest`, which is that of the folder `package` of the project, hold in `folder`, which
/// the ejected project will be. What lies in the project comes along, so that its path stays.
pub(super) fn moved(manifest: &mut DocumentMut, package: &Path, project: &Path, folder: &Path) -> Moved {
    let mut moved = Moved::default();
    for table in dependency_tables(manifest.as_table_mut()) {
        for (_, dependency) in table.iter_mut() {
            let path = dependency.as_table_like_mut().and_then(|it| it.get_mut("path"));
            let Some(path) = path else { continue };
            let Some(written) = path.as_str().map(PathBuf::from).filter(|path| path.is_relative()) else {
                continue;
            };
            match within(package, &written) {
                Some(inside) if inside.as_os_str().is_empty() => {}
                Some(inside) => moved.inside.push(inside),
                None => {
                    let there = project.join(package).join(&written);
                    let there = there.canonicalize().unwrap_or(there);
                    *path = value(relative(&folder.join(package), &there));
                    moved.changed = true;
                }
            }
        }
    }
    moved.inside.sort();
    moved.inside.dedup();
    moved
}

/// The path `written` in the Cargo.toml of `package`, from the project's folder on; `None` if it leads out of that.
fn within(package: &Path, written: &Path) -> Option<PathBuf> {
    let mut parts: Vec<&OsStr> = Vec::new();
    for part in package.components().chain(written.components()) {
        match part {
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.iter().collect())
}

/// Copies the packages in the folders `first` of the project, and those in the project that they need, into `to`, which will
/// become `folder`.
///
/// # Errors
/// If a package is missing, has a Cargo.toml that is none or that takes something from the project's workspace, or cannot be
/// copied.
pub(super) fn copy(first: &[PathBuf], project: &Path, to: &Path, folder: &Path) -> Result<()> {
    let mut packages: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
    let mut left = first.to_vec();
    while let Some(package) = left.pop() {
        if packages.contains_key(&package) {
            continue;
        }
        let path = project.join(&package).join("Cargo.toml");
        // What is for tests alone need not be there: a package from elsewhere has what it was published with.
        if !first.contains(&package) && !path.exists() {
            continue;
        }
        let mut manifest = read(&path)?;
        match workspace(&package, project)? {
            Some(workspace) => left.push(workspace),
            None => refuse_inherited(&manifest, &package.join("Cargo.toml"))?,
        }
        let moved = moved(&mut manifest, &package, project, folder);
        left.extend(moved.inside);
        packages.insert(package, moved.changed.then(|| manifest.to_string()));
    }
    // What lies in another package comes with that.
    let mut copied: Vec<&Path> = Vec::new();
    for package in packages.keys() {
        if !copied.iter().any(|above| package.starts_with(above)) {
            copy::sources(&project.join(package), &to.join(package))?;
            copied.push(package);
        }
    }
    for (package, manifest) in &packages {
        let Some(text) = manifest else { continue };
        let path = to.join(package).join("Cargo.toml");
        // It may be one that cannot be written to, as the one that it is a copy of.
        fs::remove_file(&path).context(path.display())?;
        put(&path, text.as_bytes())?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<DocumentMut> {
    let text = fs::read_to_string(path).context(path.display())?;
    text.parse().context(path.display())
}

/// The folder of the workspace that `package` is or lies in, if that is not the project's.
fn workspace(package: &Path, project: &Path) -> Result<Option<PathBuf>> {
    for folder in package.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
        let path = project.join(folder).join("Cargo.toml");
        if path.exists() && read(&path)?.contains_key("workspace") {
            return Ok(Some(folder.to_owned()));
        }
    }
    Ok(None)
}

/// Every table of dependencies, those of targets, of a workspace and of `[patch]` among them.
fn dependency_tables(manifest: &mut Table) -> Vec<&mut dyn TableLike> {
    const KINDS: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];
    let mut tables: Vec<&mut dyn TableLike> = Vec::new();
    for (key, item) in manifest.iter_mut() {
        let Some(table) = item.as_table_like_mut() else { continue };
        match key.get() {
            kind if KINDS.contains(&kind) => tables.push(table),
            "workspace" => tables.extend(table.get_mut("dependencies").and_then(|it| it.as_table_like_mut())),
            "target" => {
                for (_, target) in table.iter_mut() {
                    let Some(target) = target.as_table_like_mut() else { continue };
                    let kinds = target.iter_mut().filter(|(key, _)| KINDS.contains(&key.get()));
                    tables.extend(kinds.filter_map(|(_, it)| it.as_table_like_mut()));
                }
            }
            "patch" => tables.extend(table.iter_mut().filter_map(|(_, it)| it.as_table_like_mut())),
            _ => {}
        }
    }
    tables
}

/// Refuses a Cargo.toml that needs a workspace.
///
/// # Errors
/// If it takes something from one; the error calls it `shown`.
pub(super) fn refuse_inherited(manifest: &DocumentMut, shown: &Path) -> Result<()> {
    match inherited(manifest.as_table(), &mut Vec::new()) {
        Some(key) => {
            let shown = shown.display();
            Err(Failure::new(format!("{shown} takes `{key}` from its workspace, which stays behind"))
                .help(format!("say in {shown} itself what it takes, and eject again")))
        }
        None => Ok(()),
    }
}

/// A key that is taken from a workspace, if there is one.
fn inherited(table: &dyn TableLike, above: &mut Vec<String>) -> Option<String> {
    for (key, item) in table.iter() {
        if key == "workspace" && item.as_bool() == Some(true) {
            return Some(above.join("."));
        }
        let Some(table) = item.as_table_like() else { continue };
        above.push(key.to_owned());
        if let Some(found) = inherited(table, above) {
            return Some(found);
        }
        above.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_packages_come_along() {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| put(&home.path().join(name), text.as_bytes()).unwrap();
        let a = "[dependencies]\nb = { path = \"../b\" }\ngone = { path = \"gone\" }\nfar = { path = \"../../../far\" }\n[target.x.build-dependencies]\nin = { path = \"in\" }\n";
        write("web/own/a/Cargo.toml", a);
        write("web/own/a/src/target/mod.rs", "");
        write("web/own/a/in/Cargo.toml", "[dependencies]\nfar = { path = \"../../../../far\" }\n");
        write("web/own/b/Cargo.toml", "[dev-dependencies]\na = { path = \"../a\" }\n");
        write("far/Cargo.toml", "");
        let (project, to) = (home.path().join("web"), home.path().join("partial"));
        let folder = home.path().join("out/of/here");
        copy(&["own/a".into()], &project, &to, &folder).unwrap();
        let text = |name: &str| fs::read_to_string(to.join(name)).unwrap();
        assert_eq!(text("own/a/Cargo.toml"), a.replace("../../../far", "../../../../../far"));
        assert!(text("own/a/in/Cargo.toml").contains("\"../../../../../../far\""));
        assert!(text("own/b/Cargo.toml").contains("../a") && to.join("own/a/src/target/mod.rs").exists());

        write("web/own/b/Cargo.toml", "[package]\nversion.workspace = true\n");
        let Err(Failure::Message(message, _)) = copy(&["own/a".into()], &project, &to, &folder) else {
            panic!("it was copied")
        };
        let wanted = "own/b/Cargo.toml takes `package.version` from its workspace, which stays behind";
        assert_eq!(message, wanted);
        // A workspace of their own comes along.
        write("web/own/Cargo.toml", "[workspace.dependencies]\nc = { path = \"c\" }\n");
        write("web/own/c/Cargo.toml", "");
        copy(&["own/a".into()], &project, &to, &folder).unwrap();
        assert!(text("own/Cargo.toml").contains("[workspace.") && to.join("own/c/Cargo.toml").exists());
    }
}
