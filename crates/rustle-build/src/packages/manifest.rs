//! What a package says of itself: `module.toml`, one of its JSON forms, or what its Cargo.toml tells.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use rustle_playbook::{Location, Problem, SourceFile};
use rustle_schema::package::manifest::{Dependency, Export, Kind, Level, PackageManifest, SCHEMA};
use rustle_schema::package::{ModuleId, Permission};
use semver::Version;

use super::{manifest_cargo, manifest_json};
use crate::config::reader::Table;
use crate::diagnostics::any_error;
use crate::suggest;

/// The name of the manifest that authors write.
pub const FILE_NAME: &str = "module.toml";

/// The names of its JSON forms.
pub const JSON_NAMES: [&str; 2] = ["module.json", "manifest.json"];

/// The canonical one of them, which packing writes.
pub const CANONICAL: &str = "module.json";

/// Gives the text of a file of the package by its path, with slashes.
pub type Files<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The manifest of the package of `files`. `id` is what the project calls it; `shown` stands before names of files in
/// messages. Without any manifest it is what Cargo.toml tells.
pub fn of(
    id: Option<&ModuleId>,
    files: Files<'_>,
    shown: &str,
    problems: &mut Vec<Problem>,
) -> Option<PackageManifest> {
    let source = |name: &str, text: String| Arc::new(SourceFile { path: format!("{shown}{name}"), text });
    let manifest = if let Some(text) = files(FILE_NAME) {
        let manifest = read(&source(FILE_NAME, text), problems)?;
        problems.extend(files(CANONICAL).and_then(|json| differs(&manifest, &source(CANONICAL, json))));
        manifest
    } else if let Some((name, text)) = JSON_NAMES.iter().find_map(|name| Some((*name, files(name)?))) {
        manifest_json::read(&source(name, text), problems)?
    } else {
        manifest_cargo::derived(id, files, shown, problems)?
    };
    if let Some(id) = id.filter(|id| **id != manifest.id) {
        problems.push(
            Problem::error("module-id", format!("`{id}` calls itself `{}`", manifest.id))
                .with_help(format!("name it `{}` in `[modules]`, if that is the one you mean", manifest.id)),
        );
        return None;
    }
    Some(manifest)
}

/// A canonical form beside `module.toml` that says something else: what a registry shows would not be what is taken.
fn differs(manifest: &PackageManifest, json: &Arc<SourceFile>) -> Option<Problem> {
    let same = manifest_json::read(json, &mut Vec::new()).is_some_and(|canonical| canonical == *manifest);
    (!same).then(|| {
        let message = format!("{} says something else than {FILE_NAME}", json.path);
        Problem::error("manifest-json", message)
            .at(Location::new(json, 0..0))
            .with_help(format!("remove it: packing writes it anew from {FILE_NAME}"))
    })
}

/// Reads the text of a `module.toml`.
pub fn read(file: &Arc<SourceFile>, problems: &mut Vec<Problem>) -> Option<PackageManifest> {
    let before = problems.len();
    let mut table = Table::parse(file, problems)?;
    let whole = Location::new(file, 0..0);
    if let Some(schema) = table.integer("schema", 1..=i64::from(u32::MAX), problems)
        && schema != i64::from(SCHEMA)
    {
        let message = format!("the manifest has schema {schema}, and this Rustle reads schema {SCHEMA}");
        problems.push(Problem::error("module-manifest", message).at(whole));
        return None;
    }
    let id: Option<ModuleId> = needed(&mut table, "id", &whole, problems);
    let version: Option<Version> = needed(&mut table, "version", &whole, problems);
    // Without an id the rest is read all the same, for what is wrong with it.
    let mut manifest = PackageManifest::new(
        id.clone().or_else(|| ModuleId::of_crate("not-known"))?,
        version.clone().unwrap_or(Version::new(0, 0, 0)),
    );
    fill(&mut manifest, &mut table, problems);
    table.finish(problems);
    let good = !any_error(problems.get(before..).unwrap_or_default());
    (id.is_some() && version.is_some() && good).then_some(manifest)
}

fn fill(manifest: &mut PackageManifest, table: &mut Table<'_>, problems: &mut Vec<Problem>) {
    let kinds = [Kind::Native, Kind::Wasm, Kind::Exec, Kind::Ui];
    let levels = [Level::Isolated, Level::Sandboxed, Level::Trusted];
    manifest.kind = word(table, "kind", &kinds.map(|kind| (kind.word(), kind)), problems).unwrap_or_default();
    manifest.level =
        word(table, "level", &levels.map(|level| (level.word(), level)), problems).unwrap_or_default();
    manifest.name = table.text("name", problems).unwrap_or_default();
    manifest.description = table.text("description", problems).unwrap_or_default();
    manifest.authors = texts(table, "authors", problems);
    manifest.license = table.text("license", problems);
    manifest.permissions = parsed(table, "permissions", problems);
    manifest.effects = texts(table, "effects", problems);
    if let Some(inner) = table.table("dependencies", problems) {
        manifest.dependencies = dependencies(inner, problems);
    }
    if let Some(inner) = table.table("dev-dependencies", problems) {
        manifest.dev_dependencies = dependencies(inner, problems);
    }
    if let Some(mut inner) = table.table("features", problems) {
        for name in inner.keys() {
            let enables = texts(&mut inner, &name, problems);
            manifest.features.insert(name, enables);
        }
    }
    if let Some(mut inner) = table.table("requirements", problems) {
        manifest.requirements.rust_version =
            inner.text_at("rust-version", problems).and_then(|(text, at)| {
                rust_version(&text).or_else(|| {
                    let message = format!("`{text}` is no version of Rust");
                    problems.push(Problem::error("module-manifest", message).at(at));
                    None
                })
            });
        manifest.requirements.targets = texts(&mut inner, "targets", problems);
        manifest.requirements.capabilities = texts(&mut inner, "capabilities", problems);
        inner.finish(problems);
    }
    manifest.entrypoints = pairs(table, "entrypoints", problems);
    manifest.imports = pairs(table, "imports", problems);
    if let Some(mut inner) = table.table("exports", problems) {
        for name in inner.keys() {
            let export = match inner.table_or_text(&name, problems) {
                Some(Err((module, _))) => Export { module, description: String::new() },
                Some(Ok(mut export)) => {
                    let module = export.text("module", problems).unwrap_or_default();
                    let description = export.text("description", problems).unwrap_or_default();
                    export.finish(problems);
                    Export { module, description }
                }
                None => continue,
            };
            manifest.exports.insert(name, export);
        }
    }
    manifest.metadata = table.json("metadata", problems);
}

/// A version of Rust, whose last number may be missing.
pub fn rust_version(text: &str) -> Option<Version> {
    let text = if text.matches('.').count() == 1 { format!("{text}.0") } else { text.to_owned() };
    Version::parse(&text).ok()
}

fn texts(table: &mut Table<'_>, key: &str, problems: &mut Vec<Problem>) -> Vec<String> {
    table.texts(key, problems).into_iter().map(|(text, _)| text).collect()
}

fn pairs(table: &mut Table<'_>, key: &str, problems: &mut Vec<Problem>) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    if let Some(mut inner) = table.table(key, problems) {
        for name in inner.keys() {
            pairs.extend(inner.text(&name, problems).map(|text| (name, text)));
        }
    }
    pairs
}

fn needed<T: FromStr<Err: Display>>(
    table: &mut Table<'_>,
    key: &str,
    whole: &Location,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    if table.key_at(key).is_none() {
        let message = format!("the manifest of a module needs `{key}`");
        problems.push(Problem::error("module-manifest", message).at(whole.clone()));
        return None;
    }
    let (text, at) = table.text_at(key, problems)?;
    parse(&text, at, problems)
}

fn parse<T: FromStr<Err: Display>>(text: &str, at: Location, problems: &mut Vec<Problem>) -> Option<T> {
    match text.parse() {
        Ok(value) => Some(value),
        Err(why) => {
            problems.push(Problem::error("module-manifest", why.to_string()).at(at));
            None
        }
    }
}

fn parsed(table: &mut Table<'_>, key: &str, problems: &mut Vec<Problem>) -> Vec<Permission> {
    let texts = table.texts(key, problems);
    texts.into_iter().filter_map(|(text, at)| parse(&text, at, problems)).collect()
}

fn word<T: Copy>(
    table: &mut Table<'_>,
    key: &str,
    words: &[(&str, T)],
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let (text, at) = table.text_at(key, problems)?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let message = format!("`{text}` is no {key} of a module");
        let list = suggest::enumerate(words.iter().map(|(word, _)| *word));
        problems
            .push(Problem::error("module-manifest", message).at(at).with_help(format!("there are {list}")));
    }
    found.map(|(_, value)| *value)
}

fn dependencies(mut table: Table<'_>, problems: &mut Vec<Problem>) -> BTreeMap<ModuleId, Dependency> {
    let mut all = BTreeMap::new();
    for key in table.keys() {
        let at = table.key_at(&key);
        let dependency = match table.table_or_text(&key, problems) {
            Some(Err((version, _))) => Dependency { version, ..Dependency::default() },
            Some(Ok(mut inner)) => {
                let dependency = Dependency {
                    version: inner.text("version", problems).unwrap_or_else(|| "*".to_owned()),
                    features: texts(&mut inner, "features", problems),
                    optional: inner.boolean("optional", problems).unwrap_or_default(),
                    no_default_features: inner.boolean("default-features", problems) == Some(false),
                };
                inner.finish(problems);
                dependency
            }
            None => continue,
        };
        let id = at.and_then(|at| parse::<ModuleId>(&key, at, problems));
        all.extend(id.map(|id| (id, dependency)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Problems, one_line};

    fn toml(text: &str) -> (Option<PackageManifest>, Vec<String>) {
        let mut problems = Vec::new();
        let file = Arc::new(SourceFile { path: FILE_NAME.into(), text: text.into() });
        let manifest = read(&file, &mut problems);
        (manifest, Problems::new(problems).iter().map(one_line).collect())
    }

    const WHOLE: &str = r#"schema = 1
id = "com.acme.vhost"
version = "1.2.0"
kind = "native"
level = "trusted"
description = "Virtual hosts"
authors = ["A <a@example.org>"]
license = "MIT OR Apache-2.0"
permissions = ["fs:write:/etc/nginx/**", "process:exec:/usr/sbin/nginx"]
effects = ["writes:file"]
[dependencies]
"com.acme.base" = "^1"
"com.acme.tls" = { version = "1..2", features = ["ring"], optional = true, default-features = false }
[dev-dependencies]
"com.acme.test" = "*"
[features]
default = []
tls = ["com.acme.tls"]
[requirements]
rust-version = "1.85"
targets = ["*-linux-*"]
[entrypoints]
native = "src/lib.rs"
[exports]
"vhost.create" = "acme.vhost"
"vhost.remove" = { module = "acme.vhost", description = "Removes one" }
[imports]
base = "com.acme.base/write"
[metadata]
keywords = ["web"]
pricing = { price = 5 }
"#;

    #[test]
    fn a_whole_manifest() {
        let (manifest, problems) = toml(WHOLE);
        assert_eq!(problems, [""; 0]);
        let manifest = manifest.unwrap();
        assert_eq!(manifest.requirements.rust_version, Some(Version::new(1, 85, 0)));
        assert!(manifest.dependencies["com.acme.tls"].optional);
        assert!(manifest.dependencies["com.acme.tls"].no_default_features);
        assert_eq!(manifest.exports["vhost.remove"].description, "Removes one");
        assert_eq!(manifest.metadata["pricing"]["price"], 5);
        // The canonical form is read to the same.
        let json = serde_json::to_string(&manifest).unwrap();
        assert_eq!(serde_json::from_str::<PackageManifest>(&json).unwrap(), manifest);
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let (manifest, problems) = toml(
            "id = \"vhost\"\nkind = \"nativ\"\npermissions = [\"fs:wriet\", \"fs:read\"]\nlicence = \"MIT\"\n[dependencies]\nx = \"1\"\n",
        );
        assert_eq!(manifest, None);
        for (problem, start) in problems.iter().zip([
            "module.toml:1:1: the manifest of a module needs `version`",
            "module.toml:1:6: `vhost` is not a package's id",
            "module.toml:2:8: `nativ` is no kind",
            "module.toml:3:16: `fs:wriet` is not a permission",
            "module.toml:4:1: there is no table `[licence]`",
            "module.toml:6:1: `x` is not a package's id",
        ]) {
            assert!(problem.starts_with(start), "{problem} / {start}");
        }
        assert_eq!(problems.len(), 6);
        assert!(toml("schema = 2\nid = 1").1[0].contains("schema 2"));
    }

    #[test]
    fn a_bare_crate_tells_what_it_can() {
        let cargo = "[package]\nname = \"acme-greet\"\nversion.workspace = true\nlicense = \"MIT\"\nrust-version = \"1.80\"\n\
                     [workspace.package]\nversion = \"2.0.0\"\n[features]\nloud = []\n";
        let files = |name: &str| (name == "Cargo.toml").then(|| cargo.to_owned());
        let mut problems = Vec::new();
        let manifest = of(None, &files, "", &mut problems).unwrap();
        assert_eq!((manifest.id.as_str(), manifest.version.to_string().as_str()), ("acme.greet", "2.0.0"));
        assert_eq!(manifest.license.as_deref(), Some("MIT"));
        let other: ModuleId = "org.other".parse().unwrap();
        assert_eq!(of(Some(&other), &files, "", &mut problems).unwrap().id, other);
        assert_eq!(problems, []);
        assert!(of(None, &|_| None, "x/", &mut problems).is_none());
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn a_canonical_form_that_differs_is_refused() {
        let canonical = serde_json::to_string(&toml(WHOLE).0.unwrap()).unwrap();
        let read = |json: String| {
            let files = move |name: &str| match name {
                FILE_NAME => Some(WHOLE.to_owned()),
                CANONICAL => Some(json.clone()),
                _ => None,
            };
            let mut problems = Vec::new();
            of(None, &files, "", &mut problems).unwrap();
            problems.into_iter().map(|problem| problem.code).collect::<Vec<_>>()
        };
        assert_eq!(read(canonical.clone()), [""; 0]);
        assert_eq!(read(canonical.replace("/usr/sbin/nginx", "/bin/sh")), ["manifest-json"]);
        assert_eq!(read("{}".into()), ["manifest-json"]);
    }

    #[test]
    fn another_name_than_the_projects_is_refused() {
        let files = |name: &str| (name == FILE_NAME).then(|| WHOLE.to_owned());
        let mut problems = Vec::new();
        let other: ModuleId = "org.other".parse().unwrap();
        assert!(of(Some(&other), &files, "", &mut problems).is_none());
        assert!(problems[0].message.contains("calls itself `com.acme.vhost`"));
    }
}
