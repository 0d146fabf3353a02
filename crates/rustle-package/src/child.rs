//! Processes that tests start, kill, and deny things to: this test binary again, with one test that is told what to do.

use std::convert::Infallible;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::atomic::write_atomic;
use crate::store::Store;
use crate::{Digest, Limits, Tree};

/// What the child does, and where.
const WORK: &str = "RUSTLE_TEST_CHILD";

pub(crate) const OLD: &[u8] = b"old content";
pub(crate) const NEW: &[u8] = b"new content, which is longer";

/// A child that will do `work` at `place`; with `shell`, after these commands of a shell (limits, for instance).
pub(crate) fn command(work: &str, place: &Path, shell: Option<&str>) -> Command {
    let own = std::env::current_exe().unwrap();
    let mut command = match shell {
        Some(shell) => {
            let mut command = Command::new("sh");
            command.arg("-c").arg(format!("{shell}; exec \"$0\" \"$@\"")).arg(own);
            command
        }
        None => Command::new(own),
    };
    command.args(["--exact", "child::child", "--nocapture"]).env(WORK, format!("{work} {}", place.display()));
    command.env_remove("RUSTLE_FAIL").env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the child said after `said: `.
pub(crate) fn said(output: &Output) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.lines().find_map(|line| line.split_once("said: "))?.1.to_owned())
}

pub(crate) fn tree(content: &[u8]) -> Tree {
    let mut tree = Tree::default();
    for path in ["Cargo.toml", "src/lib.rs", "src/deep/mod.rs"] {
        tree.insert(path, content).unwrap();
    }
    tree
}

/// A fetch that leaves a line in `fetches` beside the store, and takes its time.
pub(crate) fn slow_fetch(root: &Path) -> Result<Vec<u8>, Infallible> {
    let log = root.with_extension("fetches");
    OpenOptions::new().create(true).append(true).open(log).unwrap().write_all(b"fetched\n").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    Ok(NEW.to_vec())
}

#[test]
fn child() {
    let Ok(task) = std::env::var(WORK) else { return };
    let (work, place) = task.split_once(' ').unwrap();
    let place = Path::new(place);
    let store = Store::open(place);
    let outcome = match work {
        "atomic" => write_atomic(place, NEW).map_err(|error| error.to_string()),
        "tree" => tree(NEW).write(place).map_err(|error| error.code()),
        "put" => store.put(NEW).map(drop).map_err(|error| error.code().to_owned()),
        "put-large" => store.put(&vec![7; 1 << 20]).map(drop).map_err(|error| error.code().to_owned()),
        "index" => store.index_put("key", None, NEW).map_err(|error| error.code().to_owned()),
        "gc" => store.gc(0, |_| false).map(drop).map_err(|error| error.code().to_owned()),
        "get" => store.get(&Digest::of(OLD)).map(drop).map_err(|error| error.code().to_owned()),
        "obtain" => {
            let got = store.obtain(&Digest::of(NEW), || slow_fetch(place));
            got.map(|bytes| assert_eq!(bytes, NEW)).map_err(|error| error.to_string())
        }
        "obtain-key" => {
            let got = store.obtain_key("key", || slow_fetch(place));
            got.map(|(digest, _)| assert_eq!(digest, Digest::of(NEW))).map_err(|error| error.to_string())
        }
        "no-files" => without_files(&store, place),
        other => panic!("{other}"),
    };
    println!("said: {}", outcome.err().unwrap_or_else(|| "done".to_owned()));
}

/// Uses the store when no file can be opened any more, and again when that is over.
fn without_files(store: &Store, place: &Path) -> Result<(), String> {
    let old = store.put(OLD).map_err(|error| error.to_string())?;
    let package = place.join("package");
    tree(OLD).write(&package).map_err(|error| error.to_string())?;
    let mut held = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        held.push(file);
    }
    let codes = [
        store.put(NEW).map_err(|error| error.code()).err(),
        store.get(&old).map_err(|error| error.code()).err(),
        store.index_put("key", None, NEW).map_err(|error| error.code()).err(),
        store.verify().map_err(|error| error.code()).err(),
    ];
    let tree_code = tree(NEW).write(&package).map_err(|error| error.code()).err();
    drop(held);
    if codes != [Some("E-STORE-IO"); 4] || tree_code.as_deref() != Some("E-TREE-IO") {
        return Err(format!("{codes:?} {tree_code:?}"));
    }
    let whole = Tree::read(&package, &Limits::default()).map_err(|error| error.to_string())? == tree(OLD);
    let kept = store.get(&old).map_err(|error| error.to_string())?.is_some();
    let absent = store.get(&Digest::of(NEW)).map_err(|error| error.to_string())?.is_none();
    let stored =
        store.put(NEW).is_ok() && fs::read_dir(place.join("v1/tmp")).is_ok_and(|left| left.count() == 0);
    if whole && kept && absent && stored && store.take_events().is_empty() {
        Ok(())
    } else {
        Err(format!("{whole} {kept} {absent} {stored}"))
    }
}
