//! Whether the manifest of a package and its Cargo.toml say the same: runners read the one, Cargo the other.

use std::path::Path;

use rustle_package::Tree;
use rustle_playbook::Problem;
use rustle_schema::package::manifest::PackageManifest;
use toml::Value;

use super::build_script;
use super::written::{Written, package_key};
use crate::packages::manifest::rust_version;

/// What is looked at together.
pub(super) struct Package<'a> {
    pub(super) folder: &'a Path,
    pub(super) manifest: &'a PackageManifest,
    /// `module.toml`, where that is the manifest.
    pub(super) module: Option<&'a Written>,
    pub(super) cargo: &'a Written,
    pub(super) tree: &'a Tree,
}

/// Everything in which the two do not agree, and what Cargo.toml and build.rs need so that runners find the modules.
pub(super) fn check(package: &Package<'_>) -> Vec<Problem> {
    let mut problems = names(package);
    problems.extend(licence(package));
    problems.extend(description(package));
    problems.extend(rust(package));
    problems.extend(tells_runners(package));
    problems
}

impl Package<'_> {
    /// What `[package]` of Cargo.toml says, inherited or not.
    fn key(&self, key: &str) -> Option<Value> {
        package_key(self.cargo, self.folder, key)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.key(key).and_then(|value| value.as_str().map(str::to_owned))
    }

    /// The problem at a key of the manifest; at none if the manifest is JSON or derived.
    pub(super) fn in_manifest(&self, problem: Problem, path: &[&str]) -> Problem {
        match self.module {
            Some(module) => module.mark(problem, path),
            None => problem,
        }
    }

    fn in_cargo(&self, problem: Problem, key: &str) -> Problem {
        self.cargo.mark(problem, &["package", key])
    }
}

fn names(package: &Package<'_>) -> Vec<Problem> {
    let manifest = package.manifest;
    let mut problems = Vec::new();
    let name = package.text("name").unwrap_or_default();
    if name != manifest.id.crate_name() {
        let message = format!("the crate of `{}` is called `{name}`", manifest.id);
        let help = format!("call it `{}`: its id with hyphens for dots", manifest.id.crate_name());
        problems.push(package.in_cargo(Problem::error("manifest-name", message).with_help(help), "name"));
    }
    let version = package.text("version").unwrap_or_else(|| "0.0.0".to_owned());
    if version != manifest.version.to_string() {
        let message = format!(
            "`{}` has version {}, and its crate has version {version}",
            manifest.id, manifest.version
        );
        let problem =
            Problem::error("manifest-version", message).with_help("they are one version: change either");
        problems.push(package.in_cargo(package.in_manifest(problem, &["version"]), "version"));
    }
    problems
}

fn licence(package: &Package<'_>) -> Option<Problem> {
    let (ours, cargos) = (package.manifest.license.as_deref(), package.text("license"));
    match (ours, cargos.as_deref()) {
        (None, None) => {
            let problem =
                Problem::warning("manifest-license", "nothing says what the licence of the package is");
            let help =
                "`license = \"MIT OR Apache-2.0\"`: an SPDX expression; many policies refuse what has none";
            Some(package.in_manifest(problem.with_help(help), &["id"]))
        }
        (Some(ours), Some(cargos)) if ours != cargos => {
            let message = format!("the manifest says `{ours}`, and Cargo.toml says `{cargos}`");
            Some(package.in_cargo(Problem::error("manifest-license", message), "license"))
        }
        (Some(text), _) | (None, Some(text)) => spdx::Expression::parse(text).err().map(|error| {
            let message = format!("`{text}` is no SPDX expression: {}", error.reason);
            let problem = Problem::error("license", message)
                .with_help("like `MIT OR Apache-2.0`; `LicenseRef-name` stands for a text of your own");
            if ours.is_some() {
                package.in_manifest(problem, &["license"])
            } else {
                package.in_cargo(problem, "license")
            }
        }),
    }
}

fn description(package: &Package<'_>) -> Option<Problem> {
    let said = !package.manifest.description.trim().is_empty() || package.text("description").is_some();
    let problem = || Problem::warning("manifest-description", "nothing says what the package is for");
    (!said).then(|| package.in_manifest(problem().with_help("`description = \"One sentence\"`"), &["id"]))
}

fn rust(package: &Package<'_>) -> Option<Problem> {
    let ours = package.manifest.requirements.rust_version.as_ref()?;
    let cargos = package.text("rust-version");
    match cargos.as_deref().and_then(rust_version) {
        Some(cargos) if cargos == *ours => None,
        cargos => {
            let says = cargos.map_or("nothing".to_owned(), |cargos| format!("{cargos}"));
            let message =
                format!("the manifest needs Rust {ours}, and `rust-version` of Cargo.toml says {says}");
            Some(package.in_cargo(Problem::warning("manifest-rust-version", message), "rust-version"))
        }
    }
}

/// `links`, and the lines in build.rs.
fn tells_runners(package: &Package<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let links = package.manifest.id.links();
    let help = "runners learn by that line that the crate has modules, and Cargo refuses two versions of it";
    match package.text("links") {
        Some(said) if said == links => {}
        Some(said) => {
            let message = format!("`links` should be \"{links}\", and is \"{said}\"");
            let problem = Problem::error("module-links", message).with_help(help);
            problems.push(package.in_cargo(problem, "links"));
        }
        None => {
            let message = format!("Cargo.toml has no `links = \"{links}\"`");
            let problem = Problem::error("module-links", message).with_help(help);
            problems.push(package.in_cargo(problem, "links"));
        }
    }
    let script = match package.key("build") {
        Some(Value::String(path)) => path,
        Some(Value::Boolean(false)) => String::new(),
        _ => "build.rs".to_owned(),
    };
    let text = package.tree.get(&script).map(|text| String::from_utf8_lossy(text).into_owned());
    let missing = build_script::missing(text.as_deref().unwrap_or_default());
    if !missing.is_empty() {
        let message = match &text {
            Some(_) => format!("{script} does not print `cargo::metadata={}=…`", missing.join("=…` and `")),
            None => "there is no build script that tells runners where the sources are".to_owned(),
        };
        let problem = Problem::error("module-build-script", message)
            .with_help("`cargo rustle module new` writes the two lines that it needs");
        problems.push(package.in_cargo(problem, "build"));
    }
    problems
}
