//! What of a crate is within reach of each module of Rustle in it.
//!
//! A crate with ten modules touches what all of them touch, but each declares its own permissions. So it is noted which
//! item names which others: a module reaches its own place in the code, and whatever is named from there.

use std::collections::{BTreeMap, BTreeSet};

use super::scopes::Scopes;

/// An item of a crate: a function, a type with everything implemented for it, a trait with everything that implements it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// The scope of the module (Rust's) that declares it.
    pub module: usize,
    /// Its name; empty for what has none.
    pub item: String,
}

/// Which items name which.
#[derive(Debug, Default)]
pub struct Uses {
    edges: BTreeMap<Node, BTreeSet<Node>>,
}

impl Uses {
    /// Notes that each of `from` names `to`.
    pub fn add(&mut self, from: &[Node], to: &Node) {
        for from in from {
            let edges = self.edges.entry(from.clone()).or_default();
            if !edges.contains(to) {
                edges.insert(to.clone());
            }
        }
    }

    /// Whatever each module of Rustle reaches, by its name: everything in the module (Rust's) that it stands in and in those
    /// inside, except where other modules of Rustle stand, and what is named from there.
    pub fn reach(&self, scopes: &Scopes, all: &BTreeSet<Node>) -> BTreeMap<String, BTreeSet<Node>> {
        let mut reach: BTreeMap<String, BTreeSet<Node>> = BTreeMap::new();
        for (home, scope) in scopes.all.iter().enumerate() {
            for name in &scope.modules {
                let home = scopes.module(home);
                let is_home = |node: &&Node| is_part(scopes, node.module, home);
                let mut next: Vec<Node> =
                    all.iter().chain(self.edges.keys()).filter(is_home).cloned().collect();
                let reached = reach.entry(name.clone()).or_default();
                while let Some(node) = next.pop() {
                    if reached.contains(&node) {
                        continue;
                    }
                    next.extend(self.edges.get(&node).into_iter().flatten().cloned());
                    // What has no name belongs to whatever stands beside it.
                    next.push(Node { module: node.module, item: String::new() });
                    reached.insert(node);
                }
            }
        }
        reach
    }
}

/// Whether the module `inner` is `home`, or stands in it with no module of Rustle between.
fn is_part(scopes: &Scopes, inner: usize, home: usize) -> bool {
    let mut at = inner;
    while at != home {
        let Some(scope) = scopes.all.get(at).filter(|scope| scope.modules.is_empty()) else { return false };
        let Some(parent) = scope.parent else { return false };
        at = parent;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(module: usize, item: &str) -> Node {
        Node { module, item: item.to_owned() }
    }

    #[test]
    fn a_module_reaches_what_it_names_and_no_more() {
        let mut scopes = Scopes::default();
        let root = scopes.add(None, false);
        let [one, two] = ["one", "two"].map(|name| {
            let scope = scopes.add(Some(root), false);
            scopes.all[scope].modules.push(name.to_owned());
            scope
        });
        let shared = scopes.add(Some(root), false);
        let inside = scopes.add(Some(one), false);
        let mut uses = Uses::default();
        uses.add(&[node(one, "One")], &node(shared, "read"));
        uses.add(&[node(shared, "read")], &node(shared, "open"));
        uses.add(&[node(shared, "write")], &node(shared, "open"));
        let all = [node(inside, "f"), node(two, "Two"), node(shared, "write"), node(shared, "open")];
        let reach = uses.reach(&scopes, &all.into_iter().collect());
        let reached = |name: &str, module: usize, item: &str| reach[name].contains(&node(module, item));
        assert!(
            reached("one", shared, "read") && reached("one", shared, "open") && reached("one", inside, "f")
        );
        assert!(!reached("one", shared, "write") && !reached("one", two, "Two"));
        assert!(reached("two", two, "Two") && !reached("two", shared, "open"));
    }
}
