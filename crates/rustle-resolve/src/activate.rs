//! Which features and dependencies are enabled, once the versions are chosen.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::catalog::{Catalog, Module, Name};
use crate::feature::Enables;
use crate::index::Dependency;
use crate::provider::named;
use crate::request::{Chosen, Request};

/// Walks from the roots over everything that is enabled. What the solver chose and nothing needs is left out.
///
/// # Errors
///
/// The id of a module that is needed and was not chosen: a fault of the solver.
pub(crate) fn activate(
    catalog: &mut Catalog<'_>,
    request: &Request,
    versions: HashMap<Name, u32>,
) -> Result<BTreeMap<String, Chosen>, String> {
    let mut walk = Walk {
        catalog,
        versions,
        chosen: BTreeMap::new(),
        arrived: Vec::new(),
        queue: Vec::new(),
        enabled: HashSet::new(),
        waiting: HashMap::new(),
    };
    for root in &request.roots {
        walk.depend(None, root, named(root))?;
    }
    loop {
        // Everything that a module needs in any case is there before its first feature is enabled.
        if let Some(name) = walk.arrived.pop() {
            walk.arrive(name)?;
        } else if let Some((name, item)) = walk.queue.pop() {
            walk.enable(name, &item)?;
        } else {
            break;
        }
    }
    let Walk { catalog, chosen, .. } = walk;
    Ok(chosen.into_iter().map(|(name, chosen)| (catalog.names.text(name).to_owned(), chosen)).collect())
}

struct Walk<'c, 'a> {
    catalog: &'c mut Catalog<'a>,
    versions: HashMap<Name, u32>,
    chosen: BTreeMap<Name, Chosen>,
    /// Modules whose dependencies are still to be taken in. (A chain of modules is as long as anybody likes: it must not
    /// lie on the stack.)
    arrived: Vec<Name>,
    /// What is still to be enabled.
    queue: Vec<(Name, Enables)>,
    /// The optional dependencies that are enabled.
    enabled: HashSet<(Name, Name)>,
    /// Features of optional dependencies that wait for something to enable those.
    waiting: HashMap<(Name, Name), BTreeSet<Box<str>>>,
}

impl Walk<'_, '_> {
    /// The module, and the position of its chosen version.
    fn module(&self, name: Name) -> Result<(Rc<Module>, u32), String> {
        let missing = || self.catalog.names.text(name).to_owned();
        let module = self.catalog.known(name).ok_or_else(missing)?;
        Ok((module.clone(), *self.versions.get(&name).ok_or_else(missing)?))
    }

    /// Takes a dependency in, with these features.
    fn depend<'d>(
        &mut self,
        from: Option<Name>,
        dependency: &Dependency,
        features: impl Iterator<Item = &'d str>,
    ) -> Result<(), String> {
        let name = self.catalog.names.number(&dependency.id);
        if let Some(chosen) = from.and_then(|from| self.chosen.get_mut(&from)) {
            chosen.dependencies.insert(dependency.id.clone());
        }
        self.queue.extend(features.map(|feature| (name, Enables::Feature(feature.into()))));
        if self.chosen.contains_key(&name) {
            return Ok(());
        }
        let (module, position) = self.module(name)?;
        let (candidate, _) = module.get(position).ok_or_else(|| dependency.id.clone())?;
        let chosen = Chosen {
            version: candidate.version.clone(),
            features: BTreeSet::new(),
            dependencies: BTreeSet::new(),
        };
        self.chosen.insert(name, chosen);
        self.arrived.push(name);
        Ok(())
    }

    fn arrive(&mut self, name: Name) -> Result<(), String> {
        let (module, position) = self.module(name)?;
        let Some((candidate, _)) = module.get(position) else { return Ok(()) };
        for dependency in candidate.dependencies.iter().filter(|dependency| !dependency.optional) {
            self.depend(Some(name), dependency, named(dependency))?;
        }
        Ok(())
    }

    fn enable(&mut self, name: Name, item: &Enables) -> Result<(), String> {
        let (module, position) = self.module(name)?;
        let Some((candidate, features)) = module.get(position) else { return Ok(()) };
        match item {
            Enables::Feature(feature) => {
                let Some(list) = features.get(feature) else { return Ok(()) };
                let Some(chosen) = self.chosen.get_mut(&name) else { return Ok(()) };
                if chosen.features.insert(feature.to_string()) {
                    self.queue.extend(list.iter().map(|item| (name, item.clone())));
                }
            }
            Enables::Dependency(id) => {
                let number = self.catalog.names.number(id);
                if self.enabled.insert((name, number)) {
                    for dependency in candidate.dependencies.iter().filter(|it| it.optional && it.id == **id)
                    {
                        self.depend(Some(name), dependency, named(dependency))?;
                    }
                    let waiting = self.waiting.remove(&(name, number)).unwrap_or_default();
                    self.queue.extend(waiting.into_iter().map(|feature| (number, Enables::Feature(feature))));
                }
            }
            Enables::Of { id, feature, weak } => {
                let number = self.catalog.names.number(id);
                let optional = candidate.dependencies.iter().any(|it| it.optional && it.id == **id);
                if *weak && optional && !self.enabled.contains(&(name, number)) {
                    self.waiting.entry((name, number)).or_default().insert(feature.clone());
                    return Ok(());
                }
                if optional && !*weak {
                    self.queue.push((name, Enables::Feature(id.clone())));
                    // At once, so that the module is there when its feature is enabled.
                    self.enable(name, &Enables::Dependency(id.clone()))?;
                }
                self.queue.push((number, Enables::Feature(feature.clone())));
            }
        }
        Ok(())
    }
}
