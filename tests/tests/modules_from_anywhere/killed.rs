//! `kill -9`, anywhere.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustle_package::fail::Point;
use rustle_tests::anywhere::{Ran, Registry, Repository, Shelf, World};
use walkdir::WalkDir;

use crate::AllSources;

type Files = BTreeMap<String, Vec<u8>>;

/// A world that wants modules of every source, with the servers that have them, and its configuration before and after.
struct Place {
    world: World,
    registry: Registry,
    _shelf: Shelf,
    _repository: Repository,
    first: String,
    second: String,
}

impl Place {
    fn new() -> Place {
        let AllSources { world, registry, shelf, repository, near, all } = AllSources::new();
        let (first, second) = (near, all);
        Place { world, registry, _shelf: shelf, _repository: repository, first, second }
    }

    /// Back to the first state: locked without the registry and the repository, with an empty store.
    fn begin(&self, first: &Files) {
        for (path, _) in self.files() {
            fs::remove_file(self.world.project().join(path)).expect("it was there");
        }
        self.world.forget();
        for (path, content) in first {
            self.world.put(path, content);
        }
        self.world.config(&self.second);
    }

    fn files(&self) -> Files {
        self.world.snapshot().into_iter().map(|(path, (content, _))| (path, content)).collect()
    }

    /// The first state, and the second, undisturbed.
    fn states(&self) -> (Files, Files) {
        self.world.config(&self.first);
        self.world.succeeds(&["lock"]);
        let first = self.files();
        self.begin(&first);
        self.world.succeeds(&["lock"]);
        (first, self.files())
    }

    /// Whatever a command that was killed has left: each file is old or new, and settling again finishes it.
    #[track_caller]
    fn recovers(&self, first: &Files, second: &Files, what: &str) {
        for (path, content) in self.files() {
            let is_temporary = path.split('/').any(|part| part.starts_with(".rustle-tmp-"));
            let old_or_new = [first, second].iter().any(|state| state.get(&path) == Some(&content));
            assert!(is_temporary || old_or_new, "{what}: {path} is neither old nor new");
        }
        self.world.succeeds(&["lock"]);
        assert!(self.files() == *second, "{what}: {:?}", self.files().keys());
        // A store sweeps when it writes; what is left of it is no harm, and `gc` takes it.
        self.world.succeeds(&["cache", "gc"]);
        let litter = WalkDir::new(self.world.path(""))
            .into_iter()
            .flatten()
            .find(|entry| entry.file_name().to_string_lossy().starts_with(".rustle-tmp-"));
        assert!(litter.is_none(), "{what}: {litter:?}");
        assert!(self.world.succeeds(&["cache", "verify"]).contains("0 entries damaged"), "{what}");
    }
}

/// Fault 28: `cargo rustle lock` dies at each of the points at which something is half done, the first time, the second…
#[test]
fn fault_28_killed_at_every_point() {
    let place = Place::new();
    let (first, second) = place.states();
    let mut reached = BTreeMap::new();
    for point in Point::ALL {
        for turn in [1, 2, 3, 5, 8, 13, 21] {
            place.begin(&first);
            let mut command = place.world.command(&["lock"]);
            command.env("RUSTLE_FAIL", format!("{}=kill@{turn}", point.name()));
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it starts");
            if status.signal() != Some(9) {
                // It does not come there so often.
                assert!(status.success(), "{point:?}, {turn}");
                break;
            }
            *reached.entry(point.name()).or_insert(0) += 1;
            place.recovers(&first, &second, &format!("{point:?}, time {turn}"));
        }
    }
    let expected = [
        "file-create",
        "file-half",
        "file-sync",
        "file-rename",
        "file-renamed",
        "tree-create",
        "tree-file",
        "tree-swap",
        "tree-swapped",
        "flight-locked",
        "flight-fetched",
    ];
    for name in expected {
        assert!(reached.contains_key(name), "{name} was never reached: {reached:?}");
    }
}

/// Fault 28: and at any other moment.
#[test]
fn fault_28_killed_at_random() {
    let place = Place::new();
    let (first, second) = place.states();
    place.begin(&first);
    let begun = Instant::now();
    place.world.succeeds(&["lock"]);
    let whole = begun.elapsed().max(Duration::from_millis(20));
    let mut killed = 0;
    for round in 0..30_u32 {
        place.begin(&first);
        let mut command = place.world.command(&["lock"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        // Spread over the time that it takes, more than once.
        std::thread::sleep(whole * (round * 7 % 30) / 30);
        child.kill().expect("it can be killed");
        let status = child.wait().expect("it ends");
        killed += u32::from(status.signal() == Some(9));
        place.recovers(&first, &second, &format!("round {round}"));
    }
    assert!(killed >= 10, "{killed} of 30 were killed before they were done");
}

/// Fault 28: `add` that dies has added nothing, or everything, as soon as somebody locks again.
#[test]
fn fault_28_killed_while_adding() {
    let place = Place::new();
    let (first, _) = place.states();
    let added = |place: &Place| Ran::of(&mut place.world.command(&["add", "acme.greet@1"]));
    let begin = || {
        place.begin(&first);
        place.world.config(&place.first);
    };
    begin();
    added(&place).succeeded();
    let (before, after) = (first.clone(), place.files());
    for point in [Point::FileCreate, Point::FileHalf, Point::FileRename, Point::FileRenamed] {
        for turn in 1..30 {
            begin();
            let mut command = place.world.command(&["add", "acme.greet@1"]);
            command.env("RUSTLE_FAIL", format!("{}=kill@{turn}", point.name()));
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it starts");
            if status.success() {
                break;
            }
            assert_eq!(status.signal(), Some(9));
            place.world.succeeds(&["lock"]);
            let now = place.files();
            assert!(now == before || now == after, "{point:?}, time {turn}: {:?}", now.keys());
        }
    }
    assert!(!place.registry.asked().is_empty());
}
