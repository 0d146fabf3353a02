//! Whether what a manifest names is there: entry points, features, exports, imports, targets, versions.

use std::collections::BTreeSet;

use globset::Glob;
use rustle_playbook::Problem;
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::names;
use rustle_schema::package::ModuleId;
use rustle_schema::package::constraint::Constraint;
use rustle_schema::package::manifest::{Dependency, Kind};

use super::Options;
use super::agreement::Package;
use crate::suggest;

/// Everything that the manifest names and that is not there. Without `specs` nobody knows which modules are there.
pub(super) fn check(package: &Package<'_>, specs: Option<&[ModuleSpec]>, options: &Options) -> Vec<Problem> {
    let mut problems = entry_points(package);
    problems.extend(features(package));
    problems.extend(specs.map(|specs| exports(package, specs)).unwrap_or_default());
    problems.extend(imports(package));
    problems.extend(dependencies(package, "dependencies", &package.manifest.dependencies));
    problems.extend(dependencies(package, "dev-dependencies", &package.manifest.dev_dependencies));
    problems.extend(requirements(package, options));
    problems
}

fn entry_points(package: &Package<'_>) -> Vec<Problem> {
    let entries = &package.manifest.entrypoints;
    let mut problems: Vec<Problem> = entries
        .iter()
        .filter(|(_, path)| package.tree.get(path).is_none())
        .map(|(kind, path)| {
            let message = format!("the entry point `{kind}` is `{path}`, which is not in the package");
            package.in_manifest(Problem::error("module-entrypoint", message), &["entrypoints", kind])
        })
        .collect();
    if package.manifest.kind == Kind::Native && !entries.is_empty() && !entries.contains_key("native") {
        let problem = Problem::error("module-entrypoint", "a native package has an entry point `native`")
            .with_help("`native = \"src/lib.rs\"`");
        problems.push(package.in_manifest(problem, &["entrypoints"]));
    }
    problems
}

/// Features: each word names a feature or a dependency, and Cargo knows the same ones.
fn features(package: &Package<'_>) -> Vec<Problem> {
    let manifest = package.manifest;
    let cargos: BTreeSet<&str> = package.cargo.entries(&["features"]).map(|(name, _)| name).collect();
    // Of a manifest that was derived from Cargo.toml, Cargo itself checks the features.
    let Some(module) = package.module else { return Vec::new() };
    let mut problems = Vec::new();
    let optional = |id: &str| manifest.dependencies.get(id).is_some_and(|it| it.optional);
    for (name, enables) in &manifest.features {
        let mark = |problem: Problem| module.mark(problem, &["features", name]);
        if !cargos.contains(name.as_str()) {
            let message = format!("the feature `{name}` is not in `[features]` of Cargo.toml");
            let help = "Cargo turns features on: the crate needs one of the same name, which may be empty";
            problems.push(mark(Problem::error("manifest-feature", message).with_help(help)));
        }
        for word in enables {
            let why = match word.strip_prefix("dep:") {
                Some(id) if optional(id) => continue,
                Some(id) => format!("`{id}` is no optional dependency"),
                None => match word.split_once('/') {
                    Some((id, _)) if manifest.dependencies.contains_key(id.trim_end_matches('?')) => continue,
                    Some((id, _)) => format!("`{}` is no dependency", id.trim_end_matches('?')),
                    None if manifest.features.contains_key(word) || optional(word) => continue,
                    None => format!("`{word}` is neither a feature nor an optional dependency"),
                },
            };
            let message = format!("the feature `{name}` enables `{word}`, which names nothing: {why}");
            problems.push(mark(Problem::error("module-feature", message)));
        }
    }
    for name in cargos.iter().filter(|name| **name != "default" && !manifest.features.contains_key(**name)) {
        let message = format!("the feature `{name}` of Cargo.toml is not in `[features]` of the manifest");
        let problem = Problem::warning("manifest-feature", message)
            .with_help("runners choose by the manifest: nobody can ask for a feature that it does not name");
        problems.push(package.cargo.mark(problem, &["features", name]));
    }
    problems
}

fn exports(package: &Package<'_>, specs: &[ModuleSpec]) -> Vec<Problem> {
    let known: Vec<&str> = specs
        .iter()
        .flat_map(|spec| std::iter::once(&spec.name).chain(&spec.aliases))
        .map(String::as_str)
        .collect();
    let unknown = package.manifest.exports.iter().filter(|(_, export)| {
        !known.iter().any(|name| names::canonical(name) == names::canonical(&export.module))
    });
    unknown
        .map(|(action, export)| {
            let message =
                format!("`{action}` is exported from `{}`, which is no module of the package", export.module);
            let problem = Problem::error("module-export", message);
            let problem = match suggest::closest(&export.module, known.iter().copied()) {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None => problem,
            };
            package.in_manifest(problem, &["exports", action])
        })
        .collect()
}

fn imports(package: &Package<'_>) -> Vec<Problem> {
    let manifest = package.manifest;
    let wrong = |import: &str| match import.split_once('/') {
        Some((id, action)) if !action.is_empty() => {
            let known = manifest.dependencies.contains_key(id);
            (!known).then(|| format!("`{id}` is not in `[dependencies]` of the manifest"))
        }
        _ => Some("an import is the id of a package, a slash, and an action of it".to_owned()),
    };
    let problems = manifest.imports.iter().filter_map(|(name, import)| {
        let message = format!("the import `{name}` is `{import}`: {}", wrong(import)?);
        Some(package.in_manifest(Problem::error("module-import", message), &["imports", name]))
    });
    problems.collect()
}

fn dependencies(
    package: &Package<'_>,
    table: &str,
    all: &std::collections::BTreeMap<ModuleId, Dependency>,
) -> Vec<Problem> {
    let manifest = package.manifest;
    let mut problems = Vec::new();
    for (id, dependency) in all {
        let mark = |problem: Problem| package.in_manifest(problem, &[table, id.as_str()]);
        let version = &dependency.version;
        let why = match version.parse::<Constraint>() {
            Ok(constraint) if constraint.impossible() => Some("no version can satisfy it".to_owned()),
            Ok(_) => None,
            Err(why) => Some(why.to_string()),
        };
        problems.extend(why.map(|why| {
            mark(Problem::error("module-version", format!("`{id}` is wanted at `{version}`: {why}")))
        }));
        if *id == manifest.id {
            problems.push(mark(Problem::error("module-dependency", format!("`{id}` depends on itself"))));
        } else if table == "dependencies" && !in_cargo(package, id) {
            let message = format!("`{id}` is not in `[dependencies]` of Cargo.toml");
            let help = format!("its crate is `{}`: without it nothing of it is linked", id.crate_name());
            problems.push(mark(Problem::error("manifest-dependency", message).with_help(help)));
        }
    }
    problems
}

/// Whether Cargo.toml depends on the crate of this package, under whatever name.
fn in_cargo(package: &Package<'_>, id: &ModuleId) -> bool {
    let name = id.crate_name();
    let named = |(key, value): (&str, &toml::Value)| {
        value.get("package").and_then(toml::Value::as_str).unwrap_or(key) == name
    };
    package.cargo.entries(&["dependencies"]).any(named)
        || package
            .cargo
            .entries(&["target"])
            .filter_map(|(_, target)| target.get("dependencies")?.as_table())
            .flatten()
            .any(|(key, value)| named((key.as_str(), value)))
}

fn requirements(package: &Package<'_>, options: &Options) -> Vec<Problem> {
    let needs = &package.manifest.requirements;
    let mut problems = Vec::new();
    if let (Some(needs), Some(here)) = (&needs.rust_version, &options.rust_version)
        && needs > here
    {
        let message = format!("the package needs Rust {needs}, and here is Rust {here}");
        let problem = Problem::warning("module-rust-version", message);
        problems.push(package.in_manifest(problem, &["requirements", "rust-version"]));
    }
    for pattern in &needs.targets {
        let why = match Glob::new(pattern) {
            Err(error) => format!("`{pattern}` is no pattern: {}", error.kind()),
            Ok(glob) => {
                let matcher = glob.compile_matcher();
                if options.targets.is_empty() || options.targets.iter().any(|it| matcher.is_match(it)) {
                    continue;
                }
                format!("`{pattern}` matches no target that this Rust knows")
            }
        };
        let problem = Problem::error("module-target", why).with_help("like `*-linux-*`, over target triples");
        problems.push(package.in_manifest(problem, &["requirements", "targets"]));
    }
    problems
}
