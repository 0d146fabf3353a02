//! Graphs of modules, made from a seed.

use rustle_resolve::{Candidate, Constraint, Dependency, Request};
use semver::Version;

use super::dice::Dice;
use super::shelf::Shelf;

/// What a graph may contain. Chances are percentages.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The least and the most modules.
    pub modules: (usize, usize),
    /// The most versions of a module.
    pub versions: usize,
    /// The most dependencies of a version.
    pub dependencies: usize,
    /// How often a constraint is narrow (`=`, `~`, lists) rather than wide (`*`, `>=`).
    pub narrow: usize,
    /// How often a feature is asked for that need not exist.
    pub odd_features: usize,
    /// Whether `id?/feature` occurs.
    pub weak: bool,
    /// How often a graph has a ring that every solution contains.
    pub ring: usize,
    /// How often a dependency names a module that does not exist.
    pub missing: usize,
}

const VERSIONS: [&str; 12] = [
    "0.1.0",
    "0.1.1",
    "0.2.0",
    "1.0.0-alpha.1",
    "1.0.0",
    "1.0.1",
    "1.1.0",
    "1.2.0",
    "2.0.0-rc.1",
    "2.0.0-rc.2",
    "2.0.0",
    "2.1.0",
];

const FEATURES: [&str; 4] = ["default", "fa", "fb", "fc"];

/// The id of a module; it is also a valid name of a crate.
pub fn id(number: usize) -> String {
    format!("mod{number:02}")
}

/// Makes a graph and a request for it.
pub fn graph(seed: u64, shape: &Shape) -> (Shelf, Request) {
    let dice = &mut Dice(seed);
    let count = dice.within(shape.modules.0, shape.modules.1);
    let versions: Vec<Vec<Version>> = (0..count)
        .map(|_| {
            let wanted = dice.within(1, shape.versions);
            let mut chosen: Vec<&str> = (0..wanted).map(|_| *dice.pick(&VERSIONS)).collect();
            chosen.sort_unstable();
            chosen.dedup();
            chosen.into_iter().map(|version| version.parse().unwrap()).collect()
        })
        .collect();
    let mut shelf = Shelf::default();
    for number in 0..count {
        let candidates: Vec<Candidate> = versions[number]
            .iter()
            .map(|version| candidate(dice, shape, number, version, &versions))
            .collect();
        shelf.modules.insert(id(number), candidates.into());
    }
    let mut request = Request {
        rust_version: dice.percent(50).then(|| Version::new(1, 90, 0)),
        target: dice.percent(50).then(|| "x86_64-unknown-linux-gnu".to_owned()),
        ..Request::default()
    };
    for _ in 0..dice.within(1, 3) {
        let to = dice.below(count.min(4));
        let root = depend(dice, shape, to, &versions);
        if request.roots.iter().all(|other| other.id != root.id) {
            request.roots.push(root);
        }
    }
    if dice.percent(shape.ring) {
        let first = dice.below(count);
        let last = if dice.percent(30) { first } else { dice.within(first, count - 1) };
        tie(&mut shelf, &mut request, first, last);
    }
    (shelf, request)
}

/// Makes every version of one module depend on another, and back, and asks for it.
fn tie(shelf: &mut Shelf, request: &mut Request, first: usize, last: usize) {
    for (from, to) in [(first, last), (last, first)] {
        let candidates = shelf.modules.get_mut(&id(from)).unwrap();
        let mut tied = candidates.to_vec();
        for candidate in &mut tied {
            candidate.dependencies.retain(|dependency| dependency.id != id(to));
            candidate.dependencies.push(Dependency::new(id(to), Constraint::any()));
            // What named the dependency that was there before would be broken now.
            candidate.features.retain(|_, list| !list.iter().any(|item| item.contains(&id(to))));
            let names: Vec<String> = candidate.features.keys().cloned().collect();
            for list in candidate.features.values_mut() {
                list.retain(|item| item.contains("mod") || names.contains(item));
            }
        }
        *candidates = tied.into();
    }
    if request.roots.iter().all(|root| root.id != id(first)) {
        request.roots.push(Dependency::new(id(first), Constraint::any()));
    }
}

fn candidate(
    dice: &mut Dice,
    shape: &Shape,
    number: usize,
    version: &Version,
    all: &[Vec<Version>],
) -> Candidate {
    let mut candidate = Candidate::new(version.clone());
    for _ in 0..dice.within(0, shape.dependencies) {
        if number + 1 < all.len() {
            let to = dice.within(number + 1, all.len() - 1);
            if candidate.dependencies.iter().all(|dependency| dependency.id != id(to)) {
                let optional = dice.percent(30);
                candidate.dependencies.push(Dependency { optional, ..depend(dice, shape, to, all) });
            }
        }
    }
    for (at, feature) in FEATURES.iter().enumerate() {
        if !dice.percent(60) {
            continue;
        }
        let mut list = Vec::new();
        // Features enable later ones only, as none may enable itself.
        for other in &FEATURES[at + 1..] {
            if dice.percent(15) {
                list.push(other.to_string());
            }
        }
        for dependency in &candidate.dependencies {
            let inner = dice.pick(&FEATURES[1..]);
            match dice.below(12) {
                0 | 1 if dependency.optional => list.push(format!("dep:{}", dependency.id)),
                2 | 3 => list.push(format!("{}/{inner}", dependency.id)),
                4..=7 if dependency.optional && shape.weak => {
                    list.push(format!("{}?/{inner}", dependency.id))
                }
                _ => {}
            }
        }
        candidate.features.insert(feature.to_string(), list);
    }
    repair(dice, &mut candidate);
    candidate.yanked = dice.percent(6);
    candidate.rust_version = dice.percent(8).then(|| Version::new(1, *dice.pick(&[80, 95]), 0));
    if dice.percent(5) {
        candidate.targets = vec![dice.pick(&["x86_64-unknown-linux-gnu", "*", "armv7"]).to_string()];
    }
    candidate
}

/// Takes out what could not be published, but for a few.
fn repair(dice: &mut Dice, candidate: &mut Candidate) {
    let names: Vec<String> = candidate.features.keys().cloned().collect();
    let broken = dice.percent(4);
    for list in candidate.features.values_mut() {
        list.retain(|item| broken || item.contains("mod") || names.contains(item));
    }
}

fn depend(dice: &mut Dice, shape: &Shape, to: usize, all: &[Vec<Version>]) -> Dependency {
    let id = if dice.percent(shape.missing) { "nowhere".to_owned() } else { id(to) };
    let mut dependency = Dependency::new(id, constraint(dice, shape, &all[to]));
    dependency.default_features = dice.percent(70);
    if dice.percent(shape.odd_features) {
        dependency.features.push(dice.pick(&FEATURES[1..]).to_string());
    }
    dependency
}

fn constraint(dice: &mut Dice, shape: &Shape, versions: &[Version]) -> Constraint {
    let version = dice.pick(versions).clone();
    let other: &Version = &VERSIONS[dice.below(VERSIONS.len())].parse().unwrap();
    let text = match (dice.percent(shape.narrow), dice.below(8)) {
        (true, 0 | 1) => format!("={version}"),
        (true, 2) => format!("~{}.{}", version.major, version.minor),
        (true, 3) => format!(">={version}, <{other}"),
        (true, 4) => format!("<={version}"),
        (true, 5) => format!("{}.*", version.major),
        (true, _) => format!("^{version}"),
        (false, 0 | 1) => format!(">={version}"),
        (false, 2) => format!(">{version}"),
        (false, 3) => format!("{}", version.major),
        (false, 4) => format!("<{}", Version::new(version.major + 2, 0, 0)),
        (false, _) => "*".to_owned(),
    };
    text.parse().unwrap()
}
