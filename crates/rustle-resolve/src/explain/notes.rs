//! Which versions were not considered, and what there is instead.

use std::collections::BTreeMap;

use semver::{Prerelease, Version};

use super::words::{Demand, and};
use crate::catalog::{Catalog, Module, Name};
use crate::fitness::Unfit;
use crate::index::Dependency;
use crate::metadata::plain;

/// The most notes about one module.
const NOTES: usize = 5;

/// Lines about the modules that were demanded, by id.
pub(super) fn about(demands: &[Demand<'_>], catalog: &Catalog<'_>) -> Vec<String> {
    let mut by_id: BTreeMap<&str, (Name, Vec<&Demand<'_>>)> = BTreeMap::new();
    for demand in demands {
        let id = catalog.names.text(demand.name);
        let (_, list) = by_id.entry(id).or_insert_with(|| (demand.name, Vec::new()));
        let known = |other: &&Demand<'_>| {
            other.dependency.req == demand.dependency.req
                && other.dependency.features == demand.dependency.features
                && other.feature == demand.feature
        };
        if !list.iter().any(known) {
            list.push(demand);
        }
    }
    let mut lines = Vec::new();
    for (id, (name, demands)) in by_id {
        let Some(module) = catalog.known(name) else { continue };
        let mut notes = Vec::new();
        match &module.searched {
            Some(searched) if searched.is_empty() => {
                notes.push(format!("{id}: there is no source to search"))
            }
            Some(searched) => notes.push(format!("{id} was searched in: {}", searched.join(", "))),
            None => {
                for demand in demands {
                    one(id, module, demand, catalog, &mut notes);
                }
            }
        }
        let more = notes.len().saturating_sub(NOTES);
        lines.extend(notes.into_iter().take(NOTES).map(|note| format!("  note: {note}")));
        if more > 0 {
            lines.push(format!("  note: {id}: {more} more are not shown"));
        }
    }
    lines
}

fn one(id: &str, module: &Module, demand: &Demand<'_>, catalog: &Catalog<'_>, notes: &mut Vec<String>) {
    let mut add = |note: String| {
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    let Dependency { req, features, .. } = demand.dependency;
    let mut passing = false;
    for (candidate, why) in module.unfit().rev().filter(|(candidate, _)| req.matches(&candidate.version)) {
        passing = true;
        add(format!("{id} {} {why}", plain(&candidate.version)));
        if let Unfit::Rust { .. } | Unfit::Target { .. } = why {
            add(match module.fitting().next_back() {
                Some(newest) => {
                    format!("the nearest version of {id} that fits is {}", plain(&newest.version))
                }
                None => format!("no version of {id} fits"),
            });
        }
    }
    let extra = demand.feature.map(|feature| catalog.names.text(feature));
    for position in (0..module.count()).rev() {
        let Some((candidate, known)) = u32::try_from(position).ok().and_then(|at| module.get(at)) else {
            continue;
        };
        if !req.matches(&candidate.version) {
            continue;
        }
        passing = true;
        for feature in features.iter().map(String::as_str).chain(extra) {
            if feature != "default" && known.get(feature).is_none() {
                let has: Vec<String> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
                let has = if has.is_empty() { "none".to_owned() } else { and(&has) };
                add(format!("{id} {} has no feature `{feature}` (it has {has})", plain(&candidate.version)));
            }
        }
    }
    if passing || req.impossible() {
        return;
    }
    let all: Vec<&Version> = module.fitting().map(|candidate| &candidate.version).collect();
    let (early, releases): (Vec<_>, Vec<_>) = all.into_iter().partition(|version| !version.pre.is_empty());
    let listed: Vec<String> = releases.iter().rev().map(|version| plain(version).to_string()).collect();
    add(match listed.as_slice() {
        [] => format!("{id} has no version that matches {req}"),
        [one] => format!("{id} has no version that matches {req}; there is {one}"),
        _ => format!("{id} has no version that matches {req}; there are {}", and(&listed)),
    });
    for version in early.into_iter().rev() {
        let release = Version { pre: Prerelease::EMPTY, ..plain(version) };
        if req.matches(&release) {
            let version = plain(version);
            add(format!(
                "{id} {version} is a pre-release, which only a constraint that names one accepts, such as ^{version}"
            ));
        }
    }
}
