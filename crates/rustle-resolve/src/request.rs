//! What is asked for, and what is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use semver::Version;

use crate::index::Dependency;

/// What is asked of the solver.
///
/// ```
/// # use rustle_resolve::{Constraint, Dependency, Request};
/// let roots = vec![Dependency::new("com.acme.vhost", "^1.2".parse()?)];
/// let request = Request { roots, ..Request::default() };
/// # Ok::<(), rustle_resolve::ConstraintError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    /// The modules that are wanted. An id may stand here more than once; then all of it counts.
    pub roots: Vec<Dependency>,
    /// Versions that were chosen before: they are preferred, and allowed though yanked. What nothing needs any more is
    /// left out.
    pub locked: BTreeMap<String, Version>,
    /// The Rust that will build the modules; `None` if that does not matter.
    pub rust_version: Option<Version>,
    /// The target triple; `None` if that does not matter.
    pub target: Option<String>,
    /// How long the solver may think. The time that the index takes does not count.
    pub deadline: Duration,
}

impl Default for Request {
    /// Nothing is wanted, and 10 seconds are given for it.
    fn default() -> Request {
        Request {
            roots: Vec::new(),
            locked: BTreeMap::new(),
            rust_version: None,
            target: None,
            deadline: Duration::from_secs(10),
        }
    }
}

/// What was chosen of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its version, as the index writes it.
    pub version: Version,
    /// The features that anybody enables, with all that those enable, and those that optional dependencies brought
    /// along. `default` is among them if the version has such a feature.
    pub features: BTreeSet<String>,
    /// The modules that it depends on, given these features.
    pub dependencies: BTreeSet<String>,
}

/// A choice that satisfies everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// One version of each module that is needed, by id.
    pub packages: BTreeMap<String, Chosen>,
    /// The ids, dependencies before those that depend on them; else by name.
    pub order: Vec<String>,
    /// What it took.
    pub effort: Effort,
}

/// What a search took. The same request over the same index always takes the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// How many ids the index was asked for.
    pub asked: u64,
    /// How many choices were tried.
    pub steps: u64,
}
