//! From a request to a solution, or to the reason why there is none.

use std::collections::{BTreeMap, HashMap};

use pubgrub::PubGrubError;

use crate::activate::activate;
use crate::catalog::{Catalog, MODULES, Name};
use crate::explain;
use crate::index::Index;
use crate::metadata::plain;
use crate::order::order;
use crate::provider::{Node, Provider, Stop};
use crate::request::{Chosen, Effort, Request, Solution};
use crate::survey::survey;
use crate::unsolvable::{Kind, Unsolvable};

/// Chooses one version of each module that the request needs.
///
/// Of each module the locked version is tried first, then the highest. The same request over the same index has the
/// same answer. A solution that was locked whole is kept as long as it satisfies everybody.
///
/// # Errors
///
/// [`Unsolvable`] says why there is no choice, or why none was found. Modules that depend on each other in a ring are an
/// error as they are in Cargo: the versions are chosen first, without regard to rings.
pub fn solve(index: &dyn Index, request: &Request) -> Result<Solution, Unsolvable> {
    let mut catalog = Catalog::new(index, request);
    let places = survey(&mut catalog, request);
    let provider = Provider::new(catalog, request, places);
    let answer = pubgrub::resolve(&provider, Node::Root, 0u32);
    let (mut catalog, steps, fights) = provider.finish();
    let versions: HashMap<_, _> = match answer {
        Ok(selected) => selected
            .into_iter()
            .filter_map(|(node, version)| match node {
                Node::Module(name) => Some((name, version)),
                _ => None,
            })
            .collect(),
        Err(PubGrubError::NoSolution(tree)) => return Err(explain::conflict(&catalog, request, tree)),
        Err(
            PubGrubError::ErrorRetrievingDependencies { source, .. }
            | PubGrubError::ErrorChoosingVersion { source, .. }
            | PubGrubError::ErrorInShouldCancel(source),
        ) => return Err(stopped(&catalog, request, source, steps, &fights)),
    };
    let effort = Effort { asked: catalog.asked, steps };
    let packages = activate(&mut catalog, request, versions).map_err(|id| {
        let text = format!(
            "no version of {id} was chosen, though it is needed: this is a fault of Rustle, please report it"
        );
        Unsolvable::new(Kind::Conflict, text, vec![id])
    })?;
    match order(&packages) {
        Ok(order) => Ok(Solution { packages, order, effort }),
        Err(ring) => Err(cycle(&packages, ring)),
    }
}

fn stopped(
    catalog: &Catalog<'_>,
    request: &Request,
    stop: Stop,
    steps: u64,
    fights: &[(Name, u32)],
) -> Unsolvable {
    match stop {
        Stop::TooLong => explain::too_long(catalog, request, steps, fights),
        Stop::TooMany => Unsolvable::new(
            Kind::TooLong,
            format!("there is no end of modules: after {MODULES} the search was given up"),
            Vec::new(),
        ),
        Stop::Index { id, error } => Unsolvable::new(
            Kind::Index,
            format!("which versions of {id} there are could not be learned: {error}"),
            vec![id],
        ),
    }
}

/// Prints the ring, every module with the version that would have been chosen.
fn cycle(packages: &BTreeMap<String, Chosen>, ring: Vec<String>) -> Unsolvable {
    let named = |id: &String| match packages.get(id) {
        Some(chosen) => format!("{id} {}", plain(&chosen.version)),
        None => id.clone(),
    };
    let text = match ring.as_slice() {
        [itself] => format!(
            "{} depends on itself\nA module is linked after those that it depends on, so none can come first.",
            named(itself)
        ),
        _ => {
            let mut text = String::from("these modules depend on each other in a ring:\n");
            for (at, id) in ring.iter().enumerate() {
                let next = ring.get(at + 1).or(ring.first());
                text.push_str(&format!(
                    "  {} depends on {}\n",
                    named(id),
                    next.map(named).unwrap_or_default()
                ));
            }
            text.push_str(
                "A module is linked after those that it depends on, so none of them can come first.",
            );
            text
        }
    };
    Unsolvable::new(Kind::Cycle, text, ring)
}
