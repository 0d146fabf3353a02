//! Modules, features and optional dependencies as PubGrub sees them.
//!
//! PubGrub knows packages with versions that depend on packages with versions. A module is one. A feature of a module is
//! another, whose version is the module's: it depends on the module at the very same version and on what it enables
//! there. Whoever depends on a module with a feature depends on both.
//!
//! `id?/feature` ("if something enables `id`") needs two more. A *switch* per optional dependency is on (1) if the
//! dependency is enabled. A *weak* package may be off (0), which needs the switch off, or on (1), which needs the
//! feature. Nothing needs a switch on but the dependency itself, so off is chosen wherever it can be.
//!
//! Versions that may not be chosen, whoever asks, have no position (see [`crate::catalog`]). So every set that a
//! dependency names holds versions that exist and fit, and PubGrub never has to find out that there is none.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::time::Instant;

use pubgrub::{Dependencies, DependencyProvider, PackageResolutionStatistics, VersionSet};

use crate::catalog::{Catalog, Name};
use crate::feature::Enables;
use crate::index::{Candidate, Dependency, IndexError};
use crate::request::Request;
use crate::versions::Versions;

/// A package, in PubGrub's sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Node {
    /// What is asked for. Its only version is 0.
    Root,
    /// A module.
    Module(Name),
    /// A feature of a module.
    Feature(Name, Name),
    /// An optional dependency of a module, enabled.
    Optional(Name, Name),
    /// Whether an optional dependency of a module is enabled; made only where `?` asks.
    Switch(Name, Name),
    /// A module's `id?/feature`.
    Weak { module: Name, id: Name, feature: Name },
}

impl Node {
    /// The module that it belongs to.
    pub(crate) fn module(self) -> Option<Name> {
        match self {
            Node::Root => None,
            Node::Module(name) | Node::Feature(name, _) | Node::Optional(name, _) | Node::Switch(name, _) => {
                Some(name)
            }
            Node::Weak { module, .. } => Some(module),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Why a search ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The deadline.
    TooLong,
    /// The index was asked for too many ids.
    TooMany,
    /// The index could not tell.
    Index { id: String, error: IndexError },
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::TooLong => f.write_str("it took too long"),
            Stop::TooMany => f.write_str("there are too many modules"),
            Stop::Index { id, error } => write!(f, "{id}: {error}"),
        }
    }
}

impl std::error::Error for Stop {}

/// After so many conflicts a module is decided before its turn; after twice as many, before those.
const FIGHTS: u32 = 8;

/// What one package needs of others.
type Needs = Vec<(Node, Versions)>;

/// Answers PubGrub's questions.
pub(crate) struct Provider<'a> {
    request: &'a Request,
    catalog: RefCell<Catalog<'a>>,
    /// The order in which modules are best decided.
    places: RefCell<HashMap<Name, u32>>,
    /// The version that was last chosen of each module. A feature is asked about after its module.
    chosen: RefCell<HashMap<Name, u32>>,
    /// How often each package was part of a conflict.
    fights: RefCell<HashMap<Node, u32>>,
    steps: Cell<u64>,
    start: Instant,
}

impl<'a> Provider<'a> {
    pub(crate) fn new(
        catalog: Catalog<'a>,
        request: &'a Request,
        places: HashMap<Name, u32>,
    ) -> Provider<'a> {
        Provider {
            request,
            catalog: RefCell::new(catalog),
            places: RefCell::new(places),
            chosen: RefCell::default(),
            fights: RefCell::default(),
            steps: Cell::new(0),
            start: Instant::now(),
        }
    }

    /// The catalogue, the number of steps, and the modules by how often they were part of a conflict, most first.
    pub(crate) fn finish(self) -> (Catalog<'a>, u64, Vec<(Name, u32)>) {
        let mut fights: HashMap<Name, u32> = HashMap::new();
        for (node, count) in self.fights.into_inner() {
            if let Some(name) = node.module() {
                *fights.entry(name).or_default() += count;
            }
        }
        let catalog = self.catalog.into_inner();
        let mut fights: Vec<_> = fights.into_iter().collect();
        fights.sort_unstable_by_key(|(name, count)| (Reverse(*count), catalog.names.text(*name).to_owned()));
        (catalog, self.steps.get(), fights)
    }
}

/// Adds what a dependency needs, once it counts: its module in a version that it accepts and that has the features.
fn demand<'d>(
    catalog: &mut Catalog<'_>,
    dependency: &'d Dependency,
    features: impl IntoIterator<Item = &'d str>,
    needs: &mut Needs,
) -> Result<(), Stop> {
    let name = catalog.names.number(&dependency.id);
    let module = catalog.module(name)?;
    let mut versions = catalog.matching(name, &module, &dependency.req);
    let features: Vec<(Name, bool)> =
        features.into_iter().map(|text| (catalog.names.number(text), text == "default")).collect();
    for (feature, default) in &features {
        versions = versions.intersection(&module.with_feature(*feature, *default));
    }
    for (feature, _) in features {
        if module.acts(feature, &versions) {
            needs.push((Node::Feature(name, feature), versions.clone()));
        }
    }
    needs.push((Node::Module(name), versions));
    Ok(())
}

/// The features that a dependency names.
pub(crate) fn named(dependency: &Dependency) -> impl Iterator<Item = &str> {
    dependency.features.iter().map(String::as_str).chain(dependency.default_features.then_some("default"))
}

/// What an enabled item of a feature needs, in one version of a module.
fn enabled(
    catalog: &mut Catalog<'_>,
    module: Name,
    position: u32,
    candidate: &Candidate,
    item: &Enables,
    needs: &mut Needs,
) -> Result<(), Stop> {
    let this = Versions::singleton(position);
    match item {
        Enables::Feature(feature) => {
            let feature = catalog.names.number(feature);
            if catalog.module(module)?.acts(feature, &this) {
                needs.push((Node::Feature(module, feature), this));
            }
        }
        Enables::Dependency(id) => needs.push((Node::Optional(module, catalog.names.number(id)), this)),
        Enables::Of { id, feature, weak: true } => {
            let weak =
                Node::Weak { module, id: catalog.names.number(id), feature: catalog.names.number(feature) };
            needs.push((weak, Versions::select(2, |_| true)));
        }
        Enables::Of { id, feature, weak: false } => {
            let name = catalog.names.number(id);
            for dependency in candidate.dependencies.iter().filter(|dependency| dependency.id == **id) {
                if dependency.optional {
                    needs.push((Node::Optional(module, name), this.clone()));
                    // The feature of the same name comes along, if it still has a meaning of its own.
                    if catalog.module(module)?.acts(name, &this) {
                        needs.push((Node::Feature(module, name), this.clone()));
                    }
                }
                demand(catalog, dependency, [&**feature], needs)?;
            }
        }
    }
    Ok(())
}

impl Provider<'_> {
    fn needs(&self, node: Node, version: u32) -> Result<Needs, Stop> {
        let catalog = &mut *self.catalog.borrow_mut();
        let mut needs = Needs::new();
        match node {
            Node::Root => {
                catalog.announce(self.request.roots.iter().map(|root| root.id.as_str()));
                for root in &self.request.roots {
                    demand(catalog, root, named(root), &mut needs)?;
                }
            }
            Node::Module(name) => {
                let module = catalog.module(name)?;
                let Some((candidate, _)) = module.get(version) else { return Ok(needs) };
                let wanted = || candidate.dependencies.iter().filter(|dependency| !dependency.optional);
                catalog.announce(wanted().map(|dependency| dependency.id.as_str()));
                for dependency in wanted() {
                    demand(catalog, dependency, named(dependency), &mut needs)?;
                }
                // A version that depends on itself is a ring, which is looked for later; here it is content, or unfit.
                needs.retain(|(node, versions)| *node != Node::Module(name) || !versions.contains(&version));
                for (_, versions) in needs.iter_mut().filter(|(node, _)| *node == Node::Module(name)) {
                    *versions = Versions::empty();
                }
            }
            Node::Feature(name, feature) => {
                needs.push((Node::Module(name), Versions::singleton(version)));
                let module = catalog.module(name)?;
                let Some((candidate, features)) = module.get(version) else { return Ok(needs) };
                let text = catalog.names.text(feature).to_owned();
                for item in features.get(&text).unwrap_or_default() {
                    enabled(catalog, name, version, candidate, item, &mut needs)?;
                }
            }
            Node::Optional(name, id) => {
                needs.push((Node::Module(name), Versions::singleton(version)));
                let module = catalog.module(name)?;
                let Some((candidate, _)) = module.get(version) else { return Ok(needs) };
                if module.weak(id) {
                    needs.push((Node::Switch(name, id), Versions::singleton(1)));
                }
                let text = catalog.names.text(id).to_owned();
                for dependency in candidate.dependencies.iter().filter(|it| it.optional && it.id == text) {
                    demand(catalog, dependency, named(dependency), &mut needs)?;
                }
            }
            Node::Switch(..) => {}
            Node::Weak { module, id, .. } if version == 0 => {
                needs.push((Node::Switch(module, id), Versions::singleton(0)));
            }
            Node::Weak { id, feature, .. } => {
                let module = catalog.module(id)?;
                let default = catalog.names.text(feature) == "default";
                let versions = module.with_feature(feature, default);
                if module.acts(feature, &versions) {
                    needs.push((Node::Feature(id, feature), versions.clone()));
                }
                needs.push((Node::Module(id), versions));
            }
        }
        Ok(needs)
    }
}

impl DependencyProvider for Provider<'_> {
    type P = Node;
    type V = u32;
    type VS = Versions;
    /// Modules before their features before what is weak; what has no choice; what was fought over; dependants before
    /// dependencies; what has little choice.
    type Priority = (u8, bool, u32, Reverse<u32>, Reverse<u32>);
    type M = &'static str;
    type Err = Stop;

    fn prioritize(
        &self,
        node: &Node,
        range: &Versions,
        statistics: &PackageResolutionStatistics,
    ) -> Self::Priority {
        let conflicts = statistics.conflict_count();
        if conflicts > 0 {
            self.fights.borrow_mut().insert(*node, conflicts);
        }
        let rank = match node {
            Node::Root => 3,
            Node::Module(_) => 2,
            Node::Feature(..) | Node::Optional(..) | Node::Switch(..) => 1,
            Node::Weak { .. } => 0,
        };
        let place =
            node.module().and_then(|name| self.places.borrow().get(&name).copied()).unwrap_or(u32::MAX);
        let count = range.count();
        (
            rank,
            count == 1,
            (conflicts / FIGHTS).checked_ilog2().map_or(0, |log| log + 1),
            Reverse(place),
            Reverse(count),
        )
    }

    fn choose_version(&self, node: &Node, range: &Versions) -> Result<Option<u32>, Stop> {
        self.steps.set(self.steps.get() + 1);
        let highest = || range.highest().and_then(|position| u32::try_from(position).ok());
        let wanted = match node {
            Node::Root | Node::Weak { .. } => Some(0),
            Node::Switch(..) => None,
            Node::Module(name) => self.catalog.borrow().known(*name).and_then(|module| module.locked),
            Node::Feature(name, _) | Node::Optional(name, _) => self.chosen.borrow().get(name).copied(),
        };
        let choice = wanted.filter(|position| range.contains(position)).or_else(highest);
        if let (Node::Module(name), Some(position)) = (node, choice) {
            self.chosen.borrow_mut().insert(*name, position);
        }
        Ok(choice)
    }

    fn get_dependencies(
        &self,
        node: &Node,
        version: &u32,
    ) -> Result<Dependencies<Node, Versions, &'static str>, Stop> {
        let needs = self.needs(*node, *version)?;
        // What the survey did not come by has its place where it is first needed.
        let mut places = self.places.borrow_mut();
        let here = node.module().and_then(|name| places.get(&name).copied()).unwrap_or(0);
        for name in needs.iter().filter_map(|(node, _)| node.module()) {
            places.entry(name).or_insert(here);
        }
        Ok(Dependencies::Available(needs.into_iter().collect()))
    }

    fn should_cancel(&self) -> Result<(), Stop> {
        let thought = self.start.elapsed().saturating_sub(self.catalog.borrow().waited);
        if thought > self.request.deadline { Err(Stop::TooLong) } else { Ok(()) }
    }
}
