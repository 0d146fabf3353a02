//! The line that says what a package is in the index of a registry, so that anybody can run one with files alone.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use rustle_schema::package::{ModuleId, Permission};
use serde_json::{Map, Value, json};

use super::{cargo, status};
use crate::failure::{Context, Failure, Result};

/// What Cargo does not know of the package.
#[derive(Debug)]
pub struct Package<'a> {
    /// The sha256 of its archive, in hexadecimal.
    pub cksum: &'a str,
    /// The packages of modules that it depends on: they come from the registry that has this line.
    pub modules: BTreeSet<&'a ModuleId>,
    /// What its modules may do.
    pub permissions: &'a BTreeSet<Permission>,
    /// The ids of the keys that signed it.
    pub signers: &'a BTreeSet<String>,
}

/// The line of the package whose files lie in `folder`, as they are packed.
///
/// # Errors
/// If Cargo cannot read them, and has said why.
pub fn of(folder: &Path, package: &Package<'_>) -> Result<Value> {
    let mut process = cargo(true);
    process
        .args(["metadata", "--no-deps", "--format-version=1", "--manifest-path"])
        .arg(folder.join("Cargo.toml"));
    let output = process.current_dir(folder).stderr(Stdio::inherit()).output().context("cargo metadata")?;
    if !output.status.success() {
        return Err(Failure::Child(status(output.status)));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    Ok(line(&metadata["packages"][0], package))
}

/// The line of a package that Cargo describes as `crate_`.
fn line(crate_: &Value, package: &Package<'_>) -> Value {
    let modules: BTreeSet<String> = package.modules.iter().map(|id| id.crate_name()).collect();
    let deps = crate_["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    let deps: Vec<Value> = deps.iter().map(|dep| dependency(dep, &modules)).collect();
    let mut line = Map::new();
    line.insert("name".into(), crate_["name"].clone());
    line.insert("vers".into(), crate_["version"].clone());
    line.insert("deps".into(), deps.into());
    line.insert("cksum".into(), package.cksum.into());
    let (plain, newer) = features(&crate_["features"]);
    line.insert("features".into(), plain.into());
    line.insert("yanked".into(), false.into());
    line.insert("links".into(), crate_["links"].clone());
    line.insert("rust_version".into(), crate_["rust_version"].clone());
    if !newer.is_empty() {
        // Words that old Cargos do not know stand apart, where those do not look.
        line.insert("features2".into(), newer.into());
        line.insert("v".into(), 2.into());
    }
    line.insert("rustle".into(), json!({"permissions": package.permissions, "signers": package.signers}));
    line.into()
}

fn dependency(dep: &Value, modules: &BTreeSet<String>) -> Value {
    let package = dep["name"].as_str().unwrap_or_default();
    let here = dep["rename"].as_str().unwrap_or(package);
    // Cargo takes what names no registry from the one that has the line: for modules that is meant, for others it is not.
    let at_home = modules.contains(package) && dep["registry"].is_null();
    let source = dep["source"].as_str().filter(|_| !at_home);
    let registry = source.map(|source| source.strip_prefix("registry+").unwrap_or(source));
    json!({
        "name": here,
        "req": dep["req"],
        "features": dep["features"],
        "optional": dep["optional"],
        "default_features": dep["uses_default_features"],
        "target": dep["target"],
        "kind": dep["kind"].as_str().unwrap_or("normal"),
        "registry": registry,
        "package": (here != package).then_some(package),
    })
}

/// The features that every Cargo reads, and those with words that came later.
fn features(features: &Value) -> (Map<String, Value>, Map<String, Value>) {
    let newer = |enables: &Value| {
        let words = enables.as_array().map(Vec::as_slice).unwrap_or_default();
        words.iter().filter_map(Value::as_str).any(|word| word.starts_with("dep:") || word.contains("?/"))
    };
    let all = features.as_object().cloned().unwrap_or_default();
    all.into_iter().partition(|(_, enables)| !newer(enables))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_says_is_what_an_index_says() {
        let dep = |name: &str, source: &str, more: Value| {
            let mut dep = json!({
                "name": name, "source": source, "req": "^1", "kind": null, "rename": null, "optional": false,
                "uses_default_features": true, "features": [], "target": null, "registry": null,
            });
            dep.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            dep
        };
        let described = json!({
            "name": "acme-greet", "version": "1.0.0", "links": "rustle_acme_greet", "rust_version": "1.85",
            "features": {"loud": ["acme-base/loud"], "tls": ["dep:rustls"]},
            "dependencies": [
                dep("acme-base", "registry+https://public.example.org/index", json!({})),
                dep("rustls", "registry+https://public.example.org/index", json!({"optional": true, "rename": "tls"})),
                dep("far", "sparse+https://far.example.org/", json!({"registry": "sparse+https://far.example.org/", "kind": "dev"})),
            ],
        });
        let base: ModuleId = "acme.base".parse().unwrap();
        let permissions = ["fs:write".parse().unwrap()].into();
        let signers = ["A7049664E29C9CCF".to_owned()].into();
        let package =
            Package { cksum: "00", modules: [&base].into(), permissions: &permissions, signers: &signers };
        let line = line(&described, &package);
        let keys: Vec<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "name",
                "vers",
                "deps",
                "cksum",
                "features",
                "yanked",
                "links",
                "rust_version",
                "features2",
                "v",
                "rustle"
            ]
        );
        let registries: Vec<&Value> =
            line["deps"].as_array().unwrap().iter().map(|dep| &dep["registry"]).collect();
        assert_eq!(
            registries,
            [
                &Value::Null,
                &json!("https://public.example.org/index"),
                &json!("sparse+https://far.example.org/")
            ]
        );
        assert_eq!(
            (&line["deps"][1]["name"], &line["deps"][1]["package"]),
            (&json!("tls"), &json!("rustls"))
        );
        assert_eq!((&line["deps"][2]["kind"], &line["deps"][0]["kind"]), (&json!("dev"), &json!("normal")));
        assert_eq!(line["features"], json!({"loud": ["acme-base/loud"]}));
        assert_eq!(line["features2"], json!({"tls": ["dep:rustls"]}));
        assert_eq!(line["rustle"], json!({"permissions": ["fs:write"], "signers": ["A7049664E29C9CCF"]}));
    }
}
