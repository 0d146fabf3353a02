//! Why there is no solution, told for people.
//!
//! PubGrub ends with a derivation: facts ("a 1.2 depends on b ^2") of which two at a time yield a conclusion, until the
//! last says that nothing fits. [`derivation`] makes a list of it and leaves out what is true of features by
//! construction, [`words`] has the phrases, [`story`] puts them into sentences, and [`notes`] adds which versions were
//! not considered, and why.

mod derivation;
mod notes;
mod story;
mod words;

use std::collections::{BTreeSet, HashMap};

use pubgrub::{DerivationTree, VersionSet};

use crate::catalog::{Catalog, Name};
use crate::provider::Node;
use crate::request::Request;
use crate::unsolvable::{Kind, Unsolvable};
use crate::versions::Versions;
use derivation::Derivation;
use words::{Demand, Words};

/// No choice of versions satisfies everybody.
pub(crate) fn conflict(
    catalog: &Catalog<'_>,
    request: &Request,
    tree: DerivationTree<Node, Versions, &'static str>,
) -> Unsolvable {
    let derivation = Derivation::read(tree);
    let words = Words { catalog, request };
    let demands: Vec<Demand<'_>> = derivation.facts().flat_map(|fact| words.demands(fact)).collect();
    let ids: BTreeSet<String> = derivation.facts().flat_map(|fact| words.ids(fact)).collect();
    let kind = kind(&derivation, catalog);
    let mut lines = vec![match kind {
        Kind::NotFound => "a module that is needed is in no source".to_owned(),
        _ => "no choice of versions satisfies everybody".to_owned(),
    }];
    lines.extend(story::tell(&derivation, &words));
    lines.extend(notes::about(&demands, catalog));
    Unsolvable::new(kind, lines.join("\n"), ids.into_iter().collect())
}

/// Whether it comes down to modules that do not exist.
fn kind(derivation: &Derivation, catalog: &Catalog<'_>) -> Kind {
    let mut missing = false;
    // What all that need a module accept of it.
    let mut accepted: HashMap<Node, Versions> = HashMap::new();
    for fact in derivation.facts() {
        let known = match fact.on {
            Node::Module(name) => catalog.known(name),
            _ => None,
        };
        if fact.accepted.is_empty() && known.is_some_and(|module| module.searched.is_some()) {
            missing = true;
            continue;
        }
        let all = accepted.entry(fact.on).or_insert_with(Versions::full);
        *all = all.intersection(&fact.accepted);
        if all.is_empty() {
            return Kind::Conflict;
        }
    }
    if missing { Kind::NotFound } else { Kind::Conflict }
}

/// The deadline came first.
pub(crate) fn too_long(
    catalog: &Catalog<'_>,
    request: &Request,
    steps: u64,
    fights: &[(Name, u32)],
) -> Unsolvable {
    let ids: Vec<String> =
        fights.iter().take(5).map(|(name, _)| catalog.names.text(*name).to_owned()).collect();
    let mut text = format!(
        "no choice of versions was found within {:?}, though {steps} choices were tried; whether there is one is not known",
        request.deadline
    );
    if !ids.is_empty() {
        text.push_str(&format!(
            "\nmost fought over: {}\nThe search is shorter if the version of one of them is given, such as `=1.2.3`.",
            ids.join(", ")
        ));
    }
    Unsolvable::new(Kind::TooLong, text, ids)
}
