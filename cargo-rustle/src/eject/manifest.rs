//! Cargo.toml of an ejected runner: the project's own, without a build script, and with `rustle-pack`.

use std::path::{Component, Path, PathBuf};

use rustle_build::profiles::Profile;
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use crate::commands::relative;
use crate::failure::{Context, Failure, Result};
use crate::rustle_source::RustleSource;
use crate::{generate, profile};

/// The crate that packs the bundle.
const PACK: &str = "rustle-pack";

/// A Cargo.toml that is ejected.
pub(super) struct Manifest<'a> {
    pub(super) text: &'a str,
    pub(super) profile: Profile,
    pub(super) source: &'a RustleSource,
}

impl Manifest<'_> {
    /// The text for an ejected runner in `folder`, and the folders of the project that it names: they come along.
    ///
    /// # Errors
    /// If the text is no TOML, or takes something from a workspace.
    pub(super) fn ejected(&self, project: Option<&Path>, folder: &Path) -> Result<(String, Vec<PathBuf>)> {
        let text = generate::add_packages(self.text, &[PACK.to_owned()], self.source)?;
        let mut manifest: DocumentMut = text.parse().context("Cargo.toml")?;
        if let Some(key) = inherited(manifest.as_table(), &mut Vec::new()) {
            return Err(Failure::new(format!(
                "Cargo.toml takes `{key}` from its workspace, which stays behind"
            ))
            .help("say in Cargo.toml itself what it takes, and eject again"));
        }
        for key in ["build-dependencies", "dev-dependencies", "test", "bench", "example"] {
            manifest.remove(key);
        }
        if let Some(package) = manifest.get_mut("package").and_then(Item::as_table_like_mut) {
            for key in ["build", "links", "workspace"] {
                package.remove(key);
            }
        }
        // What is said of build scripts is said of nothing here.
        let release = manifest.get_mut("profile").and_then(|it| it.get_mut("release"));
        if let Some(release) = release.and_then(Item::as_table_like_mut) {
            release.remove("build-override");
        }
        if manifest.trailing().as_str().is_some_and(|text| text.contains("build-override")) {
            manifest.set_trailing("");
        }
        let mut inside = Vec::new();
        if let Some(project) = project {
            for table in dependency_tables(manifest.as_table_mut()) {
                for (_, dependency) in table.iter_mut() {
                    if let Some(path) = dependency.as_table_like_mut().and_then(|it| it.get_mut("path")) {
                        moved(path, project, folder, &mut inside);
                    }
                }
            }
        }
        // It stands alone, wherever it lies.
        let alone = match manifest.remove("workspace") {
            Some(Item::Table(table)) => {
                let mut alone = Table::new();
                *alone.decor_mut() = table.decor().clone();
                alone
            }
            _ => Table::new(),
        };
        manifest.insert("workspace", Item::Table(alone));
        inside.sort();
        inside.dedup();
        Ok((profile::applied(&manifest.to_string(), self.profile)?, inside))
    }
}

/// Every table of dependencies, those of targets and of `[patch]` among them.
fn dependency_tables(manifest: &mut Table) -> Vec<&mut dyn TableLike> {
    let mut tables: Vec<&mut dyn TableLike> = Vec::new();
    for (key, item) in manifest.iter_mut() {
        let Some(table) = item.as_table_like_mut() else { continue };
        match key.get() {
            "dependencies" => tables.push(table),
            "target" => {
                for (_, target) in table.iter_mut() {
                    let found = target.as_table_like_mut().and_then(|it| it.get_mut("dependencies"));
                    tables.extend(found.and_then(Item::as_table_like_mut));
                }
            }
            "patch" => tables.extend(table.iter_mut().filter_map(|(_, it)| it.as_table_like_mut())),
            _ => {}
        }
    }
    tables
}

/// Makes a relative path one that holds in `folder`. What lies in the project comes along, so that its path stays.
fn moved(path: &mut Item, project: &Path, folder: &Path, inside: &mut Vec<PathBuf>) {
    let Some(written) = path.as_str().map(PathBuf::from).filter(|path| path.is_relative()) else { return };
    let leaves = written.components().any(|part| part == Component::ParentDir);
    if leaves {
        let there = project.join(&written);
        let there = there.canonicalize().unwrap_or(there);
        *path = value(relative(folder, &there));
    } else {
        inside.push(written);
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

    fn ejected(text: &str) -> Result<(String, Vec<PathBuf>)> {
        let source = RustleSource::Version("0.1.0".into());
        let manifest = Manifest { text, profile: Profile::Speed, source: &source };
        let home = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let path = home.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            path
        };
        folder("near");
        manifest.ejected(Some(&folder("web")), &folder("out/web"))
    }

    #[test]
    fn a_build_script_stays_behind() {
        let (text, inside) = ejected(
            r#"[package]
name = "web"
build = "build.rs"

[dependencies]
rustle-runtime = "0.1.0"
# Ours.
acme = { path = ".rustle/modules/acme", version = "1" }
near = { path = "../near" }

[build-dependencies]
rustle-build = "0.1.0"

[workspace]
members = ["x"]
"#,
        )
        .unwrap();
        let parsed: toml::Table = text.parse().unwrap();
        assert_eq!(parsed["dependencies"]["rustle-pack"].as_str(), Some("0.1.0"));
        assert_eq!(parsed["dependencies"]["near"]["path"].as_str(), Some("../../near"));
        assert_eq!(parsed["profile"]["release"]["opt-level"].as_integer(), Some(3));
        assert!(parsed["workspace"].as_table().unwrap().is_empty());
        assert!(!text.contains("build") && text.contains("# Ours."), "{text}");
        assert_eq!(inside, [PathBuf::from(".rustle/modules/acme")]);
    }

    #[test]
    fn what_comes_from_a_workspace_is_refused() {
        let Err(Failure::Message(message, _)) = ejected("[dependencies]\nserde = { workspace = true }\n")
        else {
            panic!("it was ejected")
        };
        assert_eq!(message, "Cargo.toml takes `dependencies.serde` from its workspace, which stays behind");
    }
}
