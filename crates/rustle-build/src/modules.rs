//! The modules that a plan may name: the builtin ones, those of other crates, those of the runner itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_playbook::Problem;
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::names;

use crate::catalogue;
use crate::manifest::Manifest;
use crate::suggest;

/// A crate with modules that is no builtin one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleCrate {
    /// Its folder, with its Cargo.toml.
    pub folder: PathBuf,
    /// The features that it is built with.
    pub features: Vec<String>,
}

/// Which crates are linked into the runner.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Linked {
    /// Every builtin module: a base runner that carries whatever plan is appended to it.
    #[default]
    Builtins,
    /// What this Cargo.toml names.
    Manifest(Manifest),
}

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A builtin one, of the crate with this package name.
    Builtin(String),
    /// Another crate's, by package name.
    Crate(String),
    /// The runner's own sources.
    Runner,
}

/// One module that is there.
#[derive(Clone, Debug)]
pub struct Module {
    /// What it says of itself.
    pub spec: Arc<ModuleSpec>,
    /// Where it comes from.
    pub origin: Origin,
}

/// All modules that are there, by every name they have.
#[derive(Clone, Debug, Default)]
pub struct Modules {
    by_name: BTreeMap<String, Module>,
    linked: Linked,
}

/// Where to gather modules.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Crates with modules, beside the builtin ones.
    pub crates: Vec<ModuleCrate>,
    /// The runner's folder, whose `src/` may hold modules, and the runner's features.
    pub runner: Option<ModuleCrate>,
    /// Which crates are linked.
    pub linked: Linked,
}

impl Modules {
    /// Gathers all modules. Two that have one name are a problem, unless one of them is builtin: that one gives way.
    pub fn gather(sources: &Sources, problems: &mut Vec<Problem>) -> Modules {
        let mut modules = Modules { by_name: BTreeMap::new(), linked: sources.linked.clone() };
        for spec in catalogue::builtin() {
            let origin = Origin::Builtin(spec.krate.clone());
            modules.add(&Arc::new(spec.clone()), &origin, problems);
        }
        for krate in &sources.crates {
            for spec in scan(krate, problems) {
                let origin = Origin::Crate(spec.krate.clone());
                modules.add(&Arc::new(spec), &origin, problems);
            }
        }
        if let Some(runner) = &sources.runner {
            for spec in scan(runner, problems) {
                modules.add(&Arc::new(spec), &Origin::Runner, problems);
            }
        }
        modules
    }

    fn add(&mut self, spec: &Arc<ModuleSpec>, origin: &Origin, problems: &mut Vec<Problem>) {
        for name in std::iter::once(&spec.name).chain(&spec.aliases) {
            let module = Module { spec: spec.clone(), origin: origin.clone() };
            let before = self.by_name.insert(names::canonical(name).to_owned(), module);
            if let Some(before) = before.filter(|before| !matches!(before.origin, Origin::Builtin(_))) {
                problems.push(
                    Problem::error("duplicate-module", format!("two modules are called `{name}`")).with_note(
                        format!("one is {}, the other is {}", before.origin.describe(), origin.describe()),
                    ),
                );
            }
        }
    }

    /// The module of this canonical name.
    pub fn get(&self, name: &str) -> Option<&Module> {
        self.by_name.get(name)
    }

    /// Every name that a task may use.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Every module once, by name.
    pub fn all(&self) -> impl Iterator<Item = &Module> {
        self.by_name
            .iter()
            .filter(|(name, module)| names::canonical(&module.spec.name) == *name)
            .map(|(_, it)| it)
    }

    /// The name that is most like `name`, if one is.
    pub fn closest(&self, name: &str) -> Option<&str> {
        suggest::closest(names::canonical(name), self.names())
    }

    /// Whether the crate of this module is linked into the runner.
    pub fn is_linked(&self, module: &Module) -> bool {
        match (&self.linked, &module.origin) {
            (_, Origin::Runner) | (Linked::Builtins, _) => true,
            (Linked::Manifest(manifest), Origin::Builtin(package) | Origin::Crate(package)) => {
                manifest.dependency(package).is_some()
            }
        }
    }

    /// The names, as Rust code writes them, of the crates that the modules `used` stand in, sorted.
    pub fn crates_of<'a>(&self, used: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let mut crates: Vec<String> = used
            .into_iter()
            .filter_map(|name| match &self.get(name)?.origin {
                Origin::Runner => None,
                Origin::Builtin(package) | Origin::Crate(package) => Some(match &self.linked {
                    Linked::Builtins => package.replace('-', "_"),
                    Linked::Manifest(manifest) => manifest.dependency(package)?.extern_name.clone(),
                }),
            })
            .collect();
        crates.sort();
        crates.dedup();
        crates
    }
}

impl Origin {
    /// The origin in words.
    pub fn describe(&self) -> String {
        match self {
            Origin::Builtin(package) => format!("builtin (crate `{package}`)"),
            Origin::Crate(package) => format!("of the crate `{package}`"),
            Origin::Runner => "of the runner itself".to_owned(),
        }
    }
}

/// The modules in the sources of a crate.
fn scan(krate: &ModuleCrate, _problems: &mut Vec<Problem>) -> Vec<ModuleSpec> {
    let _: &Path = &krate.folder;
    Vec::new()
}
