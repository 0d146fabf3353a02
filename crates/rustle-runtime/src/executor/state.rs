//! [`State`]: everything that templates and tasks see of a run.

use std::cell::{Cell, OnceCell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use rustle_schema::names::BUNDLE_ROOT;
use rustle_schema::plan::{Plan, Play};
use rustle_template::{Engine, World};
use rustle_value::{Map, Value};

use super::handlers::Handler;
use crate::embedded::Contents;
use crate::hosts::Hosts;
use crate::settings::Settings;
use crate::variables::scope::Identity;
use crate::variables::{RoleScope, Scope, Store, host_vars};

/// Everything that templates and tasks see of a run.
pub struct State<'p> {
    /// What is run.
    pub plan: &'p Plan,
    /// How it is run.
    pub settings: Settings,
    /// The inventory.
    pub hosts: Hosts<'p>,
    /// Variables that outlive a play.
    pub store: Store,
    /// The play that runs.
    pub play: PlayState<'p>,
    /// Compiles and evaluates.
    pub engine: Engine,
    /// The files that the executable carries.
    pub files: Arc<dyn Contents>,
    /// The facts that the plan refers to; `None` for all.
    pub facts: Option<Arc<[String]>>,
    /// The source file of the task that runs, as an index into the plan's sources.
    pub source: Cell<u32>,
    warnings: RefCell<Vec<String>>,
    groups: OnceCell<Map>,
    other_host_vars: OnceCell<Map>,
}

impl<'p> State<'p> {
    /// The state before the first play.
    pub fn new(plan: &'p Plan, settings: Settings, host: &str, files: Arc<dyn Contents>) -> State<'p> {
        let hosts = Hosts::new(&plan.inventory, host);
        let store = Store::new(&hosts, settings.extra_vars.clone());
        State {
            plan,
            settings,
            hosts,
            store,
            play: PlayState::default(),
            engine: Engine::new(),
            files,
            facts: plan.facts.as_deref().map(Arc::from),
            source: Cell::new(0),
            warnings: RefCell::default(),
            groups: OnceCell::new(),
            other_host_vars: OnceCell::new(),
        }
    }

    /// Keeps a warning until the result of the task that causes it is told.
    pub fn warn(&self, message: &str) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.iter().any(|warning| warning == message) {
            warnings.push(message.to_owned());
        }
    }

    /// The warnings since the last call.
    pub fn take_warnings(&self) -> Vec<String> {
        self.warnings.take()
    }

    /// The dictionary `groups`.
    pub fn groups(&self) -> Map {
        self.groups.get_or_init(|| self.hosts.groups()).clone()
    }

    /// The variables of every other host, finished.
    pub fn other_host_vars(&self) -> &Map {
        self.other_host_vars.get_or_init(|| host_vars::of_others(self))
    }

    /// The playbook's folder, below the bundle's root.
    pub fn playbook_dir(&self) -> String {
        let position = self.play.play.map(|play| play.position).filter(|position| position.line > 0);
        let source = position.and_then(|position| self.plan.sources.get(position.source as usize));
        let file = source.unwrap_or(&self.plan.name);
        match Path::new(file).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => format!("{BUNDLE_ROOT}/{}", folder.display()),
            None => BUNDLE_ROOT.to_owned(),
        }
    }

    /// The folders in which the current task looks for files: its role and the roles that use it, the folder of its task
    /// file, the playbook's.
    pub fn search_path(&self, scope: &Scope<'_>) -> Vec<String> {
        let mut stack: Vec<String> = Vec::new();
        let mut add = |folder: String| {
            if !stack.contains(&folder) {
                stack.push(folder);
            }
        };
        if let Some(role) = &scope.role {
            add(format!("{BUNDLE_ROOT}/{}", role.role.path));
            role.chain.iter().rev().for_each(|role| add(format!("{BUNDLE_ROOT}/{}", role.role.path)));
        }
        let source = self.plan.sources.get(self.source.get() as usize);
        if let Some(folder) = source.and_then(|source| Path::new(source).parent()) {
            let folder = folder.to_string_lossy();
            let within_role =
                scope.role.is_none() || folder.contains("/tasks") || folder.contains("/handlers");
            if !folder.is_empty() && within_role {
                add(format!("{BUNDLE_ROOT}/{folder}"));
            }
        }
        add(self.playbook_dir());
        stack
    }
}

/// What belongs to the play that runs.
#[derive(Default)]
pub struct PlayState<'p> {
    /// The play; `None` before the first.
    pub play: Option<&'p Play>,
    /// Its name, rendered.
    pub name: String,
    /// Its `vars`.
    pub vars: Map,
    /// Its `vars_files`, the last first.
    pub vars_files: Vec<Map>,
    /// The names of all its hosts.
    pub hosts: Value,
    /// The uses of its roles, in order: those of `roles:`, and imported and included ones.
    pub roles: Vec<Rc<RoleScope<'p>>>,
    /// Its handlers, those of its roles first.
    pub handlers: Vec<Rc<Handler<'p>>>,
    /// What was notified since the last flush, in order.
    pub notifications: Vec<String>,
    /// The uses of roles that have run.
    pub completed: Vec<Identity<'p>>,
    /// Whether this host has left the play.
    pub removed: bool,
}

impl<'p> PlayState<'p> {
    /// The roles whose variables the whole play sees, the last first.
    pub fn exported(&self) -> impl Iterator<Item = &Rc<RoleScope<'p>>> {
        self.roles.iter().rev().filter(|role| role.public)
    }

    /// The hosts of the play, without `own` if it has left.
    pub fn remaining_hosts(&self, own: &str) -> Value {
        match (&self.hosts, self.removed) {
            (Value::List(hosts), true) => {
                hosts.iter().filter(|host| host.as_str() != Some(own)).cloned().collect()
            }
            (hosts, _) => hosts.clone(),
        }
    }

    /// `ansible_play_role_names`.
    pub fn role_names(&self) -> Value {
        self.roles.iter().map(|role| role.role.name.as_str()).collect()
    }

    /// `ansible_dependent_role_names`.
    pub fn dependent_role_names(&self) -> Value {
        unique(self.dependent().iter().map(|role| role.role.name.as_str()))
    }

    /// `ansible_role_names`.
    pub fn all_role_names(&self) -> Value {
        let dependent = self.dependent();
        unique(dependent.iter().chain(&self.roles).map(|role| role.role.name.as_str()))
    }

    fn dependent(&self) -> Vec<Rc<RoleScope<'p>>> {
        self.roles.iter().flat_map(|role| role.all_dependencies()).collect()
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Value {
    let mut seen = std::collections::HashSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

impl State<'_> {
    /// The hosts that patterns mean, in order; `~` begins a regular expression.
    ///
    /// # Errors
    /// If one of them is no pattern.
    pub(crate) fn matching_hosts(
        &self,
        patterns: &[String],
        world: &dyn World,
    ) -> Result<Vec<String>, String> {
        let regex = |expression: &str, name: &str| {
            let args = vec![Value::str(expression)];
            let matches = self.engine.call_test("match", Value::str(name), args, Map::new(), world);
            matches.map_err(|error| error.to_string())
        };
        self.hosts.select(patterns, &regex).map_err(|error| error.to_string())
    }
}
