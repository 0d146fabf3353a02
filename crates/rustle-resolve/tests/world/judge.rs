//! What holds for a choice of versions, worked out from the rules and in no hurry.

use std::collections::{BTreeMap, BTreeSet};

use rustle_resolve::{Candidate, Dependency, Request, Solution};
use semver::Version;

use super::shelf::Shelf;

/// What a choice of versions comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The modules that are needed, with their features.
    pub features: BTreeMap<String, BTreeSet<String>>,
    /// Who depends on whom.
    pub dependencies: BTreeMap<String, BTreeSet<String>>,
}

/// Walks from the roots until nothing changes, with one version of each id.
///
/// # Errors
///
/// The first demand that is not met.
pub fn judge(
    shelf: &Shelf,
    request: &Request,
    choice: &BTreeMap<String, Version>,
) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    let mut enabled: BTreeSet<(String, String)> = BTreeSet::new();
    for root in &request.roots {
        meet(shelf, request, choice, None, root, &mut outcome)?;
    }
    loop {
        let before = (outcome.features.clone(), outcome.dependencies.clone(), enabled.clone());
        for id in before.0.keys() {
            let candidate = find(shelf, choice, id)?;
            for dependency in &candidate.dependencies {
                if !dependency.optional || enabled.contains(&(id.clone(), dependency.id.clone())) {
                    meet(shelf, request, choice, Some(id), dependency, &mut outcome)?;
                }
            }
            for feature in outcome.features[id].clone() {
                let implicit = !candidate.features.contains_key(&feature);
                let list = if implicit {
                    vec![format!("dep:{feature}")]
                } else {
                    candidate.features[&feature].clone()
                };
                for item in list {
                    if let Some(other) = item.strip_prefix("dep:") {
                        enabled.insert((id.clone(), other.to_owned()));
                        continue;
                    }
                    let Some((other, wanted)) = item.split_once('/') else {
                        outcome.features.get_mut(id).unwrap().insert(item);
                        continue;
                    };
                    let (other, weak) = match other.strip_suffix('?') {
                        Some(other) => (other, true),
                        None => (other, false),
                    };
                    let optional = candidate.dependencies.iter().any(|it| it.id == other && it.optional);
                    if optional && !weak {
                        enabled.insert((id.clone(), other.to_owned()));
                        if known_features(candidate).contains(other) {
                            outcome.features.get_mut(id).unwrap().insert(other.to_owned());
                        }
                    }
                    if !optional || enabled.contains(&(id.clone(), other.to_owned())) {
                        let mut wanting =
                            candidate.dependencies.iter().find(|it| it.id == other).unwrap().clone();
                        wanting.features = vec![wanted.to_owned()];
                        wanting.default_features = false;
                        meet(shelf, request, choice, Some(id), &wanting, &mut outcome)?;
                    }
                }
            }
        }
        if before == (outcome.features.clone(), outcome.dependencies.clone(), enabled.clone()) {
            return Ok(outcome);
        }
    }
}

fn find<'s>(shelf: &'s Shelf, choice: &BTreeMap<String, Version>, id: &str) -> Result<&'s Candidate, String> {
    let version = choice.get(id).ok_or_else(|| format!("{id} was not chosen"))?;
    let candidates = shelf.modules.get(id).ok_or_else(|| format!("{id} does not exist"))?;
    candidates
        .iter()
        .find(|candidate| candidate.version == *version)
        .ok_or_else(|| format!("{id} {version} does not exist"))
}

fn meet(
    shelf: &Shelf,
    request: &Request,
    choice: &BTreeMap<String, Version>,
    from: Option<&String>,
    dependency: &Dependency,
    outcome: &mut Outcome,
) -> Result<(), String> {
    let id = &dependency.id;
    let candidate = find(shelf, choice, id)?;
    let version = &candidate.version;
    if !dependency.req.meaning().matches(version) {
        return Err(format!("{from:?} wants {id} {} and gets {version}", dependency.req));
    }
    if let Some(why) = unfit(candidate, request, id) {
        return Err(format!("{id} {version} {why}"));
    }
    let features = outcome.features.entry(id.clone()).or_default();
    let known = known_features(candidate);
    for feature in &dependency.features {
        if !known.contains(feature) {
            return Err(format!("{id} {version} has no feature {feature}"));
        }
        features.insert(feature.clone());
    }
    if dependency.default_features && known.contains("default") {
        features.insert("default".into());
    }
    outcome.dependencies.entry(id.clone()).or_default();
    if let Some(from) = from {
        outcome.dependencies.entry(from.clone()).or_default().insert(id.clone());
    }
    Ok(())
}

/// The features of a version, with those of optional dependencies that no `dep:` names.
fn known_features(candidate: &Candidate) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = candidate.features.keys().cloned().collect();
    let items: BTreeSet<&String> = candidate.features.values().flatten().collect();
    for dependency in candidate.dependencies.iter().filter(|dependency| dependency.optional) {
        if !items.contains(&format!("dep:{}", dependency.id)) {
            known.insert(dependency.id.clone());
        }
    }
    known
}

/// Why nobody may have a version.
pub fn unfit(candidate: &Candidate, request: &Request, id: &str) -> Option<&'static str> {
    let known = known_features(candidate);
    let broken = candidate.features.values().flatten().any(|item| {
        let id = item.trim_start_matches("dep:").split(['/', '?']).next().unwrap_or_default();
        let dependency = candidate.dependencies.iter().any(|dependency| dependency.id == id);
        match item.contains('/') || item.starts_with("dep:") {
            true => !dependency,
            false => !known.contains(item),
        }
    });
    let newer = |needs: &Version| request.rust_version.as_ref().is_some_and(|here| needs > here);
    let elsewhere = |target: &String| {
        !candidate.targets.is_empty() && !candidate.targets.iter().any(|glob| glob == "*" || glob == target)
    };
    if broken {
        Some("is broken")
    } else if candidate.yanked && request.locked.get(id) != Some(&candidate.version) {
        Some("is yanked")
    } else if candidate.rust_version.as_ref().is_some_and(newer) {
        Some("needs a newer Rust")
    } else if request.target.as_ref().is_some_and(elsewhere) {
        Some("is for another target")
    } else {
        None
    }
}

/// Checks everything that a solution says against the rules.
///
/// # Errors
///
/// What is wrong with it.
pub fn check(shelf: &Shelf, request: &Request, solution: &Solution) -> Result<(), String> {
    let choice = solution.packages.iter().map(|(id, chosen)| (id.clone(), chosen.version.clone())).collect();
    let outcome = judge(shelf, request, &choice)?;
    let told = Outcome {
        features: solution.packages.iter().map(|(id, it)| (id.clone(), it.features.clone())).collect(),
        dependencies: solution
            .packages
            .iter()
            .map(|(id, it)| (id.clone(), it.dependencies.clone()))
            .collect(),
    };
    if told != outcome {
        return Err(format!("told: {told:#?}\nis: {outcome:#?}"));
    }
    let mut seen = BTreeSet::new();
    for id in &solution.order {
        if let Some(late) = solution.packages[id].dependencies.iter().find(|it| !seen.contains(it)) {
            return Err(format!("{id} stands before {late}, on which it depends"));
        }
        if !seen.insert(id) {
            return Err(format!("{id} stands twice in the order"));
        }
    }
    if seen.len() != solution.packages.len() {
        return Err("the order lacks something".into());
    }
    Ok(())
}

/// Whether any choice satisfies everybody, by trying all.
pub fn satisfiable(shelf: &Shelf, request: &Request) -> bool {
    let ids: Vec<&String> = shelf.modules.keys().collect();
    let total: usize = shelf.modules.values().map(|candidates| candidates.len()).product();
    (0..total).any(|mut number| {
        let choice = ids
            .iter()
            .map(|id| {
                let candidates = &shelf.modules[*id];
                let version = candidates[number % candidates.len()].version.clone();
                number /= candidates.len();
                ((*id).clone(), version)
            })
            .collect();
        judge(shelf, request, &choice).is_ok()
    })
}
