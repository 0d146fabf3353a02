//! Whether there is a choice of what a package needs: for its author, whose own tests need more than its users do.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustle_playbook::Problem;
use rustle_resolve::{Constraint, Dependency, Request, solve};
use rustle_schema::package::ModuleId;
use rustle_schema::package::manifest::{self as schema, PackageManifest};
use semver::Version;

use super::Options;
use super::index::ProjectIndex;
use crate::diagnostics::Problems;
use crate::packages::bring::{Bringer, Registries};
use crate::packages::manifest;
use crate::packages::policy;

/// What could be chosen.
#[derive(Debug, Default)]
pub struct Choice {
    /// The packages by id, each with its version, and whether only tests need it.
    pub versions: Vec<(ModuleId, Version, bool)>,
    /// What is no error.
    pub warnings: Problems,
}

/// Chooses versions of all that the package in the bringer's folder needs, for itself and for its own tests. Nothing is
/// locked, and nothing is written.
///
/// Crates that its Cargo.toml has from folders count as they are there.
///
/// # Errors
/// Why there is no choice.
pub fn choice(
    bringer: &Bringer<'_>,
    options: &Options,
    package: &PackageManifest,
) -> Result<Choice, Problems> {
    if package.dependencies.is_empty() && package.dev_dependencies.is_empty() {
        return Ok(Choice::default());
    }
    let mut problems = Vec::new();
    let beside = beside(bringer.folder, &mut problems);
    let registries =
        Registries::new(bringer.config, !options.fresh).map_err(|problem| Problems::one(*problem))?;
    let machine = options.machine_policy.as_ref();
    let policy = policy::effective(bringer.folder, bringer.config, machine, &mut problems);
    let index = ProjectIndex {
        bringer,
        registries: &registries,
        fixed: &beside,
        policy: &policy,
        failed: Mutex::default(),
    };
    let mut solved = |all: &[&BTreeMap<ModuleId, schema::Dependency>]| {
        let request = Request {
            roots: roots(all, &mut problems),
            rust_version: options.rust_version.clone(),
            target: options.target.clone(),
            deadline: Duration::from_secs(bringer.config.limits.resolve_secs),
            ..Request::default()
        };
        solve(&index, &request)
    };
    let (own, tests) = (&package.dependencies, &package.dev_dependencies);
    let answer = solved(&[own]).and_then(|without| Ok((without, solved(&[own, tests])?)));
    match answer {
        Ok((without, with)) => {
            let versions = with.packages.into_iter().filter_map(|(id, chosen)| {
                let for_tests = !without.packages.contains_key(&id);
                Some((id.parse().ok()?, chosen.version, for_tests))
            });
            let versions = versions.collect();
            problems.extend(registries.warnings());
            let warnings = Problems::new(problems);
            if warnings.errors() == 0 { Ok(Choice { versions, warnings }) } else { Err(warnings) }
        }
        Err(unsolvable) => {
            let failed = index.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
            let message = format!("there are no versions of what `{}` needs that fit together", package.id);
            let told = Problem::error("resolve", message)
                .with_note(unsolvable.text().to_owned())
                .with_note(unsolvable.kind().code());
            problems.push(failed.unwrap_or(told));
            Err(Problems::new(problems))
        }
    }
}

/// What is needed without anybody turning a feature on.
fn roots(all: &[&BTreeMap<ModuleId, schema::Dependency>], problems: &mut Vec<Problem>) -> Vec<Dependency> {
    let mut roots = Vec::new();
    for (id, dependency) in all.iter().flat_map(|all| all.iter()) {
        match dependency.version.parse::<Constraint>() {
            Ok(req) => roots.push(Dependency {
                id: id.to_string(),
                req,
                features: dependency.features.clone(),
                default_features: !dependency.no_default_features,
                optional: false,
            }),
            Err(why) => problems.push(Problem::error("module-version", format!("`{id}`: {why}"))),
        }
    }
    roots
}

/// The packages that the crate in `folder` has from folders, and those that they have so.
fn beside(folder: &Path, problems: &mut Vec<Problem>) -> BTreeMap<ModuleId, PackageManifest> {
    let mut found = BTreeMap::new();
    let mut open = vec![(folder.to_owned(), true)];
    while let Some((folder, outermost)) = open.pop() {
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        let cargo: toml::Table = text.parse().unwrap_or_default();
        let tables: &[&str] =
            if outermost { &["dependencies", "dev-dependencies"] } else { &["dependencies"] };
        let values = tables.iter().filter_map(|table| cargo.get(*table)?.as_table()).flatten();
        let named = values.filter_map(|(key, value)| {
            let name = value.get("package").and_then(toml::Value::as_str).unwrap_or(key);
            Some((ModuleId::of_crate(name)?, value.get("path")?.as_str()?))
        });
        for (id, path) in named.filter(|(id, _)| !id.is_under("rustle")) {
            let folder = folder.join(path);
            if found.contains_key(&id) {
                continue;
            }
            let files = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
            if let Some(manifest) = manifest::of(Some(&id), &files, &format!("{path}/"), problems) {
                found.insert(id, manifest);
                open.push((folder, false));
            }
        }
    }
    found
}
