//! What Cargo.lock pins for a package: the crates of the list that lies in its executable.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rustle_schema::linked::LinkedCrate;
use toml::{Table, Value};

/// The crates that are pinned for the package called `package` in `folder`, without those that it needs only to build and to
/// test. None where there is no Cargo.lock yet.
pub fn crates_of(folder: &Path, package: &str) -> Vec<LinkedCrate> {
    let lock = path(folder).and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    crates(&lock, package, &not_linked(&manifest))
}

/// The Cargo.lock of the package in `folder`: its own, or its workspace's.
pub fn path(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join("Cargo.lock")).find(|path| path.is_file())
}

/// The packages that the runner's Cargo.toml needs to build and to test, and not to run.
fn not_linked(manifest: &str) -> BTreeSet<String> {
    let manifest: Table = manifest.parse().unwrap_or_default();
    let packages = |table: &str| -> BTreeSet<String> {
        let entries = manifest.get(table).and_then(Value::as_table).into_iter().flatten();
        entries
            .map(|(key, value)| value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned())
            .collect()
    };
    let linked = packages("dependencies");
    let others = packages("build-dependencies").into_iter().chain(packages("dev-dependencies"));
    others.filter(|package| !linked.contains(package)).collect()
}

/// The crates that the package called `root` needs by the text of a Cargo.lock, without those that only `without` needs.
pub fn crates(lock: &str, root: &str, without: &BTreeSet<String>) -> Vec<LinkedCrate> {
    let lock: Table = lock.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text =
        |package: &Value, key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let all: Vec<(String, String)> =
        packages.iter().map(|package| (text(package, "name"), text(package, "version"))).collect();
    // A dependency is written `name`, or `name version`, or `name version (source)`, as short as it is clear.
    let find = |written: &str| {
        let mut words = written.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        all.iter().position(|(n, v)| n == name && version.is_none_or(|version| version == v))
    };
    let needs = |at: usize| -> Vec<usize> {
        let written =
            packages.get(at).and_then(|package| package.get("dependencies")).and_then(Value::as_array);
        let names = written.into_iter().flatten().filter_map(Value::as_str);
        let own = all.get(at).is_some_and(|(name, _)| name == root);
        names
            .filter(|name| !own || !name.split(' ').next().is_some_and(|it| without.contains(it)))
            .filter_map(find)
            .collect()
    };
    let mut reached = BTreeSet::new();
    let mut open: Vec<usize> = find(root).into_iter().collect();
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            open.extend(needs(at));
        }
    }
    // Cargo.lock is sorted, and so is the list.
    let place: BTreeMap<usize, u32> = reached.iter().copied().zip(0..).collect();
    let one = |at: &usize| {
        let package = packages.get(*at)?;
        let mut dependencies: Vec<u32> = needs(*at).iter().filter_map(|at| place.get(at).copied()).collect();
        dependencies.sort_unstable();
        Some(LinkedCrate {
            name: text(package, "name"),
            version: text(package, "version"),
            source: text(package, "source"),
            checksum: text(package, "checksum"),
            dependencies,
        })
    };
    reached.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
        [[package]]
        name = "cc"
        version = "1.0.0"
        source = "registry+https://example.org"
        checksum = "c0"
        [[package]]
        name = "rustle-build"
        version = "0.1.0"
        dependencies = ["syn"]
        [[package]]
        name = "rustle-runtime"
        version = "0.1.0"
        dependencies = ["zstd 2.0.0"]
        [[package]]
        name = "stranger"
        version = "0.1.0"
        [[package]]
        name = "syn"
        version = "3.0.0"
        [[package]]
        name = "web"
        version = "1.2.3"
        dependencies = ["rustle-build", "rustle-runtime"]
        [[package]]
        name = "zstd"
        version = "1.0.0"
        [[package]]
        name = "zstd"
        version = "2.0.0"
        dependencies = ["cc", "web"]
    "#;

    #[test]
    fn crates_that_only_build_are_left_out() {
        let manifest = "[dependencies]\nrustle-runtime = \"0.1\"\n[build-dependencies]\nx = { package = \"rustle-build\" }\n";
        let found = crates(LOCK, "web", &not_linked(manifest));
        let names: Vec<String> = found.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
        assert_eq!(names, ["cc 1.0.0", "rustle-runtime 0.1.0", "web 1.2.3", "zstd 2.0.0"]);
        assert_eq!(found[0].checksum, "c0");
        assert_eq!(found[1].dependencies, [3]);
        assert_eq!(found[3].dependencies, [0, 2]);
        assert!(crates("no toml [", "web", &BTreeSet::new()).is_empty());
        assert!(crates(LOCK, "absent", &BTreeSet::new()).is_empty());
    }
}
