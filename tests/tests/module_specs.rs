//! What the compiler makes of a module, what the scan of its sources says, and what the catalogue says are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rustle_runtime::args::{Evaluated, FileAttributes, FromArg, Mode};
use rustle_runtime::prelude::*;
use rustle_runtime::registry::MODULES;
use rustle_schema::module_spec::{ArgType, ModuleSpec};
use rustle_spec::scan::{Cfg, ScanError, crate_specs, shared};

// Linked for what they register.
use rustle_module_command as _;
use rustle_module_control as _;
use rustle_module_file as _;
use rustle_module_system as _;

mod every_kind;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn linux() -> Cfg {
    Cfg::new().with_name("unix").with("target_os", "linux").with("target_family", "unix")
}

/// What is linked in, of the crates called `rustle-module-…` or of this one.
fn registered(builtin: bool) -> Vec<ModuleSpec> {
    let specs = MODULES.iter().map(|it| serde_json::from_str::<ModuleSpec>(it.spec).unwrap());
    let mut specs: Vec<_> = specs.filter(|it| it.krate.starts_with("rustle-module-") == builtin).collect();
    specs.sort_by(|a, b| a.name.cmp(&b.name));
    specs
}

fn report(errors: Vec<ScanError>) -> Vec<ModuleSpec> {
    panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// Compares one by one, so that a difference is short.
fn assert_same(scanned: &[ModuleSpec], registered: &[ModuleSpec]) {
    let names = |specs: &[ModuleSpec]| specs.iter().map(|spec| spec.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(scanned), names(registered));
    for (scanned, registered) in scanned.iter().zip(registered) {
        assert_eq!(scanned, registered, "{}", scanned.name);
    }
}

#[test]
fn builtin_modules_are_scanned_as_they_are_registered() {
    let mut scanned = Vec::new();
    let crates: BTreeSet<PathBuf> =
        std::fs::read_dir(root().join("modules")).unwrap().map(|entry| entry.unwrap().path()).collect();
    for krate in crates.iter().filter(|krate| krate.join("Cargo.toml").is_file()) {
        scanned.extend(crate_specs(krate, &linux()).unwrap_or_else(report));
    }
    scanned.sort_by(|a, b| a.name.cmp(&b.name));
    assert_same(&scanned, &registered(true));
}

#[test]
fn the_catalogue_is_what_is_registered() {
    let text = std::fs::read_to_string(root().join("crates/rustle-build/src/catalogue.json")).unwrap();
    let catalogue: Vec<ModuleSpec> = serde_json::from_str(&text).unwrap();
    assert_same(&catalogue, &registered(true));
}

#[test]
fn every_kind_of_module_is_scanned_as_it_is_registered() {
    let folder = tempfile::tempdir().unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/every_kind/mod.rs");
    let manifest = format!(
        "[package]\nname = {:?}\nversion = {:?}\n[lib]\npath = {sources:?}\n",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION")
    );
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    let scanned = crate_specs(folder.path(), &linux()).unwrap_or_else(report);
    assert!(scanned.len() >= 3);
    assert_same(&scanned, &registered(false));
}

#[test]
fn shared_types_are_what_the_runtime_says() {
    /// Has an argument of each shared type.
    #[derive(Options)]
    #[expect(dead_code)]
    struct Probe {
        /// One.
        mode: Option<Mode>,
        /// Another.
        #[arg(expression)]
        evaluated: Option<Evaluated>,
        /// A group.
        file_attributes: Option<FileAttributes>,
    }
    let compiled: BTreeMap<&str, &ArgType> =
        Probe::spec().args.iter().map(|arg| (arg.name.as_str(), &arg.kind)).collect();
    let names = ["mode", "evaluated", "file_attributes"];
    let shared = shared::types();
    let snake = |name: &str| {
        let words = name
            .char_indices()
            .map(|(at, c)| if at > 0 && c.is_uppercase() { format!("_{c}") } else { c.to_string() });
        words.collect::<String>().to_lowercase()
    };
    assert_eq!(shared.len(), names.len(), "a shared type is missing in this test");
    for (name, kind) in shared {
        assert_eq!(compiled.get(snake(name).as_str()), Some(&kind), "{name}");
    }
    assert!(Mode::from_arg(&Value::Int(0o644)).is_ok());
}
