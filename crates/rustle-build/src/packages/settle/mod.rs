//! Settling on versions: from what is wanted to `rustle.lock`, Cargo.toml and the project's own folder of modules.

pub mod cargo_toml;
mod changes;
mod choice;
mod fixed;
mod from_registry;
mod index;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustle_package::Tree;
use rustle_package::atomic::{sweep, write_atomic};
use rustle_playbook::Problem;
use rustle_resolve::{Constraint, Dependency, Request, Solution, solve};
use rustle_schema::package::ModuleId;
use rustle_schema::package::lock::{Lock, Locked, VERSION};
use rustle_schema::package::manifest::PackageManifest;
use semver::Version;

use super::bring::{self, Bringer, Registries, side_by_side};
use super::{lock_file, origin, place, policy, review, trusted, verify, wanted};
use crate::config::Declared;
use crate::config::modules::{Wanted, inline_name};
use crate::diagnostics::{Problems, any_error};
pub use changes::{Change, changes};
pub use choice::{Choice, choice};
use fixed::Fixed;
use index::ProjectIndex;

/// Which of the versions that are locked may change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// None that still does.
    #[default]
    Nothing,
    /// All of them.
    All,
    /// Those of these packages.
    Of(BTreeSet<ModuleId>),
    /// This one, to this version.
    Precise(ModuleId, Version),
}

impl Update {
    /// Whether what is locked of this package may change.
    fn moves(&self, id: &ModuleId) -> bool {
        match self {
            Update::Nothing => false,
            Update::All => true,
            Update::Of(ids) => ids.contains(id),
            Update::Precise(precise, _) => precise == id,
        }
    }
}

/// How to settle.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which of the versions that are locked may change.
    pub update: Update,
    /// Whether a package may have more permissions than it had.
    pub accept: bool,
    /// Whether registries are asked even if what they said lately is stored.
    pub fresh: bool,
    /// The Rust that is compiled with.
    pub rust_version: Option<Version>,
    /// What is built for.
    pub target: Option<String>,
    /// This machine's policy.
    pub machine_policy: Option<PathBuf>,
}

/// What was settled on.
#[derive(Debug, Default)]
pub struct Settled {
    /// The lock.
    pub lock: Lock,
    /// What was locked before.
    pub before: Lock,
    /// The packages that are wanted.
    pub wanted: BTreeMap<ModuleId, Declared>,
    /// Their files.
    pub trees: BTreeMap<ModuleId, Tree>,
    /// What is no error.
    pub warnings: Problems,
}

/// Settles on versions, brings what is not there, and looks at all of it. Nothing in the project is written.
///
/// # Errors
/// Every problem, if one is an error.
pub fn settle(bringer: &Bringer<'_>, options: &Options) -> Result<Settled, Problems> {
    let mut problems = Vec::new();
    let settled = attempt(bringer, options, &mut problems);
    let problems = Problems::new(crate::lints::apply(problems, &bringer.config.lints));
    match settled {
        Some(settled) if problems.errors() == 0 => Ok(Settled { warnings: problems, ..settled }),
        _ => Err(problems),
    }
}

fn attempt(bringer: &Bringer<'_>, options: &Options, problems: &mut Vec<Problem>) -> Option<Settled> {
    let (folder, config) = (bringer.folder, bringer.config);
    let wanted = wanted::packages(folder, config, problems);
    // A lock that cannot be read is not written over without a word.
    let before = lock_file::load(folder).map_err(|problem| problems.push(*problem)).ok()?.unwrap_or_default();
    let registries =
        Registries::new(config, !options.fresh).map_err(|problem| problems.push(*problem)).ok()?;
    let registries = registries.with_lock(&before, options.accept);
    let policy = policy::effective(folder, config, options.machine_policy.as_ref(), problems);
    // Who may not be taken from is not even asked.
    problems.extend(origin::refusals(&policy, config, &wanted));
    if any_error(problems) {
        return None;
    }
    let fixed = fixed::all(bringer, &wanted, &before, &options.update, problems)?;
    let manifests: BTreeMap<ModuleId, PackageManifest> =
        fixed.iter().map(|(id, fixed)| (id.clone(), fixed.manifest.clone())).collect();
    let index = ProjectIndex {
        bringer,
        registries: &registries,
        fixed: &manifests,
        policy: &policy,
        failed: Mutex::default(),
    };
    let request = request(bringer, options, &wanted, &manifests, &before, problems)?;
    let solution = match solve(&index, &request) {
        Ok(solution) => solution,
        Err(unsolvable) => {
            let failed = index.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
            let told = Problem::error("resolve", "there are no versions that fit together")
                .with_note(unsolvable.text().to_owned())
                .with_note(unsolvable.kind().code());
            problems.push(failed.unwrap_or(told));
            return None;
        }
    };
    problems.extend(registries.warnings());
    let packages = packages(bringer, &registries, &solution, fixed, &before, problems);
    let mut settled = Settled { before, wanted, ..Settled::default() };
    settled.lock.version = VERSION;
    for (mut locked, manifest, tree) in packages {
        let review = review::of_locked(&locked, &manifest, &tree, &policy, wanted_file(&settled, &locked));
        locked.permissions = review.permissions;
        problems.extend(review.problems);
        locked.signers = trusted::judge(&locked, &manifest, &tree, config, &policy, problems);
        settled.trees.insert(locked.id.clone(), tree);
        settled.lock.modules.push(locked);
    }
    if !options.accept {
        problems.extend(changes::growth(&settled.before, &settled.lock));
        problems.extend(changes::lost_signatures(&settled.before, &settled.lock));
    }
    (!any_error(problems)).then_some(settled)
}

/// Where the text of a package of one file stands, as the project knows it.
fn wanted_file(settled: &Settled, locked: &Locked) -> Option<String> {
    match &settled.wanted.get(&locked.id)?.source {
        Wanted::File { path } => Some(path.clone()),
        Wanted::Inline { file, .. } => Some(inline_name(&locked.id, file)),
        _ => None,
    }
}

fn request(
    bringer: &Bringer<'_>,
    options: &Options,
    wanted: &BTreeMap<ModuleId, Declared>,
    fixed: &BTreeMap<ModuleId, PackageManifest>,
    before: &Lock,
    problems: &mut Vec<Problem>,
) -> Option<Request> {
    let mut roots = Vec::new();
    for (id, declared) in wanted {
        let constraint = match (&declared.source, &options.update) {
            (_, Update::Precise(precise, version)) if precise == id => Ok(Constraint::exact(version)),
            (Wanted::Registry { version, .. }, _) => version.parse::<Constraint>(),
            _ => match fixed.get(id) {
                Some(manifest) => Ok(Constraint::exact(&manifest.version)),
                None => continue,
            },
        };
        match constraint {
            Ok(req) => roots.push(Dependency {
                id: id.to_string(),
                req,
                features: declared.features.clone(),
                default_features: declared.default_features,
                optional: false,
            }),
            Err(why) => problems.push(wanted::at(
                Problem::error("module-version", format!("`{id}`: {why}")),
                declared.at.as_ref(),
            )),
        }
    }
    if let Update::Precise(id, version) = &options.update
        && !wanted.contains_key(id)
    {
        roots.push(Dependency::new(id.as_str(), Constraint::exact(version)));
    }
    let locked = before.modules.iter().filter(|locked| !options.update.moves(&locked.id));
    let locked = locked.map(|locked| (locked.id.to_string(), locked.version.clone())).collect();
    (!any_error(problems)).then(|| Request {
        roots,
        locked,
        rust_version: options.rust_version.clone(),
        target: options.target.clone(),
        deadline: Duration::from_secs(bringer.config.limits.resolve_secs),
    })
}

type Package = (Locked, PackageManifest, Tree);

/// The packages of the solution, with their files, in the order of their ids.
fn packages(
    bringer: &Bringer<'_>,
    registries: &Registries<'_>,
    solution: &Solution,
    mut fixed: BTreeMap<ModuleId, Fixed>,
    before: &Lock,
    problems: &mut Vec<Problem>,
) -> Vec<Package> {
    let mut done = Vec::new();
    let mut open = Vec::new();
    for (name, chosen) in &solution.packages {
        let Ok(id) = name.parse::<ModuleId>() else { continue };
        let features = chosen.features.clone();
        let dependencies: BTreeSet<ModuleId> =
            chosen.dependencies.iter().filter_map(|id| id.parse().ok()).collect();
        match fixed.remove(&id) {
            Some(mut fixed) => {
                fixed.locked.features = features;
                fixed.locked.dependencies = dependencies;
                done.push((fixed.locked, fixed.manifest, fixed.tree));
            }
            None => open.push((id, chosen.version.clone(), features, dependencies)),
        }
    }
    let brought = side_by_side(&open, |(id, version, features, dependencies)| {
        let (locked, tree) = from_registry::package(bringer, registries, id, version, before)?;
        let mut found = Vec::new();
        let locked = Locked { features: features.clone(), dependencies: dependencies.clone(), ..locked };
        match verify::manifest_of(&locked, &tree, &mut found) {
            Some(manifest) if manifest.version == *version => Ok((locked, manifest, tree)),
            Some(manifest) => {
                let message = format!("`{id}` {version} calls itself {}", manifest.version);
                Err(Box::new(Problem::error("module-version", message)))
            }
            None => Err(Box::new(found.into_iter().next().unwrap_or_else(|| {
                Problem::error("module-manifest", format!("`{id}` {version} does not say what it is"))
            }))),
        }
    });
    for result in brought {
        match result {
            Ok(package) => done.push(package),
            Err(problem) => problems.push(*problem),
        }
    }
    done.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    done
}

/// Writes what was settled on: the fetched modules, then the lock, then Cargo.toml. Each is whole or as before; whatever
/// is cut off in between, the next build tells, and settling again mends.
///
/// # Errors
/// If something cannot be written.
pub fn write(bringer: &Bringer<'_>, settled: &Settled) -> Result<(), Problems> {
    let folder = bringer.folder;
    let limits = place::limits(&bringer.config.limits);
    let failed = |what: &str, why: &dyn std::fmt::Display| {
        Problems::one(Problem::error("output", format!("{what} cannot be written: {why}")))
    };
    sweep(folder);
    for locked in settled.lock.modules.iter().filter(|locked| locked.source.is_placed()) {
        if let Some(tree) = settled.trees.get(&locked.id) {
            bring::place(folder, &locked.id, tree, &limits).map_err(|problem| Problems::one(*problem))?;
        }
    }
    let text = lock_file::write(&settled.lock).map_err(|why| failed(lock_file::FILE_NAME, &why))?;
    let lock = folder.join(lock_file::FILE_NAME);
    if !std::fs::read_to_string(&lock).is_ok_and(|there| there == text) {
        write_atomic(&lock, text.as_bytes()).map_err(|error| failed(lock_file::FILE_NAME, &error))?;
    }
    let manifest = folder.join("Cargo.toml");
    let before = std::fs::read_to_string(&manifest).map_err(|error| failed("Cargo.toml", &error))?;
    let published = settled.lock.modules.iter().any(|locked| {
        let tree = settled.trees.get(&locked.id);
        let text = tree.and_then(|tree| tree.get(&place::in_crate(locked, "Cargo.toml")));
        text.is_some_and(|text| cargo_toml::wants_published_runtime(&String::from_utf8_lossy(text)))
    });
    let after = cargo_toml::pinned(&before, &settled.lock, &settled.before, &settled.wanted, published)
        .map_err(|why| failed("Cargo.toml", &why))?;
    if after != before {
        write_atomic(&manifest, after.as_bytes()).map_err(|error| failed("Cargo.toml", &error))?;
    }
    let kept = |name: &str| {
        settled.lock.modules.iter().any(|locked| locked.id.as_str() == name && locked.source.is_placed())
    };
    bring::remove(folder, &kept).map_err(|problem| Problems::one(*problem))?;
    Ok(())
}
