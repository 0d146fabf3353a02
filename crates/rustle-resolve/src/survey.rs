//! A walk over the likely graph before the search, to know in which order to decide.
//!
//! Whoever decides a module before those that depend on it guesses: a constraint that comes later overturns the guess,
//! and all that was decided since. So modules are decided dependants first. Which they are is not known before versions
//! are chosen, but the newest version that the first dependant accepts is nearly always right, or near. The order is a
//! hint: a wrong one costs time, never the solution.
//!
//! The walk goes level by level, so that the index can fetch a whole level at once.

use std::collections::{HashMap, HashSet};

use crate::catalog::{Catalog, Name};
use crate::index::Dependency;
use crate::request::Request;

/// After so many modules the walk ends; the rest is decided last.
const MODULES: usize = 50_000;

/// The place of each module in the order, dependants before dependencies.
pub(crate) fn survey(catalog: &mut Catalog<'_>, request: &Request) -> HashMap<Name, u32> {
    let mut edges: HashMap<Name, Vec<Name>> = HashMap::new();
    let mut roots = Vec::new();
    let mut level: Vec<(Name, Dependency)> = Vec::new();
    for root in &request.roots {
        let name = catalog.names.number(&root.id);
        roots.push(name);
        level.push((name, root.clone()));
    }
    let mut seen = HashSet::new();
    while !level.is_empty() && edges.len() < MODULES {
        level.retain(|(name, _)| seen.insert(*name));
        catalog.announce(level.iter().map(|(_, dependency)| dependency.id.as_str()));
        let mut next = Vec::new();
        for (name, dependency) in level {
            // What cannot be read is an error when it is needed, and not before.
            let Ok(module) = catalog.module(name) else { continue };
            let versions = catalog.matching(name, &module, &dependency.req);
            let locked = module.locked.filter(|locked| pubgrub::VersionSet::contains(&versions, locked));
            let position = locked.or_else(|| u32::try_from(versions.highest()?).ok());
            let Some((candidate, _)) = position.and_then(|position| module.get(position)) else { continue };
            let needed = candidate.dependencies.iter().filter(|dependency| !dependency.optional);
            let targets: &mut Vec<Name> = edges.entry(name).or_default();
            for dependency in needed {
                let target = catalog.names.number(&dependency.id);
                targets.push(target);
                if !seen.contains(&target) {
                    next.push((target, dependency.clone()));
                }
            }
        }
        level = next;
    }
    places(&roots, &edges)
}

/// Numbers what can be reached, each before what it leads to.
fn places(roots: &[Name], edges: &HashMap<Name, Vec<Name>>) -> HashMap<Name, u32> {
    let mut entered = HashSet::new();
    let mut left: Vec<Name> = Vec::new();
    // The way to where the walk is. Not a recursion, since a chain may be longer than the stack.
    let mut way: Vec<(Name, std::slice::Iter<'_, Name>)> = Vec::new();
    for root in roots.iter().rev() {
        let mut next = Some(*root);
        loop {
            if let Some(name) = next.take().filter(|name| entered.insert(*name)) {
                way.push((name, edges.get(&name).map(Vec::as_slice).unwrap_or_default().iter()));
            }
            let Some((name, rest)) = way.last_mut() else { break };
            match rest.next() {
                Some(target) => next = Some(*target),
                None => {
                    left.push(*name);
                    way.pop();
                }
            }
        }
    }
    left.into_iter().rev().zip(0..).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Names;

    #[test]
    fn dependants_come_before_dependencies() {
        let mut names = Names::default();
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|text| names.number(text));
        let edges = HashMap::from([(a, vec![d, b]), (b, vec![c]), (c, vec![d])]);
        let places = places(&[a], &edges);
        assert_eq!([a, b, c, d].map(|name| places[&name]), [0, 1, 2, 3]);
    }

    #[test]
    fn rings_do_not_hold_it_up() {
        let mut names = Names::default();
        let [a, b] = ["a", "b"].map(|text| names.number(text));
        assert_eq!(places(&[b, a], &HashMap::from([(a, vec![b]), (b, vec![a])])).len(), 2);
    }
}
