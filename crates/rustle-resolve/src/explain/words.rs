//! Phrases for facts and for sets of versions.

use pubgrub::Term;

use super::derivation::Fact;
use crate::catalog::{Catalog, Module, Name};
use crate::index::Dependency;
use crate::metadata::plain;
use crate::provider::Node;
use crate::request::Request;
use crate::versions::Versions;

/// How many versions or modules are listed in a sentence before the rest is counted.
const LISTED: usize = 4;

/// What somebody needs of a module.
pub(super) struct Demand<'w> {
    pub(super) name: Name,
    pub(super) dependency: &'w Dependency,
    /// A feature that is needed beside those that the dependency names.
    pub(super) feature: Option<Name>,
}

/// Knows the names of things.
pub(super) struct Words<'w> {
    pub(super) catalog: &'w Catalog<'w>,
    pub(super) request: &'w Request,
}

impl<'w> Words<'w> {
    fn text(&self, name: Name) -> &'w str {
        self.catalog.names.text(name)
    }

    /// Some versions of a package, as the subject of a sentence.
    pub(super) fn subject(&self, node: Node, versions: &Versions) -> String {
        match node {
            Node::Root => "what is asked for".to_owned(),
            Node::Module(name) => self.versions(name, versions),
            Node::Feature(name, feature) => {
                format!("{} with feature `{}`", self.versions(name, versions), self.text(feature))
            }
            Node::Optional(name, id) => {
                format!("{} with its optional {}", self.versions(name, versions), self.text(id))
            }
            Node::Switch(module, id) | Node::Weak { module, id, .. } => {
                format!("{} with or without {}", self.text(module), self.text(id))
            }
        }
    }

    /// Some versions of a module: `com.acme.b 1.0.0`, `every version of com.acme.b`, `com.acme.b 1.0.0 to 1.4.2`.
    fn versions(&self, name: Name, versions: &Versions) -> String {
        let id = self.text(name);
        let Some(module) = self.catalog.known(name) else { return id.to_owned() };
        let positions: Vec<usize> = versions.iter().collect();
        if positions.len() == module.count() && positions.len() > 1 {
            return match module.unfit().next() {
                Some(_) => format!("every usable version of {id}"),
                None => format!("every version of {id}"),
            };
        }
        let list: Vec<String> =
            positions.iter().filter_map(|at| Some(plain(module.version(*at)?).to_string())).collect();
        match (positions.as_slice(), list.as_slice()) {
            (_, []) => format!("no version of {id}"),
            ([first, .., last], [low, .., high]) if list.len() > 2 && last - first + 1 == list.len() => {
                format!("{id} {low} to {high}")
            }
            (_, [low, .., high]) if list.len() > LISTED => {
                format!("{id} {low} … {high} ({} versions)", list.len())
            }
            _ => format!("{id} {}", and(&list)),
        }
    }

    /// A verb of the third person, as these versions take it: `depends`, or `depend` if they are several.
    fn verb(&self, node: Node, versions: &Versions, verb: &'static str) -> &'static str {
        let all =
            |name| self.catalog.known(name).is_none_or(|module| module.count() == versions.iter().count());
        match node.module() {
            Some(name) if versions.count() > 1 && !all(name) => verb.strip_suffix('s').unwrap_or(verb),
            _ => verb,
        }
    }

    /// A conclusion: that these terms cannot hold at once.
    pub(super) fn conclusion(&self, terms: &[(Node, Term<Versions>)]) -> String {
        let (mut subjects, mut needed) = (Vec::new(), Vec::new());
        let mut verb = "needs";
        for (node, term) in terms.iter().filter(|(node, _)| *node != Node::Root) {
            match term {
                Term::Positive(versions) => {
                    verb = self.verb(*node, versions, "needs");
                    subjects.push(self.subject(*node, versions));
                }
                Term::Negative(versions) => needed.push(self.subject(*node, versions)),
            }
        }
        match (subjects.as_slice(), needed.as_slice()) {
            ([], []) => "nothing fits".to_owned(),
            ([], _) => format!("{} is needed", needed.join(" or ")),
            ([one], []) => format!("{one} cannot be used"),
            (_, []) => format!("{} exclude each other", and(&subjects)),
            ([one], _) => format!("{one} {verb} {}", needed.join(" or ")),
            _ => format!("{} together need {}", and(&subjects), needed.join(" or ")),
        }
    }

    /// A fact, as what follows "because".
    pub(super) fn fact(&self, fact: &Fact) -> String {
        let (from, versions) = (fact.from, &fact.versions);
        match (from, fact.on) {
            (Node::Root, _) => self.asked(&[fact]),
            (Node::Feature(of, _), Node::Feature(module, other)) if of == module => {
                let enables = self.verb(from, versions, "enables");
                format!("{} {enables} `{}`", self.subject(from, versions), self.text(other))
            }
            (Node::Feature(of, _), Node::Optional(module, id)) if of == module => {
                let enables = self.verb(from, versions, "enables");
                format!("{} {enables} its optional {}", self.subject(from, versions), self.text(id))
            }
            (Node::Optional(name, _), _) => {
                let depends = self.verb(from, versions, "depends");
                let subject = self.versions(name, versions);
                format!("{subject} optionally {depends} on {}{}", self.object(fact), self.end(fact))
            }
            (Node::Weak { module, id, feature }, _) => {
                let (module, id, feature) = (self.text(module), self.text(id), self.text(feature));
                format!("{module} enables feature `{feature}` of {id}{}", self.end(fact))
            }
            _ => {
                let depends = self.verb(from, versions, "depends");
                let subject = self.subject(from, versions);
                format!("{subject} {depends} on {}{}", self.object(fact), self.end(fact))
            }
        }
    }

    /// What is asked for, in one clause.
    pub(super) fn asked(&self, facts: &[&Fact]) -> String {
        let mut objects: Vec<String> = facts.iter().map(|fact| self.object(fact)).collect();
        objects.sort();
        objects.dedup();
        let is = if objects.len() > 1 { "are" } else { "is" };
        let end = facts.iter().map(|fact| self.end(fact)).find(|end| !end.is_empty()).unwrap_or_default();
        format!("{} {is} asked for{end}", and(&objects))
    }

    /// The dependency that a fact is about: `com.acme.b ^2 with feature `x``.
    fn object(&self, fact: &Fact) -> String {
        let demands = self.demands(fact);
        let (name, extra) = match fact.on {
            Node::Module(name) => (name, None),
            Node::Feature(name, feature) => (name, Some(feature)),
            other => return self.subject(other, &fact.accepted),
        };
        let Some(Demand { dependency, feature, .. }) = demands.first() else {
            return self.subject(fact.on, &fact.accepted);
        };
        // If versions that were taken together write it differently, what they accept alike is said.
        if demands.iter().any(|other| other.dependency.req != dependency.req) {
            return self.subject(fact.on, &fact.accepted);
        }
        let mut features: Vec<&str> = dependency.features.iter().map(String::as_str).collect();
        features.extend(
            extra.or(*feature).map(|feature| self.text(feature)).filter(|feature| *feature != "default"),
        );
        features.sort_unstable();
        features.dedup();
        let features: Vec<String> = features.into_iter().map(|feature| format!("`{feature}`")).collect();
        let object = format!("{} {}", self.text(name), dependency.req);
        match features.as_slice() {
            [] => object,
            [one] => format!("{object} with feature {one}"),
            _ => format!("{object} with features {}", and(&features)),
        }
    }

    /// What is said behind a fact of which no version will do.
    fn end(&self, fact: &Fact) -> String {
        let Node::Module(name) = fact.on else { return String::new() };
        if !fact.accepted.is_empty() {
            return String::new();
        }
        let impossible = self.demands(fact).first().is_some_and(|demand| demand.dependency.req.impossible());
        match self.catalog.known(name).map(|module| &**module) {
            Some(Module { searched: Some(_), .. }) => ", but no source has it".to_owned(),
            _ if impossible => ", but no version can ever match that".to_owned(),
            _ => ", but no version of it can be used".to_owned(),
        }
    }

    /// The dependencies behind a fact: one of each version that it speaks of, none if it is about features of one module.
    pub(super) fn demands(&self, fact: &Fact) -> Vec<Demand<'w>> {
        let (Node::Module(name) | Node::Feature(name, _)) = fact.on else { return Vec::new() };
        let id = self.text(name);
        let demand = |dependency: &'w Dependency, feature| Demand { name, dependency, feature };
        let (module, optional, feature) = match fact.from {
            Node::Root => {
                return self
                    .request
                    .roots
                    .iter()
                    .filter(|root| root.id == id)
                    .map(|root| demand(root, None))
                    .collect();
            }
            Node::Module(module) => (module, Some(false), None),
            Node::Optional(module, _) => (module, Some(true), None),
            Node::Feature(module, feature) => (module, None, Some(feature)),
            Node::Switch(..) | Node::Weak { .. } => return Vec::new(),
        };
        let Some(known) = self.catalog.known(module) else { return Vec::new() };
        let mut demands = Vec::new();
        for position in fact.versions.iter() {
            let Some((candidate, features)) = u32::try_from(position).ok().and_then(|at| known.get(at))
            else {
                continue;
            };
            // `id/feature` of a feature asks for one more feature of the dependency.
            let asked = feature.and_then(|feature| {
                features.get(self.text(feature))?.iter().find_map(|item| match item {
                    crate::feature::Enables::Of { id: of, feature, .. } if **of == *id => {
                        self.catalog.names.find(feature)
                    }
                    _ => None,
                })
            });
            demands.extend(
                candidate
                    .dependencies
                    .iter()
                    .filter(|it| it.id == id && optional.is_none_or(|optional| it.optional == optional))
                    .map(|dependency| demand(dependency, asked)),
            );
        }
        demands
    }

    /// The modules that a fact names.
    pub(super) fn ids(&self, fact: &Fact) -> Vec<String> {
        [fact.from.module(), fact.on.module()]
            .into_iter()
            .flatten()
            .map(|name| self.text(name).to_owned())
            .collect()
    }
}

/// `a, b and c`, or `a, b, c, d and 3 more`.
pub(super) fn and(list: &[String]) -> String {
    match list {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] if list.len() <= LISTED => format!("{} and {last}", most.join(", ")),
        _ => {
            let shown: Vec<&str> = list.iter().take(LISTED).map(String::as_str).collect();
            format!("{} and {} more", shown.join(", "), list.len() - LISTED)
        }
    }
}
