//! What an executable will be made of, for the list that lies in it: see [`rustle_schema::linked`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rustle_package::Digest;
use rustle_schema::linked::{LINKED_FORMAT, Linked, LinkedCrate, LinkedModule};
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::names;
use rustle_schema::package::lock::Locked;
use toml::{Table, Value};

use crate::build::BuildOptions;
use crate::catalogue;
use crate::modules::{self, Modules, Origin};
use crate::packages::lock_file;
use crate::packages::verify::FileModule;

/// The list of an executable with every builtin module, of which this Cargo.lock pins the crates.
pub fn of_base(lock: &str, package: &str) -> Linked {
    let modules = catalogue::builtin().iter().map(|spec| module(spec, &spec.krate)).collect();
    Linked { format: LINKED_FORMAT, modules, crates: crates(lock, package, &BTreeSet::new()) }
}

/// The list of a runner in `folder`, whose package is called `package`, with these modules.
pub(crate) fn of_runner(folder: &Path, package: &str, modules: Vec<LinkedModule>) -> Linked {
    let lock = cargo_lock(folder).and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let crates = crates(&lock, package, &not_linked(&manifest));
    Linked { format: LINKED_FORMAT, modules, crates }
}

/// The Cargo.lock of the package in `folder`: its own, or its workspace's.
pub(crate) fn cargo_lock(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join("Cargo.lock")).find(|path| path.is_file())
}

/// The modules that `crates`, `files` and the runner itself register, by name. A crate registers all of its modules,
/// whether the plan names them or not.
pub(crate) fn modules(
    all: &Modules,
    crates: &[String],
    files: &[FileModule],
    options: &BuildOptions,
) -> Vec<LinkedModule> {
    let lock = lock_file::load(&options.folder).ok().flatten();
    let licenses: BTreeMap<String, String> =
        options.sources.crates.iter().filter_map(|krate| license(&krate.folder)).collect();
    let elsewhere = |linked: &mut LinkedModule, locked: Option<&Locked>| {
        if let Some(locked) = locked {
            linked.files.clone_from(&locked.sha256);
            linked.source = locked.source.to_string();
        }
    };
    let one = |found: &modules::Module| {
        let named = |package: &str| {
            let spec = found.spec.name.as_str();
            all.crates_of([spec])
                .iter()
                .any(|name| crates.contains(name))
                .then(|| module(&found.spec, package))
        };
        match &found.origin {
            Origin::Builtin(package) => named(package),
            Origin::Crate(package) => {
                let mut linked = named(package)?;
                let locked = lock.iter().flat_map(|lock| &lock.modules);
                elsewhere(&mut linked, locked.into_iter().find(|locked| locked.crate_name() == *package));
                linked.license = licenses.get(package).cloned().unwrap_or_default();
                Some(linked)
            }
            Origin::File(id) => {
                let file = files.iter().find(|file| file.id == *id)?;
                let mut linked = module(&found.spec, &id.to_string());
                linked.version.clone_from(&file.version);
                elsewhere(&mut linked, lock.as_ref().and_then(|lock| lock.get(id)));
                Some(linked)
            }
            Origin::Runner => Some(module(&found.spec, "")),
        }
    };
    all.all().filter_map(one).collect()
}

fn module(spec: &ModuleSpec, package: &str) -> LinkedModule {
    LinkedModule {
        name: names::canonical(&spec.name).to_owned(),
        aliases: spec.aliases.iter().map(|alias| names::canonical(alias).to_owned()).collect(),
        krate: package.to_owned(),
        version: spec.version.clone(),
        spec: Digest::of(serde_json::to_string(spec).unwrap_or_default().as_bytes()).hex(),
        ..LinkedModule::default()
    }
}

/// The name and the licence of the package in `folder`.
fn license(folder: &Path) -> Option<(String, String)> {
    let manifest: Table = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().ok()?;
    let text = |key: &str| Some(manifest.get("package")?.get(key)?.as_str()?.to_owned());
    Some((text("name")?, text("license")?))
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

/// The crates that the package called `root` needs, without those that only `without` needs.
fn crates(lock: &str, root: &str, without: &BTreeSet<String>) -> Vec<LinkedCrate> {
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

    #[test]
    fn a_base_has_every_builtin_module() {
        let base = of_base(LOCK, "web");
        assert_eq!(base.modules.len(), catalogue::builtin().len());
        let copy = base.module("copy").unwrap();
        assert_eq!((copy.krate.as_str(), copy.spec.len()), ("rustle-module-file", 64));
        assert_eq!(base, of_base(LOCK, "web"));
    }
}
