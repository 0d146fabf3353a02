//! Cargo.toml of an ejected runner: the project's own, without a build script, and with `rustle-pack`.

use std::path::{Path, PathBuf};

use rustle_build::profiles::Profile;
use toml_edit::{DocumentMut, Item, Table};

use super::packages;
use crate::failure::{Context, Result};
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
        packages::refuse_inherited(&manifest, Path::new("Cargo.toml"))?;
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
        let inside =
            project.map(|project| packages::moved(&mut manifest, Path::new(""), project, folder).inside);
        let inside = inside.unwrap_or_default();
        // It stands alone, wherever it lies; what is no part of it stays none.
        let alone = match manifest.remove("workspace") {
            Some(Item::Table(mut table)) => {
                table.retain(|key, _| key == "exclude");
                table
            }
            _ => Table::new(),
        };
        manifest.insert("workspace", Item::Table(alone));
        Ok((profile::applied(&manifest.to_string(), self.profile)?, inside))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

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
exclude = [".rustle"]

[workspace.package]
version = "1.0.0"
"#,
        )
        .unwrap();
        let parsed: toml::Table = text.parse().unwrap();
        assert_eq!(parsed["dependencies"]["rustle-pack"].as_str(), Some("0.1.0"));
        assert_eq!(parsed["dependencies"]["near"]["path"].as_str(), Some("../../near"));
        assert_eq!(parsed["profile"]["release"]["opt-level"].as_integer(), Some(3));
        let workspace: Vec<&String> = parsed["workspace"].as_table().unwrap().keys().collect();
        assert_eq!(workspace, ["exclude"]);
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
