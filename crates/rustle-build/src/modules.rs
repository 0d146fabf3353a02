//! The modules that a plan may name: the builtin ones, those of other crates, those of the runner itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use rustle_playbook::{Location, Problem, SourceFile};
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::names;
use rustle_schema::package::ModuleId;
use rustle_spec::scan::{Cfg, ScanError, crate_specs};

use crate::catalogue;
use crate::lints;
use crate::manifest::Manifest;
use crate::packages::verify::{self, FileModule};
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
    /// A file that is compiled with the runner, by the id of its package.
    File(ModuleId),
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
    incomplete: bool,
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
    /// Files of modules that are compiled with the runner.
    pub files: Vec<FileModule>,
    /// What is built for, without features.
    pub target: Cfg,
}

impl Modules {
    /// Gathers all modules. Two that have one name are a problem, unless one of them is builtin and the other is the
    /// runner's own: the builtin one gives way.
    pub fn gather(sources: &Sources, problems: &mut Vec<Problem>) -> Modules {
        let mut modules = Modules { linked: sources.linked.clone(), ..Modules::default() };
        let before = problems.len();
        for spec in catalogue::builtin() {
            let origin = Origin::Builtin(spec.krate.clone());
            modules.add(&Arc::new(spec.clone()), &origin, problems);
        }
        for krate in &sources.crates {
            for spec in scan(krate, &folder_name(krate), &sources.target, problems) {
                let origin = Origin::Crate(spec.krate.clone());
                modules.add(&Arc::new(spec), &origin, problems);
            }
        }
        for file in &sources.files {
            match verify::specs(file, &sources.target) {
                Ok(specs) => {
                    let origin = Origin::File(file.id.clone());
                    specs.into_iter().for_each(|spec| modules.add(&Arc::new(spec), &origin, problems));
                }
                Err(errors) => problems.extend(errors.iter().map(|error| marked(error, &file.text))),
            }
        }
        if let Some(runner) = &sources.runner {
            for spec in scan(runner, "", &sources.target, problems) {
                modules.add(&Arc::new(spec), &Origin::Runner, problems);
            }
        }
        let mut told = problems.iter().skip(before);
        modules.incomplete = told.any(|problem| problem.code != lints::SHADOWED_BUILTIN);
        modules
    }

    fn add(&mut self, spec: &Arc<ModuleSpec>, origin: &Origin, problems: &mut Vec<Problem>) {
        for name in std::iter::once(&spec.name).chain(&spec.aliases) {
            let module = Module { spec: spec.clone(), origin: origin.clone() };
            let before = self.by_name.insert(names::canonical(name).to_owned(), module);
            let Some(before) = before.map(|before| before.origin) else { continue };
            match (&before, origin) {
                // What one writes into one's own runner is meant.
                (Origin::Builtin(_), Origin::Builtin(_) | Origin::Runner) => {}
                (Origin::Builtin(_), _) => problems.push(shadowed(name, &origin.describe())),
                _ => problems.push(
                    Problem::error("duplicate-module", format!("two modules are called `{name}`")).with_note(
                        format!("one is {}, the other is {}", before.describe(), origin.describe()),
                    ),
                ),
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

    /// Whether some sources could not be read, so that there may be more modules.
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
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
            (_, Origin::Runner | Origin::File(_)) | (Linked::Builtins, _) => true,
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
                Origin::Runner | Origin::File(_) => None,
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

    /// The ids of the files that the modules `used` stand in.
    pub fn files_of<'a>(&self, used: impl IntoIterator<Item = &'a str>) -> BTreeSet<ModuleId> {
        let file = |name| match &self.get(name)?.origin {
            Origin::File(id) => Some(id.clone()),
            _ => None,
        };
        used.into_iter().filter_map(file).collect()
    }

    /// The packages with modules that Cargo.toml names although none of their modules is among those `used`, sorted.
    pub fn unused_packages(&self, used: &[String]) -> Vec<String> {
        let Linked::Manifest(manifest) = &self.linked else { return Vec::new() };
        let package = |module: &Module| match &module.origin {
            Origin::Builtin(package) | Origin::Crate(package) => Some(package.clone()),
            Origin::Runner | Origin::File(_) => None,
        };
        let needed: BTreeSet<String> = used.iter().filter_map(|name| package(self.get(name)?)).collect();
        let there: BTreeSet<String> = self.by_name.values().filter_map(package).collect();
        let unused = there.into_iter().filter(|package| !needed.contains(package));
        unused.filter(|package| manifest.dependency(package).is_some()).collect()
    }
}

/// A module `from` elsewhere has the name of a builtin one.
pub(crate) fn shadowed(name: &str, from: &str) -> Problem {
    let message = format!("a module {from} is called `{name}`, as a builtin one is");
    Problem::error(lints::SHADOWED_BUILTIN, message)
        .with_note(format!("every task with `{name}` would run that one instead"))
        .with_help("`[lints] shadowed-builtin = \"allow\"`, if that is meant")
}

impl Origin {
    /// The origin in words.
    pub fn describe(&self) -> String {
        match self {
            Origin::Builtin(package) => format!("builtin (crate `{package}`)"),
            Origin::Crate(package) => format!("of the crate `{package}`"),
            Origin::File(id) => format!("of the file of `{id}`"),
            Origin::Runner => "of the runner itself".to_owned(),
        }
    }
}

/// The name of the crate's folder and a slash: the folder may lie anywhere on this machine.
fn folder_name(krate: &ModuleCrate) -> String {
    krate.folder.file_name().map(|name| format!("{}/", name.to_string_lossy())).unwrap_or_default()
}

/// The modules in the sources of a crate, and what cannot be read there.
fn scan(krate: &ModuleCrate, shown: &str, target: &Cfg, problems: &mut Vec<Problem>) -> Vec<ModuleSpec> {
    let cfg = krate.features.iter().fold(target.clone(), |cfg, feature| cfg.with_feature(feature));
    match crate_specs(&krate.folder, &cfg) {
        Ok(specs) => specs,
        Err(errors) => {
            problems.extend(errors.iter().map(|error| unreadable(krate, shown, error)));
            Vec::new()
        }
    }
}

fn unreadable(krate: &ModuleCrate, shown: &str, error: &ScanError) -> Problem {
    let path = format!("{shown}{}", error.file.to_string_lossy().replace('\\', "/"));
    match std::fs::read_to_string(krate.folder.join(&error.file)) {
        Ok(text) => marked(error, &Arc::new(SourceFile { path, text })),
        Err(_) => Problem::error("module-source", error.message.as_str()).with_note(format!("in {path}")),
    }
}

/// The error, pointing at the word in `file` at which it stands.
pub(crate) fn marked(error: &ScanError, file: &Arc<SourceFile>) -> Problem {
    Problem::error("module-source", error.message.as_str()).at(word_at(file, error.line, error.col))
}

/// The word in `file` that begins at this line and column, both from 1.
pub(crate) fn word_at(file: &Arc<SourceFile>, line: usize, col: usize) -> Location {
    let text = &file.text;
    let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let line = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
    let within = line.char_indices().nth(col.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let word = line.get(within..).unwrap_or_default();
    let length = word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len()).max(1);
    let start = (line_start + within).min(text.len());
    Location::new(file, start..(start + length).min(text.len()))
}

/// What this machine is, for modules that are compiled on one system only.
pub fn host() -> Cfg {
    let cfg = Cfg::new().with("target_os", std::env::consts::OS).with("target_arch", std::env::consts::ARCH);
    let cfg = cfg.with("target_family", std::env::consts::FAMILY);
    if cfg!(unix) { cfg.with_name("unix") } else { cfg.with_name("windows") }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn krate(folder: &Path, source: &str) -> ModuleCrate {
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("Cargo.toml"), "[package]\nname = \"acme\"\nversion = \"1.2.0\"\n").unwrap();
        fs::write(folder.join("src/lib.rs"), source).unwrap();
        ModuleCrate { folder: folder.to_owned(), features: vec!["loud".into()] }
    }

    const GREET: &str = "/// Greets.\n#[rustle_module(name = \"acme.greet\")]\npub struct Greet {\n    /// Where.\n    path: PathBuf,\n}\n\
                         #[cfg(feature = \"loud\")]\n/// Shouts.\n#[rustle_module(name = \"acme.shout\")]\npub struct \
                         Shout {}\n#[cfg(feature = \"quiet\")]\n/// Whispers.\n#[rustle_module(name = \"acme.whisper\")]\n\
                         pub struct Whisper {}\n";

    #[test]
    fn modules_of_a_crate_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let sources = Sources {
            crates: vec![krate(folder.path(), GREET)],
            linked: Linked::Manifest(
                Manifest::parse("[dependencies]\nwelcome = { package = \"acme\" }").unwrap(),
            ),
            target: host(),
            ..Sources::default()
        };
        let mut problems = Vec::new();
        let modules = Modules::gather(&sources, &mut problems);
        assert_eq!(problems, []);
        let greet = modules.get("acme.greet").unwrap();
        assert_eq!(greet.origin, Origin::Crate("acme".into()));
        assert!(greet.spec.args[0].required && modules.is_linked(greet));
        assert!(modules.get("acme.shout").is_some() && modules.get("acme.whisper").is_none());
        assert_eq!(modules.crates_of(["acme.greet", "acme.shout"]), ["welcome"]);
        assert_eq!(modules.unused_packages(&["debug".into()]), ["acme"]);
        assert_eq!(modules.unused_packages(&["acme.greet".into()]), [""; 0]);
        assert!(!modules.is_linked(modules.get("debug").unwrap()));
    }

    #[test]
    fn only_the_runner_itself_takes_a_builtin_modules_place() {
        let copy = "/// Copies.\n#[rustle_module(name = \"copy\")]\npub struct Copy {}\n";
        let folder = tempfile::tempdir().unwrap();
        let krate = krate(folder.path(), copy);
        let gathered = |sources: Sources| {
            let mut problems = Vec::new();
            let modules = Modules::gather(&sources, &mut problems);
            let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
            (modules.get("copy").unwrap().origin.clone(), codes.join(" "))
        };
        let own = gathered(Sources { runner: Some(krate.clone()), ..Sources::default() });
        assert_eq!(own, (Origin::Runner, String::new()));
        let others = gathered(Sources { crates: vec![krate], ..Sources::default() });
        assert_eq!(others, (Origin::Crate("acme".into()), lints::SHADOWED_BUILTIN.to_owned()));
    }

    #[test]
    fn what_cannot_be_read_is_told_where_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let source = "/// Greets.\n#[rustle_module(name = \"Acme Greet\")]\npub struct Greet {}\n";
        let sources = Sources { runner: Some(krate(folder.path(), source)), ..Sources::default() };
        let mut problems = Vec::new();
        Modules::gather(&sources, &mut problems);
        let at = problems[0].primary.as_ref().unwrap();
        assert_eq!(at.file.line_column(at.span.start).0, 2, "{problems:?}");
    }
}
