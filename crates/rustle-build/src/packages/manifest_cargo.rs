//! The manifest of a package without one: what its Cargo.toml tells.

use rustle_playbook::Problem;
use rustle_schema::package::ModuleId;
use rustle_schema::package::manifest::PackageManifest;
use semver::Version;

use super::manifest::{FILE_NAME, Files, rust_version};

/// What a bare crate's Cargo.toml tells. Which of its dependencies are modules it does not.
pub(super) fn derived(
    id: Option<&ModuleId>,
    files: Files<'_>,
    shown: &str,
    problems: &mut Vec<Problem>,
) -> Option<PackageManifest> {
    let mut refuse = |message: String| problems.push(Problem::error("module-manifest", message));
    let Some(text) = files("Cargo.toml") else {
        refuse(format!("there is neither {FILE_NAME} nor Cargo.toml in {}", shown.trim_end_matches('/')));
        return None;
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            let error: toml::de::Error = error;
            refuse(format!("{shown}Cargo.toml cannot be read: {}", error.message()));
            return None;
        }
    };
    let package = table.get("package").and_then(toml::Value::as_table)?;
    let workspace = table.get("workspace").and_then(|it| it.get("package"));
    let value = |key: &str| match package.get(key)? {
        toml::Value::Table(_) => workspace.and_then(|workspace| workspace.get(key)),
        value => Some(value),
    };
    let text = |key: &str| value(key).and_then(toml::Value::as_str);
    let name = text("name").unwrap_or_default();
    let Some(id) = id.cloned().or_else(|| ModuleId::of_crate(name)) else {
        refuse(format!(
            "`{name}` is the name of no package of modules: its id, with hyphens for dots, like `com-acme-vhost`"
        ));
        return None;
    };
    let version = text("version").and_then(|text| Version::parse(text).ok()).unwrap_or(Version::new(0, 0, 0));
    let mut manifest = PackageManifest::new(id, version);
    manifest.description = text("description").unwrap_or_default().to_owned();
    manifest.license = text("license").map(str::to_owned);
    manifest.requirements.rust_version = text("rust-version").and_then(rust_version);
    let list = |value: &toml::Value| -> Vec<String> {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    manifest.authors = value("authors").map(list).unwrap_or_default();
    for (name, enables) in table.get("features").and_then(toml::Value::as_table).into_iter().flatten() {
        manifest.features.insert(name.clone(), list(enables));
    }
    for key in ["repository", "homepage", "documentation"] {
        if let Some(text) = text(key) {
            manifest.metadata.insert(key.to_owned(), text.into());
        }
    }
    Some(manifest)
}
