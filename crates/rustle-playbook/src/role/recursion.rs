//! Roles that use themselves without end.

use std::collections::{BTreeMap, HashSet};

use crate::loader::Loader;
use crate::problem::Problem;
use crate::source::Location;

/// What of a role is used: its dependencies and variables, or one of its task files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Unit {
    Role(String),
    Tasks(String, String),
}

impl Unit {
    fn show(&self) -> &str {
        match self {
            Unit::Role(role) | Unit::Tasks(role, _) => role,
        }
    }
}

/// Which role uses which, statically.
#[derive(Default)]
pub(crate) struct RoleGraph {
    edges: BTreeMap<Unit, Vec<(Unit, Location)>>,
}

impl RoleGraph {
    /// Role `from` has the dependency `to`.
    pub fn depends(&mut self, from: &str, to: &str, at: Location) {
        let targets = self.edges.entry(Unit::Role(from.to_owned())).or_default();
        targets.push((Unit::Role(to.to_owned()), at.clone()));
        targets.push((Unit::Tasks(to.to_owned(), "main".to_owned()), at));
    }

    /// A task file of a role, `(role, file)`, imports the task file `entry` of role `to`.
    pub fn imports(&mut self, from: &(String, String), to: &str, entry: &str, at: Location) {
        let targets = self.edges.entry(Unit::Tasks(from.0.clone(), from.1.clone())).or_default();
        targets.push((Unit::Role(to.to_owned()), at.clone()));
        targets.push((Unit::Tasks(to.to_owned(), entry.to_owned()), at));
    }

    /// The rings there are, each as the units on it with where each one uses the next.
    fn rings(&self) -> Vec<Vec<(&Unit, &Location)>> {
        let mut rings = Vec::new();
        let mut done: HashSet<&Unit> = HashSet::new();
        for start in self.edges.keys() {
            // Depth first, without recursion: the way so far, and which edge of each unit comes next.
            let mut way: Vec<(&Unit, usize)> = vec![(start, 0)];
            while let Some((unit, next)) = way.last().copied() {
                let edge =
                    self.edges.get(unit).and_then(|edges| edges.get(next)).filter(|_| !done.contains(unit));
                let Some((target, _)) = edge else {
                    done.insert(unit);
                    way.pop();
                    continue;
                };
                if let Some(top) = way.last_mut() {
                    top.1 += 1;
                }
                match way.iter().position(|(known, _)| *known == target) {
                    Some(first) => rings.push(self.ring(way.get(first..).unwrap_or_default())),
                    None if done.contains(target) => {}
                    None => way.push((target, 0)),
                }
            }
        }
        rings
    }

    fn ring<'g>(&'g self, way: &[(&'g Unit, usize)]) -> Vec<(&'g Unit, &'g Location)> {
        way.iter()
            .filter_map(|(unit, next)| {
                let (_, at) = self.edges.get(*unit)?.get(next.checked_sub(1)?)?;
                Some((*unit, at))
            })
            .collect()
    }
}

impl Loader<'_> {
    /// Tells roles that use themselves without end.
    pub(crate) fn check_role_recursion(&mut self) {
        let graph = std::mem::take(&mut self.role_graph);
        for ring in graph.rings() {
            let Some((first, at)) = ring.first() else { continue };
            let names: Vec<&str> = ring.iter().map(|(unit, _)| unit.show()).chain([first.show()]).collect();
            let mut problem =
                Problem::error("role-loop", format!("a role uses itself: {}", names.join(" -> ")))
                    .at((*at).clone())
                    .labelled("the ring begins here");
            for (unit, at) in ring.iter().skip(1) {
                problem = problem.and_at((*at).clone(), format!("role '{}' goes on here", unit.show()));
            }
            self.problems.add(problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceFile;

    fn at() -> Location {
        Location::new(&Arc::new(SourceFile { path: "x".into(), text: String::new() }), 0..0)
    }

    #[test]
    fn rings_are_found_and_shared_roles_are_none() {
        let mut graph = RoleGraph::default();
        graph.depends("a", "b", at());
        graph.depends("a", "c", at());
        graph.depends("b", "c", at());
        assert!(graph.rings().is_empty());
        graph.depends("c", "a", at());
        let rings = graph.rings();
        assert!(!rings.is_empty());
        let names: Vec<&str> = rings[0].iter().map(|(unit, _)| unit.show()).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn a_role_may_import_another_of_its_own_files() {
        let mut graph = RoleGraph::default();
        graph.imports(&("a".into(), "main".into()), "a", "sub", at());
        assert!(graph.rings().is_empty());
        graph.imports(&("a".into(), "sub".into()), "a", "main", at());
        assert_eq!(graph.rings().len(), 1);
    }
}
