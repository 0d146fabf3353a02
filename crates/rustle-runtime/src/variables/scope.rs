//! [`Scope`]: what a place in the plan gives to the tasks below it.

use std::cell::Cell;
use std::rc::Rc;

use rustle_schema::plan::Role;
use rustle_schema::task::{Directives, Step, Task};
use rustle_value::{Map, Value};

/// What a place in the plan (a play, a role, a block, an include) gives to the tasks below it: keywords, worked out down
/// to here, and layers of variables. A task without a block of its own shares the scope of its neighbours.
#[derive(Debug, Default)]
pub struct Scope<'p> {
    /// Inherited keywords.
    pub keywords: Rc<Keywords>,
    /// `vars` of blocks and includes, the innermost first.
    pub vars: Vec<Map>,
    /// `vars` of dynamic includes, the innermost first: these come before `set_fact`.
    pub include_params: Vec<Map>,
    /// The role that this is within.
    pub role: Option<Rc<RoleScope<'p>>>,
    /// The names of the task files that are being included here, the innermost first, as they were written: a relative
    /// name of the next include is looked for beside them.
    pub includes: Vec<Rc<str>>,
    /// Whether these are handlers.
    pub handler: bool,
}

/// Keywords as they are inherited. Lists have the outermost entry first.
#[derive(Clone, Debug, Default)]
pub struct Keywords {
    /// `when`.
    pub when: Vec<Value>,
    /// `tags`.
    pub tags: Vec<Value>,
    /// `environment`.
    pub environment: Vec<Value>,
    /// `module_defaults`.
    pub module_defaults: Vec<Map>,
    /// `notify`.
    pub notify: Vec<Value>,
    /// `become`.
    pub become_: Option<Value>,
    /// `become_user`.
    pub become_user: Option<Value>,
    /// `become_method`.
    pub become_method: Option<Value>,
    /// `become_flags`.
    pub become_flags: Option<Value>,
    /// `ignore_errors`.
    pub ignore_errors: Option<Value>,
    /// `no_log`.
    pub no_log: Option<Value>,
    /// `check_mode`.
    pub check_mode: Option<Value>,
    /// `diff`.
    pub diff: Option<Value>,
    /// `run_once`.
    pub run_once: Option<Value>,
    /// `timeout`.
    pub timeout: Option<Value>,
    /// `any_errors_fatal`.
    pub any_errors_fatal: Option<Value>,
}

impl Keywords {
    /// The same with the keywords of something further in.
    #[must_use]
    pub fn with(&self, inner: &Directives) -> Keywords {
        let mut all = self.clone();
        all.when.extend_from_slice(&inner.when);
        all.tags.extend_from_slice(&inner.tags);
        all.environment.extend_from_slice(&inner.environment);
        all.module_defaults.extend_from_slice(&inner.module_defaults);
        let fields = [
            (&mut all.become_, &inner.become_),
            (&mut all.become_user, &inner.become_user),
            (&mut all.become_method, &inner.become_method),
            (&mut all.become_flags, &inner.become_flags),
            (&mut all.ignore_errors, &inner.ignore_errors),
            (&mut all.no_log, &inner.no_log),
            (&mut all.check_mode, &inner.check_mode),
            (&mut all.diff, &inner.diff),
            (&mut all.run_once, &inner.run_once),
            (&mut all.timeout, &inner.timeout),
            (&mut all.any_errors_fatal, &inner.any_errors_fatal),
        ];
        for (slot, value) in fields {
            if value.is_some() {
                slot.clone_from(value);
            }
        }
        all
    }
}

/// Whether keywords say nothing at all, their variables left out.
fn is_silent(directives: &Directives) -> bool {
    let silent = Directives { vars: directives.vars.clone(), ..Directives::default() };
    *directives == silent
}

impl<'p> Scope<'p> {
    /// The scope of something further in: its keywords are added, and its variables are the innermost layer.
    pub fn child(self: &Rc<Self>, inner: &Directives, notify: &[Value]) -> Rc<Scope<'p>> {
        let silent = is_silent(inner) && notify.is_empty();
        if silent && inner.vars.is_empty() {
            return Rc::clone(self);
        }
        let mut scope = self.fork();
        if !silent {
            let mut keywords = self.keywords.with(inner);
            keywords.notify.extend_from_slice(notify);
            scope.keywords = Rc::new(keywords);
        }
        if !inner.vars.is_empty() {
            scope.vars.insert(0, inner.vars.clone());
        }
        Rc::new(scope)
    }

    /// A copy that can be changed.
    pub fn fork(&self) -> Scope<'p> {
        Scope {
            keywords: Rc::clone(&self.keywords),
            vars: self.vars.clone(),
            include_params: self.include_params.clone(),
            role: self.role.clone(),
            includes: self.includes.clone(),
            handler: self.handler,
        }
    }
}

/// A role as it is used at one place.
#[derive(Debug)]
pub struct RoleScope<'p> {
    /// The role.
    pub role: &'p Role,
    /// What it was called by.
    pub name: &'p str,
    /// Its parameters.
    pub params: Map,
    /// `vars` beside its name.
    pub use_vars: Map,
    /// Its `vars/`.
    pub vars: Map,
    /// Its `defaults/`.
    pub defaults: Map,
    /// Its `tasks/`.
    pub tasks: &'p [Step],
    /// Its `handlers/`.
    pub handlers: &'p [Task],
    /// The roles that it is used by, the outermost first.
    pub chain: Vec<Rc<RoleScope<'p>>>,
    /// The roles that it depends on directly, with the keywords of each use.
    pub dependencies: Vec<(Rc<RoleScope<'p>>, &'p Directives)>,
    /// Whether its variables are seen by the whole play.
    pub public: bool,
    /// Whether it runs again where it has run already.
    pub allow_duplicates: bool,
    /// What tells it from another use of the same role.
    pub identity: Identity<'p>,
    /// Whether one of its tasks was not skipped.
    pub had_task: Cell<bool>,
}

/// What tells one use of a role from another: two uses that are alike run once.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity<'p> {
    /// The role's folder.
    pub path: &'p str,
    /// Its parameters.
    pub params: Map,
    /// `vars` beside its name.
    pub vars: Map,
    /// `when` beside its name.
    pub when: Vec<Value>,
    /// `tags` beside its name.
    pub tags: Vec<Value>,
    /// The files that were asked for.
    pub from: Vec<(&'static str, String)>,
    /// Whether `include_role` or `import_role` used it.
    pub include: bool,
}

impl<'p> RoleScope<'p> {
    /// All roles that it depends on, in the order in which they run.
    pub fn all_dependencies(&self) -> Vec<Rc<RoleScope<'p>>> {
        let mut all = Vec::new();
        for (role, _) in &self.dependencies {
            all.extend(role.all_dependencies());
            all.push(Rc::clone(role));
        }
        all
    }

    /// The value of a role parameter, the nearest role first.
    pub fn param(&self, name: &str) -> Option<&Value> {
        self.params.get(name).or_else(|| self.chain.iter().rev().find_map(|role| role.params.get(name)))
    }

    /// The value of one of its variables, as its own tasks see them.
    pub fn var(&self, name: &str) -> Option<&Value> {
        self.use_vars.get(name).or_else(|| self.exported_var(name)).or_else(|| {
            self.chain.iter().rev().find_map(|role| role.vars.get(name).or(role.use_vars.get(name)))
        })
    }

    /// The value of one of its variables, as the whole play sees them where it is public.
    pub fn exported_var(&self, name: &str) -> Option<&Value> {
        self.vars
            .get(name)
            .or_else(|| self.dependencies.iter().rev().find_map(|(role, _)| role.exported_var(name)))
    }

    /// The value of one of its defaults, as its own tasks see them.
    pub fn default(&self, name: &str) -> Option<&Value> {
        self.defaults
            .get(name)
            .or_else(|| self.chain.iter().rev().find_map(|role| role.defaults.get(name)))
            .or_else(|| self.dependencies.iter().rev().find_map(|(role, _)| role.exported_default(name)))
    }

    /// The value of one of its defaults, as the whole play sees them where it is public.
    pub fn exported_default(&self, name: &str) -> Option<&Value> {
        self.defaults
            .get(name)
            .or_else(|| self.dependencies.iter().rev().find_map(|(role, _)| role.exported_default(name)))
    }

    /// Every layer of it that a task within it may see: for a list of all names.
    pub fn layers(&self) -> Vec<&Map> {
        let mut layers = vec![&self.params, &self.use_vars, &self.vars, &self.defaults];
        layers.extend(self.dependencies.iter().flat_map(|(role, _)| role.layers()));
        for role in &self.chain {
            layers.extend([&role.params, &role.use_vars, &role.vars, &role.defaults]);
        }
        layers
    }
}
