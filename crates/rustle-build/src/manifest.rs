//! A runner's Cargo.toml, as far as the build needs it: which crates it depends on.

use std::path::Path;

use rustle_playbook::Problem;
use toml::{Table, Value};

/// What a Cargo.toml says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// `[package] name`.
    pub package: String,
    /// Whether Cargo takes profiles from it: it is the root of its workspace.
    pub is_root: bool,
    /// `[profile.release]`.
    pub release: Table,
    dependencies: Vec<Dependency>,
}

/// One dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name.
    pub package: String,
    /// How Rust code names the crate.
    pub extern_name: String,
}

impl Manifest {
    /// Reads the Cargo.toml in `folder`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn load(folder: &Path) -> Result<Manifest, Box<Problem>> {
        let refuse =
            |why: String| Box::new(Problem::error("manifest", format!("Cargo.toml cannot be read: {why}")));
        let text =
            std::fs::read_to_string(folder.join("Cargo.toml")).map_err(|error| refuse(error.to_string()))?;
        Manifest::parse(&text).map_err(refuse)
    }

    /// Reads the text of a Cargo.toml.
    ///
    /// # Errors
    /// If it is no TOML.
    pub fn parse(text: &str) -> Result<Manifest, String> {
        let manifest: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let package = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
        let mut dependencies = Vec::new();
        let mut add = |table: Option<&Value>| {
            for (key, value) in table.and_then(Value::as_table).into_iter().flatten() {
                let package = value.get("package").and_then(Value::as_str).unwrap_or(key);
                let optional = value.get("optional").and_then(Value::as_bool).unwrap_or_default();
                if !optional {
                    let (package, extern_name) = (package.to_owned(), key.replace('-', "_"));
                    dependencies.push(Dependency { package, extern_name });
                }
            }
        };
        add(manifest.get("dependencies"));
        for target in manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values) {
            add(target.get("dependencies"));
        }
        let release = manifest.get("profile").and_then(|profiles| profiles.get("release"));
        Ok(Manifest {
            package: package.unwrap_or_default().to_owned(),
            is_root: manifest.contains_key("workspace"),
            release: release.and_then(Value::as_table).cloned().unwrap_or_default(),
            dependencies,
        })
    }

    /// The dependency on `package`, under whatever name. An optional one does not count: it may not be linked.
    pub fn dependency(&self, package: &str) -> Option<&Dependency> {
        self.dependencies.iter().find(|it| it.package == package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_under_any_name() {
        let manifest = Manifest::parse(
            r#"
            [package]
            name = "web"
            [dependencies]
            rustle-module-file = "0.1.0"
            vhost = { package = "acme-vhost", path = "../x" }
            extra.workspace = true
            maybe = { version = "1", optional = true }
            [target.'cfg(unix)'.dependencies]
            unix-only = "1"
            [build-dependencies]
            rustle-build = "0.1.0"
            "#,
        )
        .unwrap();
        let name = |package: &str| manifest.dependency(package).map(|it| it.extern_name.as_str());
        assert_eq!(manifest.package, "web");
        assert_eq!(name("rustle-module-file"), Some("rustle_module_file"));
        assert_eq!(name("acme-vhost"), Some("vhost"));
        assert_eq!(name("extra"), Some("extra"));
        assert_eq!(name("unix-only"), Some("unix_only"));
        assert_eq!((name("maybe"), name("rustle-build"), name("vhost")), (None, None, None));
    }

    #[test]
    fn bad_toml_is_refused() {
        assert!(Manifest::parse("[package").is_err());
    }
}
