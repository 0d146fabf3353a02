//! What an executable will be made of, for the list that lies in it: see [`rustle_schema::linked`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rustle_bundle::cargo_lock::{crates, crates_of};
use rustle_package::Digest;
use rustle_schema::linked::{LINKED_FORMAT, Linked, LinkedModule};
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::names;
use rustle_schema::package::lock::Locked;
use toml::Table;

use crate::build::{self, BuildOptions, Prepared};
use crate::catalogue;
use crate::modules::{self, Modules, Origin};
use crate::packages::lock_file;
use crate::packages::verify::FileModule;

/// The list of an executable with every builtin module, of which this Cargo.lock pins the crates.
pub fn of_base(lock: &str, package: &str) -> Linked {
    let modules = catalogue::builtin().iter().map(|spec| module(spec, &spec.krate)).collect();
    let crates = crates(lock, package, &BTreeSet::new());
    Linked { format: LINKED_FORMAT, modules, crates, ..Linked::default() }
}

/// The list of a runner in `folder`, whose package is called `package`.
pub(crate) fn of_runner(folder: &Path, package: &str, prepared: &Prepared) -> Linked {
    Linked {
        format: LINKED_FORMAT,
        modules: prepared.linked.clone(),
        crates: crates_of(folder, package),
        signer: prepared.signer.clone(),
    }
}

/// The modules that the runner of these options would have, whose plan needs these crates and files of modules: for who builds
/// it without a build script.
pub fn without_script(options: &BuildOptions, prepared: &Prepared) -> Vec<LinkedModule> {
    let verified = build::verified(options, &mut Vec::new());
    let all = build::gather(options, &verified, &mut Vec::new());
    modules(&all, &prepared.crates, &prepared.compiled, options)
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

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"web\"\nversion = \"1.2.3\"\n";

    #[test]
    fn a_base_has_every_builtin_module() {
        let base = of_base(LOCK, "web");
        assert_eq!(base.modules.len(), catalogue::builtin().len());
        let copy = base.module("copy").unwrap();
        assert_eq!((copy.krate.as_str(), copy.spec.len()), ("rustle-module-file", 64));
        assert_eq!(base, of_base(LOCK, "web"));
    }

    #[test]
    fn a_runner_says_whom_it_is_pinned_to() {
        let folder = tempfile::tempdir().unwrap();
        let pinned = |signer: Option<&str>| {
            let prepared = Prepared { signer: signer.map(str::to_owned), ..Prepared::default() };
            of_runner(folder.path(), "web", &prepared).signer
        };
        assert_eq!((pinned(None), pinned(Some("RW"))), (None, Some("RW".to_owned())));
    }
}
