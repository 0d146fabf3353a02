//! The solver against Cargo's own, over generated graphs.
//!
//! Cargo has one version of each id too if every package says `links = "<id>"`: its resolver honours that from the index
//! alone, so no package is ever downloaded. Versions that are unfit for reasons that Cargo does not know (Rust, target)
//! are left out of the index that Cargo sees.

mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use rustle_resolve::{Candidate, Dependency, Kind, Request, Solution, solve};
use semver::Version;
use serde_json::json;
use world::graph::{Shape, graph};
use world::judge;
use world::shelf::Shelf;

/// What Cargo says.
#[derive(Debug, PartialEq)]
enum Verdict {
    Solved(BTreeMap<String, Version>),
    Conflict,
    Cycle,
}

/// A workplace for Cargo, with an index that it takes for the public registry.
struct Cargo {
    folder: tempfile::TempDir,
}

impl Cargo {
    fn new() -> Cargo {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        fs::create_dir_all(folder.path().join("app/src")).unwrap();
        fs::write(folder.path().join("app/src/lib.rs"), "").unwrap();
        fs::create_dir_all(&home).unwrap();
        let config =
            "[source.crates-io]\nreplace-with = \"local\"\n[source.local]\nlocal-registry = \"registry\"\n";
        fs::write(home.join("config.toml"), config).unwrap();
        Cargo { folder }
    }

    fn ask(&self, shelf: &Shelf, request: &Request) -> Verdict {
        let registry = self.folder.path().join("registry");
        let _ = fs::remove_dir_all(&registry);
        fs::create_dir_all(registry.join("index")).unwrap();
        for (id, candidates) in &shelf.modules {
            write_index(&registry.join("index"), id, candidates, request);
        }
        let app = self.folder.path().join("app");
        fs::write(app.join("Cargo.toml"), manifest(request)).unwrap();
        let _ = fs::remove_file(app.join("Cargo.lock"));
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["generate-lockfile", "--offline"])
            .current_dir(&app)
            .env("CARGO_HOME", self.folder.path().join("home"))
            .env_remove("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            Verdict::Solved(read_lock(&fs::read_to_string(app.join("Cargo.lock")).unwrap()))
        } else if told.contains("cyclic package dependency") {
            Verdict::Cycle
        } else if told.contains("failed to select a version") || told.contains("no matching package") {
            Verdict::Conflict
        } else {
            panic!("cargo did not judge: {told}\n{}", manifest(request));
        }
    }
}

fn write_index(index: &Path, id: &str, candidates: &[Candidate], request: &Request) {
    let folder = index.join(&id[..2]).join(&id[2..4]);
    fs::create_dir_all(&folder).unwrap();
    let mut lines = String::new();
    for candidate in candidates {
        if matches!(
            judge::unfit(candidate, request, id),
            Some("needs a newer Rust" | "is for another target")
        ) {
            continue;
        }
        let dependencies: Vec<_> = candidate
            .dependencies
            .iter()
            .map(|it| {
                json!({
                    "name": it.id, "req": it.req.to_string(), "features": it.features, "optional": it.optional,
                    "default_features": it.default_features, "target": null, "kind": "normal",
                })
            })
            .collect();
        let line = json!({
            "name": id, "vers": candidate.version.to_string(), "deps": dependencies, "cksum": "0".repeat(64),
            "features": {}, "features2": candidate.features, "yanked": candidate.yanked, "links": id, "v": 2,
        });
        writeln!(lines, "{line}").unwrap();
    }
    fs::write(folder.join(id), lines).unwrap();
}

fn manifest(request: &Request) -> String {
    let mut text =
        String::from("[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\n");
    for Dependency { id, req, features, default_features, .. } in &request.roots {
        writeln!(
            text,
            "{id} = {{ version = \"{req}\", features = {features:?}, default-features = {default_features} }}"
        )
        .unwrap();
    }
    text
}

fn read_lock(lock: &str) -> BTreeMap<String, Version> {
    let mut versions = BTreeMap::new();
    let mut name = String::new();
    for line in lock.lines() {
        if let Some(text) = line.strip_prefix("name = ") {
            name = text.trim_matches('"').to_owned();
        } else if let (Some(text), false) = (line.strip_prefix("version = \""), name.is_empty()) {
            versions.insert(name.clone(), text.trim_matches('"').parse().unwrap());
        }
    }
    versions.remove("app");
    versions
}

/// Lets two threads ask Cargo about graphs of these seeds, and compare.
fn compare(
    seeds: std::ops::Range<u64>,
    shape: &Shape,
    compare: impl Fn(u64, &Shelf, &Request, &Cargo) + Sync,
) {
    let next = Mutex::new(seeds);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let cargo = Cargo::new();
                loop {
                    let Some(seed) = next.lock().unwrap().next() else { break };
                    let (shelf, request) = graph(seed, shape);
                    compare(seed, &shelf, &request, &cargo);
                }
            });
        }
    });
}

/// Small graphs, hard to please.
fn strict() -> Shape {
    Shape {
        modules: (4, 14),
        versions: 6,
        dependencies: 4,
        narrow: 55,
        odd_features: 12,
        weak: false,
        ring: 8,
        missing: 1,
    }
}

/// Larger graphs with more to choose from, so that choices have to be taken back.
fn wide() -> Shape {
    Shape {
        modules: (12, 24),
        versions: 14,
        dependencies: 5,
        narrow: 40,
        odd_features: 4,
        ring: 6,
        ..strict()
    }
}

/// Asks for the same, narrowed to these versions. If Cargo has another verdict on that than that there is a conflict, there
/// was none in the wider request either.
fn pinned(request: &Request, versions: &BTreeMap<String, Version>) -> Request {
    let mut request = request.clone();
    for (id, version) in versions {
        let pin = format!("={version}").parse().unwrap();
        match request.roots.iter_mut().find(|root| root.id == *id) {
            Some(root) => root.req = pin,
            None => {
                let pin = Dependency { default_features: false, ..Dependency::new(id, pin) };
                request.roots.push(pin);
            }
        }
    }
    request
}

#[test]
fn the_verdict_is_cargos() {
    let counts = Mutex::new(BTreeMap::<&str, u32>::new());
    let judged = |seed, shelf: &Shelf, request: &Request, cargo: &Cargo| {
        let ours = solve(shelf, request);
        let theirs = cargo.ask(shelf, request);
        if let Ok(solution) = &ours
            && let Err(wrong) = judge::check(shelf, request, solution)
        {
            panic!("seed {seed}: {wrong}");
        }
        let verdict = match (&ours, &theirs) {
            (Ok(solution), Verdict::Solved(theirs)) => {
                // The judge must find Cargo's own answer right, too.
                if let Err(wrong) = judge::judge(shelf, request, theirs) {
                    panic!("seed {seed}: the judge is wrong about Cargo: {wrong}");
                }
                if *theirs == versions(solution) { "solved alike" } else { "solved otherwise" }
            }
            (Err(why), Verdict::Conflict) if matches!(why.kind(), Kind::Conflict | Kind::NotFound) => {
                "conflict"
            }
            (Err(why), Verdict::Cycle) if why.kind() == Kind::Cycle => "cycle",
            // Cargo gives up too early on about one graph in two thousand: asked for our answer, it finds that right.
            (Ok(solution), Verdict::Conflict)
                if cargo.ask(shelf, &pinned(request, &versions(solution)))
                    == Verdict::Solved(versions(solution)) =>
            {
                "cargo gave up"
            }
            _ => panic!(
                "seed {seed}: cargo: {theirs:?}, but here: {ours:?}\n{request:#?}\n{:#?}",
                shelf.modules
            ),
        };
        *counts.lock().unwrap().entry(verdict).or_default() += 1;
    };
    compare(0..500, &strict(), judged);
    compare(50_000..50_500, &wide(), judged);
    let counts = counts.into_inner().unwrap();
    println!("{counts:?}");
    let of = |verdict: &str| counts.get(verdict).copied().unwrap_or(0);
    assert!(of("solved alike") + of("solved otherwise") >= 300, "{counts:?}");
    assert!(of("conflict") >= 300, "{counts:?}");
    assert!(of("cycle") >= 20, "{counts:?}");
    assert!(of("cargo gave up") <= 2, "{counts:?}");
}

fn versions(solution: &Solution) -> BTreeMap<String, Version> {
    solution.packages.iter().map(|(id, chosen)| (id.clone(), chosen.version.clone())).collect()
}

/// Cargo's resolver takes `id?/feature` for `id/feature` as far as the dependency goes (its lock file holds too much), so
/// it may refuse what can be solved. What it solves must be solved here.
#[test]
fn what_cargo_solves_with_weak_features_is_solved() {
    let counts = Mutex::new(BTreeMap::<&str, u32>::new());
    let shape = Shape { weak: true, ring: 0, ..strict() };
    compare(10_000..10_150, &shape, |seed, shelf, request, cargo| {
        let verdict = match (solve(shelf, request), cargo.ask(shelf, request)) {
            (Ok(solution), theirs) => {
                if let Err(wrong) = judge::check(shelf, request, &solution) {
                    panic!("seed {seed}: {wrong}");
                }
                if theirs == Verdict::Conflict { "solved here only" } else { "solved" }
            }
            (Err(_), Verdict::Conflict) => "conflict",
            (Err(why), theirs) => panic!("seed {seed}: cargo: {theirs:?}, but here: {why}"),
        };
        *counts.lock().unwrap().entry(verdict).or_default() += 1;
    });
    let counts = counts.into_inner().unwrap();
    println!("{counts:?}");
    assert!(counts.get("solved").is_some_and(|count| *count >= 30), "{counts:?}");
    assert!(counts.get("conflict").is_some_and(|count| *count >= 30), "{counts:?}");
}
