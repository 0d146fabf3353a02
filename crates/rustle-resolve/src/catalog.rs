//! What the index said, asked for once and prepared for the solver: names are numbers, versions are positions.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pubgrub::VersionSet;
use semver::{Version, VersionReq};

use crate::Constraint;
use crate::feature::{Enables, Features};
use crate::fitness::{Unfit, fit};
use crate::index::{Candidate, Index, IndexError};
use crate::metadata::same;
use crate::provider::Stop;
use crate::request::Request;
use crate::versions::Versions;

/// The most ids that an index is asked for. An index that makes up new ids for ever must not be followed for ever, and the
/// deadline does not count the time that it takes to answer.
pub(crate) const MODULES: u64 = 100_000;

/// The id of a module or the name of a feature, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(u32);

/// All names that occurred.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<Rc<str>, Name>,
    texts: Vec<Rc<str>>,
}

impl Names {
    pub(crate) fn number(&mut self, text: &str) -> Name {
        if let Some(name) = self.numbers.get(text) {
            return *name;
        }
        let name = Name(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text: Rc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, name);
        name
    }

    /// The number of a name that occurred.
    pub(crate) fn find(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).copied()
    }

    pub(crate) fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("", |text| text)
    }
}

/// A version that may be chosen.
#[derive(Debug)]
pub(crate) struct Fit {
    /// Its place among the candidates.
    at: usize,
    pub(crate) features: Features,
}

/// What versions do about a feature.
#[derive(Debug)]
struct Offer {
    /// Those that have it.
    has: Versions,
    /// Those of which it enables anything.
    acts: Versions,
}

/// A module, as far as the index knows it.
#[derive(Debug)]
pub(crate) struct Module {
    candidates: Arc<[Candidate]>,
    /// What may be chosen, ascending. Everywhere else a version is its position here.
    fit: Vec<Fit>,
    /// What may not, ascending.
    unfit: Vec<(usize, Unfit)>,
    /// The position of the version that is locked.
    pub(crate) locked: Option<u32>,
    /// If no source knows the module, those that were asked.
    pub(crate) searched: Option<Vec<String>>,
    offers: HashMap<Name, Offer>,
    /// The dependencies that some version names as in `id?/feature`.
    weak: HashSet<Name>,
}

impl Module {
    /// The candidate at a position, and its features.
    pub(crate) fn get(&self, position: u32) -> Option<(&Candidate, &Features)> {
        let fit = self.fit.get(position as usize)?;
        Some((self.candidates.get(fit.at)?, &fit.features))
    }

    /// The version at a position.
    pub(crate) fn version(&self, position: usize) -> Option<&Version> {
        Some(&self.candidates.get(self.fit.get(position)?.at)?.version)
    }

    /// How many versions may be chosen.
    pub(crate) fn count(&self) -> usize {
        self.fit.len()
    }

    /// The versions that may not be chosen, and why, ascending.
    pub(crate) fn unfit(&self) -> impl DoubleEndedIterator<Item = (&Candidate, &Unfit)> {
        self.unfit.iter().filter_map(|(at, why)| Some((self.candidates.get(*at)?, why)))
    }

    /// The versions that may be chosen, ascending.
    pub(crate) fn fitting(&self) -> impl DoubleEndedIterator<Item = &Candidate> {
        self.fit.iter().filter_map(|fit| self.candidates.get(fit.at))
    }

    /// Those that have a feature. Every version has `default`, though it may be of no account.
    pub(crate) fn with_feature(&self, feature: Name, default: bool) -> Versions {
        match self.offers.get(&feature) {
            _ if default => Versions::select(self.fit.len(), |_| true),
            Some(offer) => offer.has.clone(),
            None => Versions::empty(),
        }
    }

    /// Whether a feature enables anything in one of these versions.
    pub(crate) fn acts(&self, feature: Name, versions: &Versions) -> bool {
        self.offers.get(&feature).is_some_and(|offer| !offer.acts.is_disjoint(versions))
    }

    /// Whether some version says `id?/feature` of this dependency.
    pub(crate) fn weak(&self, id: Name) -> bool {
        self.weak.contains(&id)
    }
}

/// All modules that were asked for.
pub(crate) struct Catalog<'a> {
    index: &'a dyn Index,
    request: &'a Request,
    pub(crate) names: Names,
    modules: HashMap<Name, Result<Rc<Module>, IndexError>>,
    matching: HashMap<Name, HashMap<VersionReq, Versions>>,
    /// How many ids the index was asked for.
    pub(crate) asked: u64,
    /// How long it took to answer.
    pub(crate) waited: Duration,
}

impl<'a> Catalog<'a> {
    pub(crate) fn new(index: &'a dyn Index, request: &'a Request) -> Catalog<'a> {
        Catalog {
            index,
            request,
            names: Names::default(),
            modules: HashMap::new(),
            matching: HashMap::new(),
            asked: 0,
            waited: Duration::ZERO,
        }
    }

    /// Tells the index which ids come next.
    pub(crate) fn announce<'i>(&mut self, ids: impl Iterator<Item = &'i str>) {
        let mut new: Vec<&str> = Vec::new();
        for id in ids {
            let name = self.names.number(id);
            if !self.modules.contains_key(&name) {
                new.push(id);
            }
        }
        new.sort_unstable();
        new.dedup();
        if new.len() > 1 {
            let start = Instant::now();
            self.index.prefetch(&new);
            self.waited += start.elapsed();
        }
    }

    /// A module that was asked for before.
    pub(crate) fn known(&self, name: Name) -> Option<&Rc<Module>> {
        self.modules.get(&name)?.as_ref().ok()
    }

    /// A module. One that no source knows has no versions.
    ///
    /// # Errors
    ///
    /// If the index cannot tell, or was asked for too many.
    pub(crate) fn module(&mut self, name: Name) -> Result<Rc<Module>, Stop> {
        let stop = |id: &str, error| Stop::Index { id: id.to_owned(), error };
        if let Some(known) = self.modules.get(&name) {
            return known.clone().map_err(|error| stop(self.names.text(name), error));
        }
        if self.asked >= MODULES {
            return Err(Stop::TooMany);
        }
        let start = Instant::now();
        let answer = self.index.candidates(self.names.text(name));
        self.waited += start.elapsed();
        self.asked += 1;
        let known = match answer {
            Ok(candidates) => Ok(Rc::new(self.prepare(name, candidates, None))),
            Err(IndexError::NotFound { searched }) => {
                Ok(Rc::new(self.prepare(name, Arc::default(), Some(searched))))
            }
            Err(error) => Err(error),
        };
        self.modules.insert(name, known.clone());
        known.map_err(|error| stop(self.names.text(name), error))
    }

    fn prepare(&mut self, name: Name, candidates: Arc<[Candidate]>, searched: Option<Vec<String>>) -> Module {
        let id = self.names.text(name).to_owned();
        let mut sorted: Vec<(usize, &Candidate)> = candidates.iter().enumerate().collect();
        // Stable, so that of two that differ in build metadata only the first stays.
        sorted.sort_by(|(_, a), (_, b)| a.version.cmp_precedence(&b.version));
        sorted.dedup_by(|(_, b), (_, a)| same(&a.version, &b.version));
        let locked = self.request.locked.get(&id);
        let mut module = Module {
            candidates: Arc::default(),
            fit: Vec::new(),
            unfit: Vec::new(),
            locked: None,
            searched,
            offers: HashMap::new(),
            weak: HashSet::new(),
        };
        for (at, candidate) in sorted {
            match fit(&id, candidate, self.request) {
                Err(why) => module.unfit.push((at, why)),
                Ok(features) => {
                    let position = module.fit.len();
                    if locked.is_some_and(|locked| same(locked, &candidate.version)) {
                        module.locked = u32::try_from(position).ok();
                    }
                    for (feature, enables) in features.iter() {
                        let offer = module
                            .offers
                            .entry(self.names.number(feature))
                            .or_insert_with(|| Offer { has: Versions::empty(), acts: Versions::empty() });
                        offer.has.insert(position);
                        if !enables.is_empty() {
                            offer.acts.insert(position);
                        }
                        for item in enables {
                            if let Enables::Of { id, weak: true, .. } = item {
                                module.weak.insert(self.names.number(id));
                            }
                        }
                    }
                    module.fit.push(Fit { at, features });
                }
            }
        }
        module.candidates = candidates;
        module
    }

    /// The versions of a module that a constraint accepts.
    pub(crate) fn matching(&mut self, name: Name, module: &Module, req: &Constraint) -> Versions {
        let known = self.matching.entry(name).or_default();
        if let Some(versions) = known.get(req.meaning()) {
            return versions.clone();
        }
        let versions = Versions::select(module.count(), |position| {
            module.version(position).is_some_and(|version| req.matches(version))
        });
        known.insert(req.meaning().clone(), versions.clone());
        versions
    }
}
