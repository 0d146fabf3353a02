//! Graphs made to keep a solver busy for ever.

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustle_resolve::{
    Candidate, Constraint, Dependency, Index, IndexError, Kind, Request, Unsolvable, solve,
};
use semver::Version;
use world::dice::Dice;
use world::shelf::Shelf;

fn major(number: usize) -> Version {
    Version::new(number as u64 + 1, 0, 0)
}

fn exactly(id: String, number: usize) -> Dependency {
    Dependency::new(id, Constraint::exact(&major(number)))
}

fn all(ids: impl Iterator<Item = String>) -> Request {
    Request { roots: ids.map(|id| Dependency::new(id, Constraint::any())).collect(), ..Request::default() }
}

/// More pigeons than holes. A pigeon's version is its hole, a hole's version is its pigeon. No short proof exists for a
/// solver that argues as PubGrub does.
fn pigeons(holes: usize) -> (Shelf, Request) {
    let mut shelf = Shelf::default();
    for pigeon in 0..=holes {
        let sits = (0..holes).map(|hole| Candidate {
            dependencies: vec![exactly(format!("hole{hole}"), pigeon)],
            ..Candidate::new(major(hole))
        });
        shelf.modules.insert(format!("pigeon{pigeon}"), sits.collect());
    }
    for hole in 0..holes {
        let of = (0..=holes).map(|pigeon| Candidate::new(major(pigeon)));
        shelf.modules.insert(format!("hole{hole}"), of.collect());
    }
    (shelf, all((0..=holes).map(|pigeon| format!("pigeon{pigeon}"))))
}

/// Clauses of three literals over variables, as many as make it hardest to say whether they can all be true.
fn clauses(variables: usize, seed: u64) -> (Shelf, Request) {
    let dice = &mut Dice(seed);
    let count = variables * 426 / 100;
    let mut shelf = Shelf::default();
    for variable in 0..variables {
        let values = [0, 1].map(|value| Candidate::new(major(value)));
        shelf.modules.insert(format!("variable{variable}"), values.into());
    }
    for clause in 0..count {
        let literals = (0..3).map(|literal| Candidate {
            dependencies: vec![exactly(format!("variable{}", dice.below(variables)), dice.below(2))],
            ..Candidate::new(major(literal))
        });
        shelf.modules.insert(format!("clause{clause}"), literals.collect());
    }
    (shelf, all((0..count).map(|clause| format!("clause{clause}"))))
}

fn given_up(shelf: &Shelf, request: &Request) -> Unsolvable {
    let request = Request { deadline: Duration::from_millis(700), ..request.clone() };
    let start = Instant::now();
    let why = solve(shelf, &request).unwrap_err();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(why.kind(), Kind::TooLong, "{why}");
    assert!(took >= request.deadline, "{took:?}");
    assert!(why.text().contains("within 700ms"), "{why}");
    assert!(why.text().contains("whether there is one is not known"), "{why}");
    assert!((1..=5).contains(&why.ids().len()), "{why}");
    for id in why.ids() {
        assert!(why.text().contains(id.as_str()), "{why}");
    }
    why
}

#[test]
fn pigeons_are_given_up() {
    let (mut shelf, mut request) = pigeons(40);
    // Two thousand modules in all: the others have nothing to do with it, and are not blamed.
    for bystander in 0..1_919 {
        shelf.put(&format!("bystander{bystander}"), "1.0.0", &[]);
        request.roots.push(Dependency::new(format!("bystander{bystander}"), Constraint::any()));
    }
    assert_eq!(shelf.modules.len(), 2_000);
    let why = given_up(&shelf, &request);
    assert!(why.ids().iter().all(|id| id.starts_with("pigeon") || id.starts_with("hole")), "{why}");
}

#[test]
fn two_thousand_modules_of_clauses_are_given_up() {
    let (shelf, request) = clauses(381, 3);
    assert!(shelf.modules.len() >= 2_000);
    given_up(&shelf, &request);
}

#[test]
fn a_few_pigeons_are_no_trouble() {
    let (shelf, request) = pigeons(4);
    let why = solve(&shelf, &request).unwrap_err();
    assert_eq!(why.kind(), Kind::Conflict);
    assert!(why.text().lines().count() < 100, "{why}");
    // One hole more, and everybody has one.
    let (mut shelf, request) = pigeons(5);
    shelf.modules.remove("pigeon5");
    let request = Request { roots: request.roots[..5].to_vec(), ..request };
    let solution = solve(&shelf, &request).unwrap();
    world::judge::check(&shelf, &request, &solution).unwrap();
}

#[test]
fn a_deadline_of_nothing_is_over() {
    let (shelf, request) = pigeons(2);
    let why = solve(&shelf, &Request { deadline: Duration::ZERO, ..request }).unwrap_err();
    assert_eq!(why.kind(), Kind::TooLong);
}

/// Knows every module, and each needs another that nobody has heard of.
#[derive(Default)]
struct Endless(AtomicU64);

impl Index for Endless {
    fn candidates(&self, _: &str) -> Result<Arc<[Candidate]>, IndexError> {
        let next = self.0.fetch_add(1, Ordering::Relaxed);
        let dependencies = vec![Dependency::new(format!("com.acme.m{next}"), Constraint::any())];
        Ok(Arc::new([Candidate { dependencies, ..Candidate::new(Version::new(1, 0, 0)) }]))
    }
}

#[test]
fn an_endless_index_is_left() {
    let request =
        Request { deadline: Duration::from_secs(300), ..all(["com.acme.a".to_owned()].into_iter()) };
    let why = solve(&Endless::default(), &request).unwrap_err();
    assert_eq!(why.kind(), Kind::TooLong);
    assert!(why.text().contains("no end of modules"), "{why}");
}

/// An index that takes its time is not the solver's delay.
struct Slow(Shelf);

impl Index for Slow {
    fn candidates(&self, id: &str) -> Result<Arc<[Candidate]>, IndexError> {
        std::thread::sleep(Duration::from_millis(150));
        self.0.candidates(id)
    }
}

#[test]
fn a_slow_index_does_not_count() {
    let mut shelf = Shelf::default();
    shelf.put("com.acme.a", "1.0.0", &["com.acme.b"]);
    shelf.put("com.acme.b", "1.0.0", &["com.acme.c"]);
    shelf.put("com.acme.c", "1.0.0", &[]);
    let request =
        Request { deadline: Duration::from_millis(200), ..all(["com.acme.a".to_owned()].into_iter()) };
    assert_eq!(solve(&Slow(shelf), &request).unwrap().order, ["com.acme.c", "com.acme.b", "com.acme.a"]);
}
