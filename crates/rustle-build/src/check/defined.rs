//! Which variables anything in a plan can define.

use std::collections::{BTreeMap, HashSet};

use rustle_schema::names::BUNDLE_ROOT;
use rustle_schema::plan::RoleUse;
use rustle_schema::task::{Action, Directives, Task};
use rustle_value::{Map, Value, yaml};

use crate::check::Subject;
use crate::check::walk::{Everything, Visited};
use crate::modules::Modules;

/// How sure it is that a variable is defined where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sure {
    /// Some branch may define it.
    Perhaps,
    /// It is defined for every host, before any task.
    Always,
}

/// The variables that can be defined.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    names: BTreeMap<String, Sure>,
    /// Whether something defines variables whose names are known at run time only.
    pub(crate) open: bool,
    /// Files of variables that tasks and plays name, and that were not looked for yet.
    files: HashSet<Value>,
}

/// Variables that the runner itself defines; those that begin with `ansible_` beside them, which facts may be.
/// The facts `gather_subset` and `module_setup` have no such prefix.
pub(crate) const MAGIC: [&str; 24] = [
    "environment",
    "gather_subset",
    "group_names",
    "groups",
    "hostvars",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
    "item",
    "module_setup",
    "omit",
    "play_hosts",
    "playbook_dir",
    "role_name",
    "role_names",
    "role_path",
    "template_destpath",
    "template_fullpath",
    "template_host",
    "template_mtime",
    "template_path",
    "template_run_date",
    "template_uid",
];

impl Definitions {
    /// Whether, and how surely, the variable `name` is defined.
    pub(crate) fn get(&self, name: &str) -> Option<Sure> {
        if name.starts_with("ansible_") || name == "vars" || MAGIC.contains(&name) {
            return Some(Sure::Always);
        }
        self.names.get(name).copied()
    }

    /// The names that are defined.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str).chain(MAGIC)
    }

    fn add(&mut self, name: &str, sure: Sure) {
        match self.names.get_mut(name) {
            Some(held) => *held = sure.max(*held),
            None => drop(self.names.insert(name.to_owned(), sure)),
        }
    }

    fn add_map(&mut self, map: &Map, sure: Sure) {
        map.keys().filter_map(Value::as_str).for_each(|name| self.add(name, sure));
    }

    /// Adds what steps define, `nested` in a block or not.
    pub(crate) fn list(&mut self, modules: &Modules, all: &Everything<'_>, nested: bool) {
        all.role_uses.iter().for_each(|role| self.role_use(role));
        all.blocks.iter().for_each(|block| self.directives(&block.directives));
        all.tasks.iter().for_each(|visited| self.task(modules, visited, nested));
    }

    /// Adds all that is defined beside tasks: with the steps, that is everything that can be defined. `given` are names that
    /// the operator gives at run time.
    pub(crate) fn with_plan(mut self, subject: &Subject<'_>, given: &[String]) -> Definitions {
        let found = &mut self;
        given.iter().for_each(|name| found.add(name, Sure::Always));
        let plan = subject.plan;
        for host in plan.inventory.hosts.values() {
            found.add_map(&host.vars, Sure::Perhaps);
        }
        for (name, group) in &plan.inventory.groups {
            let sure = if name == "all" { Sure::Always } else { Sure::Perhaps };
            found.add_map(&group.vars, sure);
            found.add_map(&group.file_vars, sure);
        }
        let plays = plan.plays.len();
        for play in &plan.plays {
            // What one play of several defines is not seen in the others.
            found.add_map(&play.directives.vars, if plays == 1 { Sure::Always } else { Sure::Perhaps });
            found.files.extend(play.vars_files.iter().cloned());
        }
        for role in plan.roles.values() {
            for map in role.defaults.values().chain(role.vars.values()) {
                found.add_map(map, Sure::Perhaps);
            }
        }
        for value in std::mem::take(&mut found.files) {
            found.vars_file(subject, &value);
        }
        self
    }

    fn directives(&mut self, directives: &Directives) {
        self.add_map(&directives.vars, Sure::Perhaps);
    }

    fn role_use(&mut self, role: &RoleUse) {
        self.add_map(&role.params, Sure::Perhaps);
        self.directives(&role.directives);
    }

    fn task(&mut self, modules: &Modules, visited: &Visited<'_>, nested: bool) {
        let task = visited.task;
        self.directives(&task.directives);
        let control = task.looping.as_ref().map(|looping| &looping.control);
        for name in control.into_iter().flat_map(|it| [&it.loop_var, &it.index_var]).flatten() {
            self.add(name, Sure::Perhaps);
        }
        if let Some(name) = &task.register {
            self.add(name, register(visited, nested));
        }
        match &task.action {
            Action::Module { module, args, .. } => self.module(modules, task, module, args),
            Action::IncludeTasks { apply, .. } | Action::IncludeRole { apply, .. } => self.directives(apply),
            Action::Meta(_) => {}
        }
    }

    /// What a module defines. `set_fact` and its kin are known; of another it is known only whether it returns facts.
    fn module(&mut self, modules: &Modules, task: &Task, module: &str, args: &Value) {
        let args = match args {
            Value::Map(args) => args,
            _ => &Map::new(),
        };
        let sure = if task.directives.when.is_empty() { Sure::Always } else { Sure::Perhaps };
        match module {
            "set_fact" | "add_host" => {
                for key in args.keys() {
                    match key.as_str() {
                        Some(name) => self.add(name, sure),
                        None => self.open = true,
                    }
                }
                self.open |= args.is_empty();
            }
            "include_vars" => self.include_vars(args),
            "package_facts" => self.add("packages", sure),
            "service_facts" => self.add("services", sure),
            "getent" => {
                let database = args.get("database").and_then(Value::as_str);
                database.map(|name| format!("getent_{name}")).iter().for_each(|name| self.add(name, sure));
                self.open |= database.is_none();
            }
            "setup" => {}
            other => {
                let returns = modules.get(other).map(|module| &module.spec.returns);
                self.open |= returns.is_some_and(|values| values.iter().any(|it| it.name == "ansible_facts"));
            }
        }
    }

    fn include_vars(&mut self, args: &Map) {
        if let Some(name) = args.get("name") {
            match name.as_str() {
                Some(name) => self.add(name, Sure::Perhaps),
                None => self.open = true,
            }
            return;
        }
        match args.get("file").or_else(|| args.get("_raw_params")) {
            Some(value) if self.files.contains(value) => {}
            Some(value) => drop(self.files.insert(value.clone())),
            None => self.open = true,
        }
    }

    /// A file of variables. The name of one on the host, or of one that is computed, leads anywhere among `vars/`.
    fn vars_file(&mut self, subject: &Subject<'_>, value: &Value) {
        match value {
            Value::List(items) => items.iter().for_each(|item| self.vars_file(subject, item)),
            Value::Str(name) | Value::Template(name) => {
                let inside = name.strip_prefix(BUNDLE_ROOT).and_then(|name| name.strip_prefix('/'));
                if let Some(path) = inside {
                    let file = subject.files.embedded.get(path.as_bytes());
                    file.and_then(|file| read(&file.source))
                        .iter()
                        .for_each(|map| self.add_map(map, Sure::Perhaps));
                    return;
                }
                if name.starts_with('/') || name.starts_with('~') {
                    self.open = true;
                    return;
                }
                let last = name.rsplit('/').next().unwrap_or(name);
                let computed = matches!(value, Value::Template(_));
                for (path, file) in &subject.files.embedded {
                    let path = String::from_utf8_lossy(path);
                    let fits = if computed { is_yaml(&path) } else { path.rsplit('/').next() == Some(last) };
                    if fits && let Some(map) = read(&file.source) {
                        self.add_map(&map, Sure::Perhaps);
                    }
                }
            }
            _ => self.open = true,
        }
    }
}

/// How surely `register` has set its variable where that is used: a task that may be left out as a whole sets nothing.
fn register(visited: &Visited<'_>, nested: bool) -> Sure {
    let tagged = !visited.task.directives.tags.is_empty();
    if visited.within.is_none() && !nested && !tagged { Sure::Always } else { Sure::Perhaps }
}

fn is_yaml(path: &str) -> bool {
    [".yml", ".yaml", ".json"].iter().any(|ending| path.ends_with(ending))
}

fn read(path: &std::path::Path) -> Option<Map> {
    match yaml::load(&std::fs::read_to_string(path).ok()?).ok()? {
        Value::Map(map) => Some(map),
        _ => None,
    }
}
