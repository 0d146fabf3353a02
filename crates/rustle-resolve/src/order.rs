//! Dependencies first; and if that cannot be, the ring that they form.

use std::collections::BTreeMap;

use crate::request::Chosen;

/// The ids, each behind those that it depends on; among equals by name.
///
/// # Errors
///
/// The ids of a ring: each depends on the next, and the last on the first. A module that depends on itself is a ring of
/// one.
pub(crate) fn order(packages: &BTreeMap<String, Chosen>) -> Result<Vec<String>, Vec<String>> {
    /// Where the walk is with a module.
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Open,
        Done,
    }
    let mut states: BTreeMap<&str, State> = BTreeMap::new();
    let mut order = Vec::with_capacity(packages.len());
    for root in packages.keys() {
        // The way from the root to where the walk is, each module with those of its dependencies that are still to be
        // seen. Not a recursion, since a chain may be longer than the stack.
        let mut way: Vec<(&str, std::collections::btree_set::Iter<'_, String>)> = Vec::new();
        let mut next = Some(root.as_str());
        loop {
            match next.take().map(|id| (id, states.get(id).copied())) {
                Some((id, None)) => {
                    states.insert(id, State::Open);
                    if let Some(chosen) = packages.get(id) {
                        way.push((id, chosen.dependencies.iter()));
                    }
                }
                Some((id, Some(State::Open))) => {
                    return Err(way
                        .iter()
                        .map(|(on, _)| *on)
                        .skip_while(|on| *on != id)
                        .map(str::to_owned)
                        .collect());
                }
                Some((_, Some(State::Done))) | None => {}
            }
            let Some((id, rest)) = way.last_mut() else { break };
            match rest.next() {
                Some(dependency) => next = Some(dependency),
                None => {
                    states.insert(id, State::Done);
                    order.push(id.to_string());
                    way.pop();
                }
            }
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use semver::Version;

    use super::*;

    fn packages(edges: &[(&str, &[&str])]) -> BTreeMap<String, Chosen> {
        edges
            .iter()
            .map(|(id, dependencies)| {
                let dependencies = dependencies.iter().map(|id| id.to_string()).collect();
                let chosen =
                    Chosen { version: Version::new(1, 0, 0), features: BTreeSet::new(), dependencies };
                (id.to_string(), chosen)
            })
            .collect()
    }

    #[test]
    fn dependencies_come_first() {
        let order =
            order(&packages(&[("a", &["c", "d"]), ("b", &[]), ("c", &["d"]), ("d", &["b"])])).unwrap();
        assert_eq!(order, ["b", "d", "c", "a"]);
    }

    #[test]
    fn rings_are_found_without_their_way_in() {
        let ring =
            order(&packages(&[("a", &["b"]), ("b", &["c"]), ("c", &["d"]), ("d", &["b"])])).unwrap_err();
        assert_eq!(ring, ["b", "c", "d"]);
        assert_eq!(order(&packages(&[("a", &["a"])])).unwrap_err(), ["a"]);
    }

    #[test]
    fn a_long_chain_does_not_fill_the_stack() {
        let names: Vec<String> = (0..200_000).map(|number| format!("m{number:06}")).collect();
        let chain: BTreeMap<String, Chosen> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let dependencies = names.get(at + 1).cloned().into_iter().collect();
                (
                    name.clone(),
                    Chosen { version: Version::new(1, 0, 0), features: BTreeSet::new(), dependencies },
                )
            })
            .collect();
        assert_eq!(order(&chain).unwrap().len(), names.len());
    }
}
