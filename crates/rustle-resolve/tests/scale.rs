//! Large graphs: what it takes grows no faster than they do, and no depth fills the stack.

mod world;

use std::sync::Arc;
use std::time::Instant;

use rustle_resolve::{Candidate, Dependency, Kind, Request, Solution, solve};
use semver::Version;
use world::dice::Dice;
use world::shelf::{Shelf, dependency, features};

fn id(number: usize) -> String {
    format!("com.acme.m{number:05}")
}

fn versions(count: u64, mut fill: impl FnMut(&mut Candidate)) -> Arc<[Candidate]> {
    (0..count)
        .map(|minor| {
            let mut candidate = Candidate::new(Version::new(1, minor, 0));
            fill(&mut candidate);
            candidate
        })
        .collect()
}

fn ask(root: usize) -> Request {
    Request { roots: vec![Dependency::new(id(root), "^1".parse().unwrap())], ..Request::default() }
}

/// Each module needs the next.
fn chain(count: usize) -> (Shelf, Request) {
    let mut shelf = Shelf::default();
    for number in 0..count {
        let next = (number + 1 < count).then(|| Dependency::new(id(number + 1), "^1.2".parse().unwrap()));
        shelf.modules.insert(id(number), versions(5, |it| it.dependencies.extend(next.clone())));
    }
    (shelf, ask(0))
}

/// One module needs all, and all need one.
fn hub(count: usize) -> (Shelf, Request) {
    let mut shelf = Shelf::default();
    let needs = |number: usize| Dependency::new(id(number), ">=1.0, <1.4".parse().unwrap());
    shelf.modules.insert(id(0), versions(1, |it| it.dependencies.extend((1..count).map(needs))));
    for number in 1..count {
        let last = (number + 1 < count).then(|| needs(count - 1));
        shelf.modules.insert(id(number), versions(5, |it| it.dependencies.extend(last.clone())));
    }
    (shelf, ask(0))
}

/// Everybody needs three of those behind, in versions that often exclude the newest, and features of them.
fn web(count: usize) -> (Shelf, Request) {
    let dice = &mut Dice(7);
    let mut shelf = Shelf::default();
    for number in 0..count {
        let candidates = versions(6, |it| {
            it.features = features(&[("default", &["extra"]), ("extra", &[]), ("more", &["extra"])]);
            let near = [number + 1];
            let far = [(); 2].map(|()| number + 1 + dice.below(200));
            for to in near.into_iter().chain(far).filter(|to| *to < count) {
                if it.dependencies.iter().all(|other| other.id != id(to)) {
                    let req =
                        dice.pick(&["^1", "^1.1", ">=1.1, <1.5", "~1.3", "<=1.4", "1.*"]).parse().unwrap();
                    let mut dependency = Dependency::new(id(to), req);
                    dependency.features.extend(dice.percent(20).then(|| "more".to_owned()));
                    dependency.optional = dice.percent(10);
                    it.dependencies.push(dependency);
                }
            }
            it.dependencies.sort_by(|a, b| a.id.cmp(&b.id));
        });
        shelf.modules.insert(id(number), candidates);
    }
    (shelf, ask(0))
}

type World = (&'static str, fn(usize) -> (Shelf, Request));

const WORLDS: [World; 3] = [("chain", chain), ("hub", hub), ("web", web)];

fn measured(count: usize, world: fn(usize) -> (Shelf, Request)) -> Solution {
    let (shelf, request) = world(count);
    let solution = solve(&shelf, &request).unwrap();
    let calls = shelf.calls.lock().unwrap();
    assert!(calls.values().all(|calls| *calls == 1), "an id was asked for twice");
    assert_eq!(solution.effort.asked, calls.len() as u64);
    assert!(solution.packages.len() * 2 > count, "{} of {count}", solution.packages.len());
    solution
}

#[test]
fn what_it_takes_grows_as_the_graph_does() {
    for (name, world) in WORLDS {
        let small = measured(500, world).effort;
        let large = measured(2_000, world).effort;
        println!("{name}: {small:?}, {large:?}");
        assert!(large.asked <= 2_000 + 1, "{name}: {large:?}");
        assert!(large.steps <= small.steps * 5, "{name}: {small:?}, {large:?}");
        assert!(large.steps <= 8 * 2_000, "{name}: {large:?}");
    }
}

#[test]
fn a_deep_conflict_is_told_without_filling_the_stack() {
    let count = 10_000;
    let (mut shelf, mut request) = chain(count);
    shelf.put("com.acme.z", "1.0.0", &[&format!("{} ^2", id(count - 1))]);
    request.roots.push(dependency("com.acme.z ^1"));
    let why = solve(&shelf, &request).unwrap_err();
    assert_eq!(why.kind(), Kind::Conflict);
    assert!(why.text().lines().count() < 60, "{}", why.text().lines().count());
    // And a ring of that length.
    let (mut shelf, request) = chain(count);
    let back = versions(1, |it| it.version = Version::new(1, 3, 0));
    let mut back = back.to_vec();
    back[0].dependencies.push(Dependency::new(id(0), "^1".parse().unwrap()));
    shelf.modules.insert(id(count - 1), back.into());
    let why = solve(&shelf, &request).unwrap_err();
    assert_eq!((why.kind(), why.ids().len()), (Kind::Cycle, count));
}

/// `cargo test --release -p rustle-resolve --test scale -- --ignored --nocapture` prints the times.
#[test]
#[ignore = "measures time"]
fn ten_thousand_modules() {
    for (name, world) in WORLDS {
        let (shelf, request) = world(10_000);
        let start = Instant::now();
        let solution = solve(&shelf, &request).unwrap();
        println!("{name}: {:?}, {} modules, {:?}", start.elapsed(), solution.packages.len(), solution.effort);
    }
}
