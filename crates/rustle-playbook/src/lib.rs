//! Playbooks, inventories, roles and plan JSON, read with the position of everything.
//!
//! [`load_playbook`] and [`load_plan_json`] turn what a person or a planner wrote into a
//! [`Plan`], and tell everything that is wrong with it, at its file, line and column. What
//! modules there are and what arguments they take is not known here: the build checks that, with the help of [`Origins`].

mod action;
mod arguments;
mod block;
mod builtin;
mod codes;
mod conditions;
mod definitions;
mod directives;
mod document;
mod documents;
mod embed;
mod fields;
mod files;
mod handlers;
mod import;
mod import_tasks;
mod include;
mod include_loop;
mod inventory;
mod keyword;
mod kind;
mod loader;
mod looping;
mod meta;
mod module_defaults;
mod origins;
mod play;
mod playbook;
mod problem;
mod problems;
mod project;
mod role;
mod scope;
mod settle;
mod source;
mod static_name;
pub mod suggest;
mod task;
mod task_files;
mod vars;
mod vars_files;
mod vaults;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustle_schema::inventory::Inventory;
use rustle_schema::plan::Plan;
use rustle_value::Map;

pub use codes::{CODES, Code};
pub use files::{EmbeddedFile, Files};
pub use origins::{
    Again, Occurrence, Origins, Owner, Snippet, SnippetKind, TaskOrigin, ValuePath, file_candidates,
};
pub use problem::{Problem, Severity};
pub use settle::{FinishedList, Settle};
pub use source::{Location, SourceFile};
pub use vaults::{Vault, VaultKind, secret_template};

/// Where to look for what a playbook refers to. Relative paths are relative to the project's root.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The project's root: nothing above it is read unless configured here. The playbook's folder where absent. Names in
    /// the bundle are relative to it, so `playbook_dir` is the playbook's folder below it.
    pub root: Option<PathBuf>,
    /// Inventories: files, folders, or a list of hosts with a comma in it.
    pub inventory: Vec<PathBuf>,
    /// Folders of roles, searched after `roles/` beside the playbook.
    pub roles_path: Vec<PathBuf>,
    /// Variables that are known at build time, for the names in static imports.
    pub extra_vars: Map,
    /// Names of variables that are given when the runner is started, whatever the playbook says of them.
    pub given: Vec<String>,
    /// The modules that exist, canonical, so that a task's action can be told from a misspelled keyword. Those of
    /// ansible-core are known anyway.
    pub modules: Vec<String>,
    /// The names of the secrets from ansible-vault that are sealed.
    pub sealed: BTreeSet<String>,
}

/// What loading gave.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The plan; `None` only if nothing can be built at all. Where there are errors, it lacks what was wrong.
    pub plan: Option<Plan>,
    /// Where everything in the plan was written.
    pub origins: Origins,
    /// All that is wrong, in the order in which it was found.
    pub problems: Vec<Problem>,
    /// The files that were read and those to embed.
    pub files: Files,
    /// What is encrypted with ansible-vault, sealed or not; not the embedded files that are.
    pub vaults: Vec<Vault>,
}

impl Loaded {
    /// Whether one of the problems is an error.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Reads a playbook, with everything that it refers to.
pub fn load_playbook(playbook: &Path, options: &Options) -> Loaded {
    load(playbook, options, None)
}

/// The same, handing out every list of steps as soon as it is finished: what `settle` takes is not kept.
pub fn load_playbook_settling(playbook: &Path, options: &Options, settle: &mut dyn Settle) -> Loaded {
    load(playbook, options, Some(settle))
}

fn load<'a>(playbook: &Path, options: &'a Options, settle: Option<&'a mut dyn Settle>) -> Loaded {
    let path = project::absolute(playbook);
    let root = options.root.as_deref().or(path.parent()).unwrap_or(Path::new("/"));
    let mut loader = loader::Loader::new(root, options);
    loader.settle = settle;
    loader.plan.name = loader.project.display(&path);
    loader.inventory(path.parent().unwrap_or(Path::new("/")));
    if loader.playbook(&path) {
        return loader.finish();
    }
    Loaded { plan: None, ..loader.finish() }
}

/// Reads the inventories of `options` alone, with the variables beside them and in `folder`, which is the root if the options
/// name none.
pub fn load_inventory(folder: &Path, options: &Options) -> (Inventory, Vec<Problem>) {
    let folder = project::absolute(folder);
    let mut loader = loader::Loader::new(options.root.as_deref().unwrap_or(&folder), options);
    loader.inventory(&folder);
    (loader.plan.inventory, loader.problems.into_list())
}

/// Reads a plan in one of the four shapes of rustle-plan's JSON. `name` is its name for display; files that it names are
/// looked for below `root`.
pub fn load_plan_json(text: &[u8], name: &str, root: &Path, options: &Options) -> Loaded {
    load_json(text, name, root, options, None)
}

/// The same, handing out every list of steps as soon as it is finished: what `settle` takes is not kept.
pub fn load_plan_json_settling(
    text: &[u8],
    name: &str,
    root: &Path,
    options: &Options,
    settle: &mut dyn Settle,
) -> Loaded {
    load_json(text, name, root, options, Some(settle))
}

fn load_json<'a>(
    text: &[u8],
    name: &str,
    root: &Path,
    options: &'a Options,
    settle: Option<&'a mut dyn Settle>,
) -> Loaded {
    let mut loader = loader::Loader::new(root, options);
    loader.settle = settle;
    loader.plan.name = name.to_owned();
    if loader.plan_json(text, name) {
        return loader.finish();
    }
    Loaded { plan: None, ..loader.finish() }
}
