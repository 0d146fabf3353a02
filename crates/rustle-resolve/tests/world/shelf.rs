//! An index in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rustle_resolve::{Candidate, Constraint, Dependency, Index, IndexError};

/// Modules by id, and how often each was asked for.
#[derive(Debug, Default)]
pub struct Shelf {
    pub modules: BTreeMap<String, Arc<[Candidate]>>,
    pub calls: Mutex<BTreeMap<String, usize>>,
    pub announced: Mutex<Vec<Vec<String>>>,
}

impl Index for Shelf {
    fn candidates(&self, id: &str) -> Result<Arc<[Candidate]>, IndexError> {
        *self.calls.lock().unwrap().entry(id.to_owned()).or_default() += 1;
        match self.modules.get(id) {
            Some(candidates) => Ok(candidates.clone()),
            None => Err(IndexError::NotFound { searched: vec!["shelf one".into(), "shelf two".into()] }),
        }
    }

    fn prefetch(&self, ids: &[&str]) {
        self.announced.lock().unwrap().push(ids.iter().map(|id| id.to_string()).collect());
    }
}

impl Shelf {
    /// Adds a version: `shelf.put("a", "1.0.0", &["b ^1", "c >=2 +f +g -default ?"])`.
    pub fn put(&mut self, id: &str, version: &str, dependencies: &[&str]) {
        self.put_with(id, version, dependencies, |_| {});
    }

    /// Adds a version and changes it.
    pub fn put_with(
        &mut self,
        id: &str,
        version: &str,
        dependencies: &[&str],
        change: impl FnOnce(&mut Candidate),
    ) {
        let mut candidate = Candidate::new(version.parse().unwrap());
        candidate.dependencies = dependencies.iter().map(|text| dependency(text)).collect();
        change(&mut candidate);
        let entry = self.modules.entry(id.to_owned()).or_insert_with(|| Arc::new([]));
        *entry = entry.iter().cloned().chain([candidate]).collect();
    }
}

/// Reads `id constraint +feature -default ?`; the question mark makes it optional.
pub fn dependency(text: &str) -> Dependency {
    let (id, rest) = text.split_once(' ').unwrap_or((text, "*"));
    let mut dependency = Dependency::new(id, Constraint::any());
    let mut req = Vec::new();
    for word in rest.split(' ') {
        match word.split_at(1) {
            ("+", feature) => dependency.features.push(feature.to_owned()),
            ("-", "default") => dependency.default_features = false,
            ("?", "") => dependency.optional = true,
            _ => req.push(word),
        }
    }
    dependency.req = req.join(" ").parse().unwrap();
    dependency
}

/// Features as a map: `features(&[("f", &["dep:b", "b?/g"])])`.
pub fn features(list: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    list.iter()
        .map(|(name, enables)| (name.to_string(), enables.iter().map(|text| text.to_string()).collect()))
        .collect()
}
