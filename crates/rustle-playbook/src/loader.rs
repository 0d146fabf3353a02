//! The state of one load.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_schema::plan::{PLAN_FORMAT, Plan};
use rustle_value::Value;

use crate::definitions::{Definitions, Guess};
use crate::handlers::HandlerNames;
use crate::origins::Origins;
use crate::problems::Problems;
use crate::project::Project;
use crate::role::{ArgumentSpec, RoleFolder, RoleGraph};
use crate::scope::Scope;
use crate::settle::Settle;
use crate::vaults::Vault;
use crate::{Files, Loaded, Options};
use rustle_value::yaml::Node;

/// Reads one playbook or plan. Each kind of thing that it reads has a file of its own with an `impl Loader`.
pub(crate) struct Loader<'a> {
    pub options: &'a Options,
    pub project: Project,
    pub problems: Problems,
    pub origins: Origins,
    pub plan: Plan,
    pub files: Files,
    /// What names in tasks were found to stand for, by where the folders are kept in which they are looked for (tasks of
    /// one file share them) and by the kind of file.
    pub named: HashMap<(*const PathBuf, &'static str), Named>,
    /// The number of the next task.
    pub next_task: u32,
    /// The modules that tasks name.
    pub modules: BTreeSet<String>,
    /// Roles that were found, by their folder.
    pub roles: HashMap<PathBuf, Arc<RoleFolder>>,
    pub role_graph: RoleGraph,
    /// What roles say of their arguments, by the role's key and the task file.
    pub specs: HashMap<(String, String), ArgumentSpec>,
    pub handlers: HandlerNames,
    /// Task files that are to be read, or were.
    pub asked: HashSet<String>,
    /// What is to be read yet.
    pub jobs: VecDeque<Job>,
    /// The folders of playbooks that were read.
    pub playbooks: Vec<Arc<Path>>,
    /// The values that variables are given.
    pub definitions: Definitions,
    /// Includes whose names are known as long as nothing else sets their variables.
    pub guesses: Vec<Guess>,
    /// What is encrypted.
    pub vaults: Vec<Vault>,
    /// Who takes lists that are finished.
    pub settle: Option<&'a mut dyn Settle>,
}

/// What names stand for that are looked for in the same folders.
pub(crate) struct Named {
    /// The folders, held so that no others come to lie in their place.
    pub _folders: Arc<[PathBuf]>,
    /// The files and folders that were found and embedded, by the names.
    pub found: HashMap<String, PathBuf>,
}

/// Something that can be reached and is to be read.
pub(crate) enum Job {
    /// A file that an `include_tasks` reaches: its name below the bundle's root, and a scope in which it can be read.
    TaskFile { name: String, path: PathBuf, scope: Box<Scope> },
    /// `meta/`, `defaults/main`, `vars/main` and `handlers/main` of a role.
    Role { role: Arc<RoleFolder>, scope: Box<Scope> },
    /// A task file of a role that is used statically, or through `include_role`.
    RoleTasks { role: Arc<RoleFolder>, entry: String, path: PathBuf, scope: Box<Scope> },
    /// Another handler file of a role.
    RoleHandlers { role: Arc<RoleFolder>, entry: String, path: PathBuf, scope: Box<Scope> },
}

impl<'a> Loader<'a> {
    pub fn new(root: &Path, options: &'a Options) -> Loader<'a> {
        Loader {
            options,
            project: Project::new(root),
            problems: Problems::default(),
            origins: Origins::default(),
            plan: Plan { format: PLAN_FORMAT, ..Plan::default() },
            files: Files::default(),
            named: HashMap::new(),
            next_task: 0,
            modules: BTreeSet::new(),
            roles: HashMap::new(),
            role_graph: RoleGraph::default(),
            specs: HashMap::new(),
            handlers: HandlerNames::default(),
            asked: HashSet::new(),
            jobs: VecDeque::new(),
            playbooks: Vec::new(),
            definitions: Definitions::default(),
            guesses: Vec::new(),
            vaults: Vec::new(),
            settle: None,
        }
    }

    /// The value of `node`, its templates marked.
    pub fn value(&mut self, scope: &Scope, node: &Node) -> Value {
        self.trusted(&scope.doc.file, node)
    }

    /// Reads everything that can be reached, then checks what only the whole tells.
    pub fn finish(mut self) -> Loaded {
        self.read_all();
        self.check_notifications();
        self.check_role_recursion();
        self.embed_folders();
        self.plan.modules = self.modules.into_iter().collect();
        self.plan.sources = self.project.sources;
        self.files.watched = self.project.watched;
        Loaded {
            plan: Some(self.plan),
            origins: self.origins,
            problems: self.problems.into_list(),
            files: self.files,
            vaults: self.vaults,
        }
    }

    /// Reads one thing that can be reached.
    pub(crate) fn run(&mut self, job: Job) {
        match job {
            Job::TaskFile { name, path, scope } => self.reached_task_file(name, &path, &scope),
            Job::Role { role, scope } => self.role_files(&role, &scope),
            Job::RoleTasks { role, entry, path, scope } => self.role_tasks(&role, &entry, &path, &scope),
            Job::RoleHandlers { role, entry, path, scope } => {
                self.role_handlers(&role, &entry, &path, &scope)
            }
        }
    }
}
