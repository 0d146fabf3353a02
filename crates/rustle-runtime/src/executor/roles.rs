//! Roles: their variables, dependencies, handlers and tasks.

use std::cell::Cell;
use std::rc::Rc;

use rustle_schema::names::BUNDLE_ROOT;
use rustle_schema::plan::{Role, RoleFrom, RoleUse};
use rustle_schema::task::{Directives, Step};
use rustle_value::{Map, Value};

use super::handlers::Handler;
use super::rendering::Nothing;
use super::{Executor, Flow};
use crate::variables::scope::Identity;
use crate::variables::{RoleScope, Scope};

/// How deep dependencies may go; beyond it, a role depends on itself.
const DEPENDENCY_DEPTH: usize = 64;

/// One use of a role, whoever uses it.
pub(super) struct Use<'a> {
    /// What it is called by.
    pub name: &'a str,
    /// Its parameters.
    pub params: Map,
    /// `vars` beside its name.
    pub vars: Map,
    /// Its keywords, as far as they tell it from another use.
    pub directives: Option<&'a Directives>,
    /// Which of its files are taken.
    pub from: &'a RoleFrom,
    /// Whether `include_role` or `import_role` uses it.
    pub include: bool,
    /// Whether the play sees its variables where it does not say itself.
    pub public: bool,
}

impl<'p> Executor<'p> {
    /// The scope of a role that the plan names: of `roles:`, a dependency, an `import_role`.
    pub(super) fn role_scope(
        &self,
        entry: &RoleUse,
        user: Option<&Rc<RoleScope<'p>>>,
        scope: &Rc<Scope<'p>>,
    ) -> Result<Rc<RoleScope<'p>>, String> {
        let usage = Use {
            name: &entry.role,
            params: entry.params.clone(),
            vars: entry.directives.vars.clone(),
            directives: (!entry.import).then_some(&entry.directives),
            from: &entry.from,
            include: entry.import,
            public: true,
        };
        self.use_role(usage, user, scope, 0)
    }

    /// The scope of one use of a role.
    pub(super) fn use_role(
        &self,
        usage: Use<'_>,
        user: Option<&Rc<RoleScope<'p>>>,
        scope: &Rc<Scope<'p>>,
        depth: usize,
    ) -> Result<Rc<RoleScope<'p>>, String> {
        let roles = &self.state.plan.roles;
        // A role may be named by its folder: `{{ playbook_dir }}/roles/web`.
        let by_folder = || {
            let folder = usage.name.strip_prefix(BUNDLE_ROOT)?.trim_matches('/');
            roles.iter().find(|(_, role)| role.path == folder)
        };
        let Some((name, role)) = roles.get_key_value(usage.name).or_else(by_folder) else {
            return Err(format!("the role '{}' was not found in the plan", usage.name));
        };
        if depth > DEPENDENCY_DEPTH {
            return Err("A recursion loop was detected with the roles specified. Make sure child roles do not have dependencies on parent roles".into());
        }
        let from = self.files_of(usage.from, scope)?;
        let asked = |folder: &str| from.iter().find(|(it, _)| *it == folder).map(|(_, name)| name.as_str());
        let part = |found: Option<()>, folder: &str| match (found, asked(folder)) {
            (None, Some(file)) => Err(format!("Could not find specified file in role: {folder}/{file}")),
            _ => Ok(()),
        };
        let tasks = role.tasks.get(asked("tasks").unwrap_or("main"));
        let handlers = role.handlers.get(asked("handlers").unwrap_or("main"));
        let vars = role.vars.get(asked("vars").unwrap_or("main"));
        let defaults = role.defaults.get(asked("defaults").unwrap_or("main"));
        part(tasks.map(|_| ()), "tasks")?;
        part(handlers.map(|_| ()), "handlers")?;
        part(vars.map(|_| ()), "vars")?;
        part(defaults.map(|_| ()), "defaults")?;

        let mut chain = user.map(|user| user.chain.clone()).unwrap_or_default();
        chain.extend(user.cloned());
        let flag = |value: &Option<Value>, otherwise| self.role_flag(value.as_ref(), otherwise, scope);
        let identity = Identity {
            path: &role.path,
            params: usage.params.clone(),
            vars: usage.vars.clone(),
            when: usage.directives.map(|it| it.when.clone()).unwrap_or_default(),
            tags: usage.directives.map(|it| it.tags.clone()).unwrap_or_default(),
            from,
            include: usage.include,
        };
        let mut this = RoleScope {
            role,
            name,
            params: usage.params,
            use_vars: usage.vars,
            vars: vars.cloned().unwrap_or_default(),
            defaults: defaults.cloned().unwrap_or_default(),
            tasks: tasks.map_or(&[], Vec::as_slice),
            handlers: handlers.map_or(&[], Vec::as_slice),
            chain,
            dependencies: Vec::new(),
            public: flag(&usage.from.public, usage.public),
            allow_duplicates: if usage.include {
                flag(&usage.from.allow_duplicates, true)
            } else {
                role.allow_duplicates
            },
            identity,
            had_task: Cell::new(false),
        };
        this.dependencies = self.dependencies(role, &this, scope, depth)?;
        Ok(Rc::new(this))
    }

    fn dependencies(
        &self,
        role: &'p Role,
        this: &RoleScope<'p>,
        scope: &Rc<Scope<'p>>,
        depth: usize,
    ) -> Result<Vec<(Rc<RoleScope<'p>>, &'p Directives)>, String> {
        if role.dependencies.is_empty() {
            return Ok(Vec::new());
        }
        // A dependency sees the variables of the role that needs it, which does not hold its dependencies yet.
        let user = Rc::new(RoleScope {
            params: this.params.clone(),
            use_vars: this.use_vars.clone(),
            vars: this.vars.clone(),
            defaults: this.defaults.clone(),
            chain: this.chain.clone(),
            dependencies: Vec::new(),
            identity: this.identity.clone(),
            had_task: Cell::new(false),
            ..*this
        });
        let load = |entry: &'p RoleUse| {
            let usage = Use {
                name: &entry.role,
                params: entry.params.clone(),
                vars: entry.directives.vars.clone(),
                directives: Some(&entry.directives),
                from: &entry.from,
                include: false,
                public: true,
            };
            Ok((self.use_role(usage, Some(&user), scope, depth + 1)?, &entry.directives))
        };
        role.dependencies.iter().map(load).collect()
    }

    /// `tasks_from` and its kin, rendered, without the extension.
    fn files_of(
        &self,
        from: &RoleFrom,
        scope: &Rc<Scope<'p>>,
    ) -> Result<Vec<(&'static str, String)>, String> {
        let parts = [
            ("tasks", &from.tasks),
            ("handlers", &from.handlers),
            ("defaults", &from.defaults),
            ("vars", &from.vars),
        ];
        let mut files = Vec::new();
        for (folder, name) in parts {
            let Some(name) = name else { continue };
            let name = self.state.render_text(name, scope).map_err(|error| error.to_string())?;
            let stem = [".yml", ".yaml", ".json"].iter().find_map(|end| name.strip_suffix(end));
            files.push((folder, stem.unwrap_or(&name).to_owned()));
        }
        Ok(files)
    }

    fn role_flag(&self, value: Option<&Value>, otherwise: bool, scope: &Rc<Scope<'p>>) -> bool {
        let nothing = Nothing::default();
        let world = self.state.world(scope, &nothing);
        self.state.bool_keyword("role", value, &world).ok().flatten().unwrap_or(otherwise)
    }

    /// The scope of a role's tasks: its keywords, and those of the roles that depend on it.
    pub(super) fn role_tasks_scope(
        &self,
        role: &Rc<RoleScope<'p>>,
        directives: &Directives,
        outer: &Rc<Scope<'p>>,
    ) -> Rc<Scope<'p>> {
        let mut scope = outer.fork();
        scope.keywords = Rc::new(outer.keywords.with(directives));
        scope.role = Some(Rc::clone(role));
        Rc::new(scope)
    }

    /// Runs a role: its dependencies, then its own tasks, unless an equal use of it has run.
    pub(super) fn role(
        &mut self,
        role: &Rc<RoleScope<'p>>,
        directives: &Directives,
        outer: &Rc<Scope<'p>>,
    ) -> Flow {
        let scope = self.role_tasks_scope(role, directives, outer);
        for (dependency, directives) in &role.dependencies {
            let flow = self.role(dependency, directives, &scope);
            if flow != Flow::Next {
                return flow;
            }
        }
        if !role.allow_duplicates && self.state.play.completed.contains(&role.identity) {
            return Flow::Next;
        }
        let flow = match self.list(role.tasks, &scope) {
            Flow::EndRole => Flow::Next,
            other => other,
        };
        if flow == Flow::Next && role.had_task.get() && !role.allow_duplicates {
            self.state.play.completed.push(role.identity.clone());
        }
        flow
    }

    /// Runs an `import_role`.
    pub(super) fn import_role(&mut self, entry: &RoleUse, scope: &Rc<Scope<'p>>) -> Flow {
        let outer = Self::import_scope(entry, scope);
        match self.role_scope(entry, scope.role.as_ref(), scope) {
            Ok(role) => self.role(&role, silent(), &outer),
            Err(error) => self.stop_with_error(error),
        }
    }

    /// What surrounds an imported role: the import's keywords and variables.
    fn import_scope(entry: &RoleUse, scope: &Rc<Scope<'p>>) -> Rc<Scope<'p>> {
        scope.child(&entry.directives, &[])
    }

    /// Makes the variables and handlers of imported roles known, which are there from the start of the play.
    pub(super) fn find_imports(&mut self, steps: &[Step], scope: &Rc<Scope<'p>>) -> Result<(), String> {
        for step in steps {
            match step {
                Step::Task(_) => {}
                Step::Block(block) => {
                    let scope = scope.child(&block.directives, &block.notify);
                    for section in [&block.block, &block.rescue, &block.always] {
                        self.find_imports(section, &scope)?;
                    }
                }
                Step::Role(entry) => {
                    let role = self.role_scope(entry, scope.role.as_ref(), scope)?;
                    let outer = Self::import_scope(entry, scope);
                    self.adopt(&role, &outer)?;
                }
                Step::Chunk(chunk) if chunk.imports => {
                    let steps = self.state.files.steps(chunk)?;
                    self.find_imports(&steps, scope)?;
                }
                Step::Chunk(_) => {}
            }
        }
        Ok(())
    }

    /// Makes a role's variables and handlers part of the play.
    pub(super) fn adopt(&mut self, role: &Rc<RoleScope<'p>>, outer: &Rc<Scope<'p>>) -> Result<(), String> {
        self.state.play.roles.push(Rc::clone(role));
        self.add_role_handlers(role, silent(), outer);
        let within = self.role_tasks_scope(role, silent(), outer);
        self.find_imports(role.tasks, &within)
    }

    /// Adds the handlers of a role to the play, those of its dependencies first.
    pub(super) fn add_role_handlers(
        &mut self,
        role: &Rc<RoleScope<'p>>,
        directives: &Directives,
        outer: &Rc<Scope<'p>>,
    ) {
        let scope = self.role_tasks_scope(role, directives, outer);
        for (dependency, directives) in &role.dependencies {
            self.add_role_handlers(dependency, directives, &scope);
        }
        let scope = Rc::new(Scope { handler: true, ..scope.fork() });
        let handlers = role.handlers.iter().map(|task| Handler::new(task, Rc::clone(&scope)));
        self.state.play.handlers.extend(handlers);
    }
}

/// No keywords at all.
pub(super) fn silent() -> &'static Directives {
    static SILENT: std::sync::OnceLock<Directives> = std::sync::OnceLock::new();
    SILENT.get_or_init(Directives::default)
}
