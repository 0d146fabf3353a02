//! What holds for every graph.

mod world;

use std::collections::BTreeMap;

use proptest::prelude::*;
use rustle_resolve::{Candidate, Kind, Request, solve};
use semver::Version;
use world::graph::{Shape, graph};
use world::judge;

/// Graphs small enough to try every choice.
const TINY: Shape = Shape {
    modules: (2, 5),
    versions: 4,
    dependencies: 3,
    narrow: 50,
    odd_features: 15,
    weak: true,
    ring: 0,
    missing: 1,
};

const MIDDLING: Shape = Shape {
    modules: (5, 30),
    versions: 10,
    dependencies: 5,
    narrow: 40,
    odd_features: 6,
    weak: true,
    ring: 5,
    missing: 1,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn there_is_a_solution_exactly_where_trying_everything_finds_one(seed in any::<u64>()) {
        let (shelf, request) = graph(seed, &TINY);
        match solve(&shelf, &request) {
            Ok(_) => {}
            Err(why) => {
                prop_assert!(matches!(why.kind(), Kind::Conflict | Kind::NotFound), "{}", why);
                prop_assert!(!judge::satisfiable(&shelf, &request), "{}", why);
            }
        }
    }

    #[test]
    fn a_solution_satisfies_everybody(seed in any::<u64>()) {
        let (shelf, request) = graph(seed, &MIDDLING);
        match solve(&shelf, &request) {
            Ok(solution) => prop_assert_eq!(judge::check(&shelf, &request, &solution), Ok(())),
            Err(why) => {
                let lines = why.text().lines().count();
                prop_assert!((2..200).contains(&lines), "{}", why);
                prop_assert!(!why.ids().is_empty());
            }
        }
    }

    #[test]
    fn the_same_request_has_the_same_answer_and_asks_once(seed in any::<u64>()) {
        let (shelf, request) = graph(seed, &MIDDLING);
        let first = solve(&shelf, &request);
        let calls = shelf.calls.lock().unwrap().clone();
        prop_assert!(calls.values().all(|count| *count == 1), "{:?}", calls);
        if let Ok(solution) = &first {
            prop_assert_eq!(solution.effort.asked, calls.len() as u64);
        }
        let announced = shelf.announced.lock().unwrap().concat();
        let mut distinct = announced.clone();
        distinct.sort();
        distinct.dedup();
        prop_assert_eq!(announced.len(), distinct.len(), "announced twice");
        prop_assert_eq!(first, solve(&shelf, &request));
    }

    #[test]
    fn what_is_locked_stays_though_yanked_and_outdated(seed in any::<u64>()) {
        let (mut shelf, mut request) = graph(seed, &MIDDLING);
        let Ok(before) = solve(&shelf, &request) else { return Ok(()) };
        request.locked =
            before.packages.iter().map(|(id, chosen)| (id.clone(), chosen.version.clone())).collect();
        for (id, candidates) in &mut shelf.modules {
            let mut changed = candidates.to_vec();
            for candidate in &mut changed {
                candidate.yanked |= request.locked.get(id) == Some(&candidate.version);
            }
            changed.extend(["1.9.9", "2.9.9"].map(|version| Candidate::new(version.parse().unwrap())));
            *candidates = changed.into();
        }
        shelf.calls.lock().unwrap().clear();
        let after = solve(&shelf, &request).unwrap();
        // Nobody asks about modules that are not in the lock.
        prop_assert!(shelf.calls.lock().unwrap().keys().eq(before.packages.keys()));
        prop_assert_eq!(before.packages, after.packages);
        prop_assert_eq!(before.order, after.order);
        prop_assert_eq!(judge::check(&shelf, &request, &solve(&shelf, &request).unwrap()), Ok(()));
    }
}

#[test]
fn highest_first_but_locked_before() {
    let mut shelf = world::shelf::Shelf::default();
    for version in ["1.0.0", "1.10.0", "1.9.0", "2.0.0", "1.11.0-rc.1"] {
        shelf.put("com.acme.a", version, &[]);
    }
    let mut request =
        Request { roots: vec![world::shelf::dependency("com.acme.a ^1")], ..Request::default() };
    let version = |request: &Request| solve(&shelf, request).unwrap().packages["com.acme.a"].version.clone();
    assert_eq!(version(&request), Version::new(1, 10, 0));
    request.locked = BTreeMap::from([("com.acme.a".to_owned(), Version::new(1, 9, 0))]);
    assert_eq!(version(&request), Version::new(1, 9, 0));
    // A locked version that no longer fits gives way.
    request.locked = BTreeMap::from([("com.acme.a".to_owned(), Version::new(2, 0, 0))]);
    assert_eq!(version(&request), Version::new(1, 10, 0));
}

#[test]
fn nothing_is_asked_for() {
    let solution = solve(&world::shelf::Shelf::default(), &Request::default()).unwrap();
    assert!(solution.packages.is_empty() && solution.order.is_empty());
}

#[test]
fn weak_features_wait_for_their_dependency() {
    let mut shelf = world::shelf::Shelf::default();
    shelf.put_with("com.acme.a", "1.0.0", &["com.acme.b ^1 -default ?"], |it| {
        it.features = world::shelf::features(&[("fast", &["com.acme.b?/simd"]), ("b", &["dep:com.acme.b"])]);
    });
    shelf.put_with("com.acme.b", "1.0.0", &[], |it| it.features = world::shelf::features(&[("simd", &[])]));
    shelf.put("com.acme.b", "1.1.0", &[]);
    let solve = |root: &str| {
        let request = Request { roots: vec![world::shelf::dependency(root)], ..Request::default() };
        solve(&shelf, &request).unwrap().packages
    };
    assert!(!solve("com.acme.a ^1 +fast").contains_key("com.acme.b"));
    // Without the feature the newest will do; with it, only the version that has it.
    assert_eq!(solve("com.acme.a ^1 +b")["com.acme.b"].version, Version::new(1, 1, 0));
    let both = solve("com.acme.a ^1 +b +fast");
    assert_eq!(both["com.acme.b"].version, Version::new(1, 0, 0));
    assert!(both["com.acme.b"].features.contains("simd"));
    assert!(both["com.acme.a"].dependencies.contains("com.acme.b"));
}
