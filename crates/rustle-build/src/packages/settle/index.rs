//! What the solver may choose from: the packages whose source is named, and what registries have of the others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustle_fetch::registry::{DependencyKind, IndexDep, IndexEntry, Registry};
use rustle_playbook::Problem;
use rustle_resolve::{Candidate, Constraint, Dependency, Index, IndexError};
use rustle_schema::package::manifest::PackageManifest;
use rustle_schema::package::{ModuleId, Source};

use crate::config::policy::Policy;
use crate::packages::bring::{Bringer, Registries, side_by_side};
use crate::packages::manifest::rust_version;
use crate::packages::{origin, wanted};

/// The index of one project.
pub struct ProjectIndex<'a> {
    /// What brings.
    pub bringer: &'a Bringer<'a>,
    /// The registries.
    pub registries: &'a Registries<'a>,
    /// The packages whose source is named, each of one version.
    pub fixed: &'a BTreeMap<ModuleId, PackageManifest>,
    /// What may come from where.
    pub policy: &'a Policy,
    /// The first thing that went wrong in full, since the solver carries text only.
    pub failed: Mutex<Option<Problem>>,
}

/// Crates of Rustle's own, which say that they link something and are no packages of modules.
const OWN: &str = "rustle_runtime";

/// The crate of the runtime.
const RUNTIME: &str = "rustle-runtime";

impl Index for ProjectIndex<'_> {
    fn candidates(&self, id: &str) -> Result<Arc<[Candidate]>, IndexError> {
        let id: ModuleId = id.parse().map_err(|_| IndexError::NotFound { searched: Vec::new() })?;
        if let Some(manifest) = self.fixed.get(&id) {
            return Ok(vec![fixed(manifest).map_err(|why| self.unreadable(&id, why))?].into());
        }
        let registry = self.registries.of(&id).map_err(|problem| self.keep(&id, *problem))?;
        let source = Source::Registry { index: bare(&registry.index()) };
        if let Some(problem) = origin::refusal(self.policy, &id, &source) {
            return Err(self.keep(&id, problem));
        }
        let entries = self
            .registries
            .entries(self.bringer, registry, &id.crate_name())
            .map_err(|problem| self.keep(&id, *problem))?;
        let entries: Vec<&IndexEntry> = entries.iter().filter(|entry| is_package(entry)).collect();
        if entries.is_empty() {
            return Err(IndexError::NotFound {
                searched: vec![format!("the registry `{}`", registry.name())],
            });
        }
        self.look_ahead(registry, &entries);
        let candidates: Result<Vec<Candidate>, IndexError> =
            entries.into_iter().map(|entry| self.candidate(registry, entry)).collect();
        Ok(candidates?.into())
    }

    fn prefetch(&self, ids: &[&str]) {
        let wanted: Vec<(&Registry, String)> = ids
            .iter()
            .filter_map(|id| id.parse::<ModuleId>().ok())
            .filter(|id| !self.fixed.contains_key(id))
            .filter_map(|id| Some((self.registries.of(&id).ok()?, id.crate_name())))
            .collect();
        self.all(&wanted);
    }
}

impl ProjectIndex<'_> {
    /// Asks for many at once. What goes wrong goes wrong again when it is needed.
    fn all(&self, wanted: &[(&Registry, String)]) {
        side_by_side(wanted, |(registry, name)| {
            let _ = self.registries.entries(self.bringer, registry, name);
        });
    }

    /// Asks for all dependencies of these versions at once.
    fn look_ahead(&self, registry: &Registry, entries: &[&IndexEntry]) {
        let mut names: Vec<String> = entries
            .iter()
            .flat_map(|entry| &entry.deps)
            .filter(|dep| dep.kind == DependencyKind::Normal && at_home(dep, registry))
            .map(|dep| dep.package.clone().unwrap_or_else(|| dep.name.clone()))
            .filter(|name| ModuleId::of_crate(name).is_some_and(|id| self.elsewhere(&id, registry).is_none()))
            .collect();
        names.sort();
        names.dedup();
        let wanted: Vec<(&Registry, String)> = names.into_iter().map(|name| (registry, name)).collect();
        self.all(&wanted);
    }

    fn candidate(&self, registry: &Registry, entry: &IndexEntry) -> Result<Candidate, IndexError> {
        let mut candidate = Candidate::new(entry.vers.clone());
        candidate.yanked = entry.yanked;
        candidate.rust_version = entry.rust_version.as_deref().and_then(rust_version);
        candidate.features = entry.features.clone();
        for dep in entry.deps.iter().filter(|dep| dep.kind == DependencyKind::Normal) {
            let Some(id) = self.module_of(registry, dep)? else { continue };
            let req = dep.req.to_string().parse::<Constraint>();
            candidate.dependencies.push(Dependency {
                req: req.map_err(|why| self.unreadable(&id, why.to_string()))?,
                id: id.to_string(),
                features: dep.features.clone(),
                default_features: dep.default_features,
                optional: dep.optional,
            });
        }
        rename_features(&mut candidate, &entry.deps);
        Ok(candidate)
    }

    /// The package of modules that a crate depends on, if it is one and no ordinary crate.
    fn module_of(&self, registry: &Registry, dep: &IndexDep) -> Result<Option<ModuleId>, IndexError> {
        let name = dep.package.as_deref().unwrap_or(&dep.name);
        let Some(id) = ModuleId::of_crate(name).filter(|_| name != RUNTIME) else { return Ok(None) };
        if self.fixed.contains_key(&id) {
            return Ok(Some(id));
        }
        let from = dep.registry.clone().unwrap_or_else(|| registry.index());
        if let Some(bound) = self.elsewhere_than(&id, &from) {
            let message = format!(
                "a package of the registry `{}` takes `{id}` from {from}, and that id is bound to the registry `{bound}`",
                registry.name()
            );
            let problem = Problem::error("module-registry", message)
                .with_help("an id comes from one registry: somebody else's package of that name is not linked in its place");
            return Err(self.keep(&id, problem));
        }
        if !at_home(dep, registry) {
            // Another registry's: ours to look at if one that is bound to the id is meant.
            let bound = self.registries.of(&id).ok();
            let meant =
                bound.filter(|bound| dep.registry.as_deref().is_some_and(|url| same(url, &bound.index())));
            let Some(bound) = meant else { return Ok(None) };
            let entries = self.registries.entries(self.bringer, bound, name);
            let entries = entries.map_err(|problem| self.keep(&id, *problem))?;
            return Ok(entries.iter().any(is_package).then_some(id));
        }
        let entries = self.registries.entries(self.bringer, registry, name);
        let entries = entries.map_err(|problem| self.keep(&id, *problem))?;
        Ok(entries.iter().any(is_package).then_some(id))
    }

    /// The registry that `id` is bound to, if that is another one.
    fn elsewhere(&self, id: &ModuleId, registry: &Registry) -> Option<&str> {
        self.elsewhere_than(id, &registry.index())
    }

    fn elsewhere_than(&self, id: &ModuleId, index: &str) -> Option<&str> {
        let (name, bound) = wanted::by_prefix(id, self.bringer.config)?;
        (!same(&bound.index, index)).then_some(name)
    }

    fn unreadable(&self, id: &ModuleId, why: String) -> IndexError {
        IndexError::Unreadable { from: id.to_string(), why }
    }

    fn keep(&self, id: &ModuleId, problem: Problem) -> IndexError {
        let why = problem.message.clone();
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem);
        self.unreadable(id, why)
    }
}

/// Whether a version says that it has modules.
fn is_package(entry: &IndexEntry) -> bool {
    entry.links.as_deref().is_some_and(|links| links.starts_with("rustle_") && links != OWN)
}

/// Whether a dependency comes from the registry of the crate itself.
fn at_home(dep: &IndexDep, registry: &Registry) -> bool {
    dep.registry.as_deref().is_none_or(|url| same(url, &registry.index()))
}

fn same(a: &str, b: &str) -> bool {
    a.trim_start_matches("sparse+").trim_end_matches('/')
        == b.trim_start_matches("sparse+").trim_end_matches('/')
}

/// The address of an index as sources write it.
fn bare(index: &str) -> String {
    index.trim_start_matches("sparse+").to_owned()
}

/// Features name crates as Cargo.toml does; the solver knows ids.
fn rename_features(candidate: &mut Candidate, deps: &[IndexDep]) {
    let ids: BTreeMap<&str, String> = deps
        .iter()
        .filter_map(|dep| {
            let id = ModuleId::of_crate(dep.package.as_deref().unwrap_or(&dep.name))?.to_string();
            candidate.dependencies.iter().any(|it| it.id == id).then_some((dep.name.as_str(), id))
        })
        .collect();
    let ordinary: Vec<&str> =
        deps.iter().map(|dep| dep.name.as_str()).filter(|name| !ids.contains_key(name)).collect();
    for enables in candidate.features.values_mut() {
        // What it does to ordinary crates is Cargo's to know.
        enables.retain(|word| {
            let word = word.strip_prefix("dep:").unwrap_or(word);
            let name = word.split(['/', '?']).next().unwrap_or(word);
            !ordinary.contains(&name)
        });
        for word in enables.iter_mut() {
            let (prefix, rest) = match word.strip_prefix("dep:") {
                Some(rest) => ("dep:", rest),
                None => ("", word.as_str()),
            };
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (name, tail) = rest.split_at(end);
            if let Some(id) = ids.get(name) {
                *word = format!("{prefix}{id}{tail}");
            }
        }
    }
}

/// The one version of a package whose source is named.
fn fixed(manifest: &PackageManifest) -> Result<Candidate, String> {
    let mut candidate = Candidate::new(manifest.version.clone());
    candidate.rust_version = manifest.requirements.rust_version.clone();
    candidate.targets = manifest.requirements.targets.clone();
    candidate.features = manifest.features.clone();
    for (id, dependency) in &manifest.dependencies {
        let req = dependency.version.parse::<Constraint>();
        candidate.dependencies.push(Dependency {
            id: id.to_string(),
            req: req.map_err(|why| why.to_string())?,
            features: dependency.features.clone(),
            default_features: !dependency.no_default_features,
            optional: dependency.optional,
        });
    }
    Ok(candidate)
}
