//! PubGrub's derivation as a list: facts, and steps that follow from two earlier entries.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use pubgrub::{DerivationTree, External, Term};

use crate::provider::Node;
use crate::versions::Versions;

type Tree = DerivationTree<Node, Versions, &'static str>;

/// That some versions of one package need some versions of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) from: Node,
    pub(super) versions: Versions,
    pub(super) on: Node,
    /// Nothing, if no version of the other will do.
    pub(super) accepted: Versions,
}

impl Fact {
    /// Whether it is true by construction (a feature goes with its module), so that nobody needs to be told.
    fn plain(&self) -> bool {
        match (self.from, self.on) {
            (Node::Feature(of, _) | Node::Optional(of, _), Node::Module(module)) => {
                of == module && !self.accepted.is_empty()
            }
            (_, Node::Switch(..) | Node::Weak { .. }) => true,
            _ => false,
        }
    }
}

/// A conclusion: all of these terms cannot hold at once.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) terms: Vec<(Node, Term<Versions>)>,
    pub(super) causes: [usize; 2],
}

/// An entry of the list.
#[derive(Debug)]
pub(super) enum Entry {
    Fact(Fact),
    Step(Step),
    /// What needs no telling.
    Plain,
    /// The same as an earlier entry, but for what needs no telling.
    Same(usize),
}

/// The list. Causes come before what follows from them; the last entry says that nothing fits.
#[derive(Debug)]
pub(super) struct Derivation {
    entries: Vec<Entry>,
}

impl Derivation {
    /// Takes a tree apart. No recursion anywhere, since a tree may be as deep as a graph has modules; not even to free it.
    pub(super) fn read(tree: Tree) -> Derivation {
        let top = Arc::new(tree);
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: HashMap<*const Tree, usize> = HashMap::new();
        let mut stack: Vec<&Arc<Tree>> = vec![&top];
        while let Some(node) = stack.last().copied() {
            let place = Arc::as_ptr(node);
            if places.contains_key(&place) {
                stack.pop();
                continue;
            }
            let entry = match &**node {
                DerivationTree::External(External::FromDependencyOf(from, versions, on, accepted)) => {
                    let fact =
                        Fact { from: *from, versions: versions.clone(), on: *on, accepted: accepted.clone() };
                    if fact.plain() { Entry::Plain } else { Entry::Fact(fact) }
                }
                DerivationTree::External(_) => Entry::Plain,
                DerivationTree::Derived(derived) => {
                    let causes = [&derived.cause1, &derived.cause2];
                    let known = causes.map(|cause| places.get(&Arc::as_ptr(cause)).copied());
                    let [Some(first), Some(second)] = known else {
                        stack.extend(
                            causes
                                .into_iter()
                                .zip(known)
                                .filter(|(_, known)| known.is_none())
                                .map(|(cause, _)| cause),
                        );
                        continue;
                    };
                    let mut terms: Vec<_> =
                        derived.terms.iter().map(|(node, term)| (*node, term.clone())).collect();
                    terms.sort_by_key(|(node, _)| *node);
                    join(&entries, terms, first, second)
                }
            };
            places.insert(place, entries.len());
            entries.push(entry);
            stack.pop();
        }
        dismantle(top);
        Derivation { entries }
    }

    /// The last entry.
    pub(super) fn end(&self) -> usize {
        self.resolve(self.entries.len().saturating_sub(1))
    }

    /// The entry that an index leads to.
    pub(super) fn resolve(&self, at: usize) -> usize {
        follow(&self.entries, at)
    }

    pub(super) fn get(&self, at: usize) -> Option<&Entry> {
        self.entries.get(self.resolve(at))
    }

    /// Every fact that counts, in the order of the list.
    pub(super) fn facts(&self) -> impl Iterator<Item = &Fact> {
        let mut seen = HashSet::new();
        let mut reached: Vec<usize> = Vec::new();
        let mut stack = vec![self.end()];
        while let Some(at) = stack.pop() {
            if seen.insert(at) {
                match self.entries.get(at) {
                    Some(Entry::Fact(_)) => reached.push(at),
                    Some(Entry::Step(step)) => stack.extend(step.causes.map(|cause| self.resolve(cause))),
                    _ => {}
                }
            }
        }
        reached.sort_unstable();
        reached.into_iter().filter_map(|at| match self.entries.get(at) {
            Some(Entry::Fact(fact)) => Some(fact),
            _ => None,
        })
    }
}

fn follow(entries: &[Entry], mut at: usize) -> usize {
    // Each leads to an earlier one.
    while let Some(Entry::Same(earlier)) = entries.get(at) {
        at = *earlier;
    }
    at
}

/// What follows from two entries.
fn join(entries: &[Entry], terms: Vec<(Node, Term<Versions>)>, first: usize, second: usize) -> Entry {
    let (first, second) = (follow(entries, first), follow(entries, second));
    match (entries.get(first), entries.get(second)) {
        (Some(Entry::Plain), Some(Entry::Plain)) => Entry::Plain,
        (Some(Entry::Plain), _) => Entry::Same(second),
        (_, Some(Entry::Plain)) => Entry::Same(first),
        _ if first == second => Entry::Same(first),
        _ => Entry::Step(Step { terms, causes: [first, second] }),
    }
}

/// Frees a tree without recursion.
fn dismantle(top: Arc<Tree>) {
    let mut stack = vec![top];
    while let Some(tree) = stack.pop() {
        if let Some(DerivationTree::Derived(derived)) = Arc::into_inner(tree) {
            stack.push(derived.cause1);
            stack.push(derived.cause2);
        }
    }
}
