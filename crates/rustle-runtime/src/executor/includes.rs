//! `include_tasks` and `include_role`: what comes in is picked from the plan while it runs.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use rustle_schema::event::{Event, Status};
use rustle_schema::names::BUNDLE_ROOT;
use rustle_schema::task::{Action, Step, Task};
use rustle_template::{Error, Variable, World};
use rustle_value::{Map, Value};

use super::attempt::{Job, task_failed};
use super::result::Finished;
use super::roles::{Use, silent};
use super::{Executor, Flow};
use crate::embedded::normal;
use crate::variables::{Locals, RoleScope, Scope};

/// One file or role that a task includes; a loop may include several.
struct Inclusion {
    /// The file as it was written, or the role's name.
    name: String,
    /// The variables of the item.
    item_vars: Map,
    /// How the item is shown.
    label: Option<String>,
}

impl<'p> Executor<'p> {
    /// Carries out an include.
    pub(super) fn include(&mut self, task: &Task, scope: &Rc<Scope<'p>>) -> Flow {
        let Some(title) = self.begin(task, scope) else { return Flow::Next };
        let started = Instant::now();
        let job = Job { task, scope, title: &title, looped: task.looping.is_some() };
        let mut inclusions: Vec<Inclusion> = Vec::new();
        let finished = match &task.looping {
            None => self.inclusion(job, &Locals::default(), None, &mut inclusions),
            Some(looping) => self.each(job, looping, |executor, job, locals, error| {
                executor.inclusion(job, locals, error, &mut inclusions)
            }),
        };
        if !matches!(finished.status(), Status::Ok | Status::Changed) {
            return self.finish(job, finished, started);
        }
        // What comes in counts, not the include itself.
        self.tell(job, &finished, None, started);
        if let Some(name) = &task.register {
            self.state.store.register(name, finished.result.clone());
        }
        let mut included = Vec::new();
        for inclusion in inclusions {
            match self.load(task, scope, &inclusion) {
                Ok(load) => included.push((inclusion, load)),
                Err(reason) => return self.fail_inclusion(job, &inclusion, reason, started),
            }
        }
        for (inclusion, load) in &included {
            self.count(|recap| recap.ok += 1);
            let label = inclusion.label.clone();
            let host = self.state.hosts.own().to_owned();
            self.send(Event::Included { host, included: load.shown.clone(), label });
        }
        for (_, load) in included {
            let flow = match load.what {
                What::Tasks(steps) => self.list(steps, &load.scope),
                What::Role(role) => self.role(&role, silent(), &load.scope),
            };
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn fail_inclusion(
        &mut self,
        job: Job<'_, 'p>,
        inclusion: &Inclusion,
        reason: String,
        started: Instant,
    ) -> Flow {
        let result = Map::from([
            ("changed", Value::Bool(false)),
            ("include", Value::from(&inclusion.name)),
            ("failed", Value::Bool(true)),
            ("reason", Value::from(reason)),
        ]);
        // Ansible counts it as failed even where a rescue section follows, and tells that section nothing.
        self.count(|recap| recap.failed += 1);
        self.tell(job, &Finished { result, ..Finished::default() }, None, started);
        self.state.play.removed = true;
        Flow::Failed
    }

    /// Evaluates an include once, or for one item of its loop.
    fn inclusion(
        &mut self,
        job: Job<'_, 'p>,
        locals: &Locals,
        loop_error: Option<&Error>,
        inclusions: &mut Vec<Inclusion>,
    ) -> Finished {
        if let Err(mut finished) = self.conditional(job, locals, loop_error) {
            if finished.is_failed() {
                finished.ignore_errors = self.ignores_errors(job, locals);
            }
            return finished;
        }
        let world = job.world(self, locals);
        let (key, value, action) = match &job.task.action {
            Action::IncludeTasks { file, .. } => ("_raw_params", file, "include_tasks"),
            Action::IncludeRole { name, .. } => ("name", name, "include_role"),
            _ => return Finished::default(),
        };
        let name = match self.state.text_in(value, &world) {
            Ok(name) => name,
            Err(error) => {
                let error = error.within(format!("Finalization of task args for 'ansible.builtin.{action}' failed: Error while resolving value for '{key}': "));
                let ignore_errors = self.ignores_errors(job, locals);
                let no_log = self.no_log(job, locals);
                return Finished { ignore_errors, no_log, ..task_failed(&error) };
            }
        };
        let mut result = Map::new();
        match job.task.action {
            Action::IncludeTasks { .. } => {
                result.insert("include", &name);
                result.insert("include_args", Map::new());
            }
            _ => {
                result.insert("include_args", Map::from([("name", &name)]));
            }
        }
        if !job.looped {
            result.insert("changed", false);
        }
        let item_vars = item_vars(job.task, locals);
        let label = self.inclusion_label(job, &world, &item_vars);
        let no_log = self.no_log(job, locals);
        inclusions.push(Inclusion { name, item_vars, label });
        Finished { result, no_log, ..Finished::default() }
    }

    fn inclusion_label(&self, job: Job<'_, 'p>, world: &dyn World, item_vars: &Map) -> Option<String> {
        let control = &job.task.looping.as_ref()?.control;
        match &control.label {
            Some(label) => self.state.text_in(label, world).ok(),
            None => item_vars.get(control.loop_var.as_deref().unwrap_or("item")).map(Value::to_string),
        }
    }

    /// Finds what an include brings in, and the scope that it runs in.
    fn load(
        &mut self,
        task: &Task,
        scope: &Rc<Scope<'p>>,
        inclusion: &Inclusion,
    ) -> Result<Load<'p>, String> {
        let mut vars = task.directives.vars.clone();
        vars.extend_from(&inclusion.item_vars);
        let mut child = scope.fork();
        if !vars.is_empty() {
            child.vars.insert(0, vars.clone());
            child.include_params.insert(0, vars.clone());
        }
        match &task.action {
            Action::IncludeRole { from, apply, .. } => {
                if let Some(role) = &scope.role {
                    child.include_params.insert(0, parents(&role.role.name, &role.role.path));
                }
                let child = Rc::new(child);
                let usage = Use {
                    name: &inclusion.name,
                    params: Map::new(),
                    vars,
                    directives: None,
                    from,
                    include: true,
                    public: false,
                };
                let role = self.use_role(usage, scope.role.as_ref(), &child, 0)?;
                let scope = child.child(apply, &[]);
                self.adopt(&role, &scope)?;
                Ok(Load { shown: inclusion.name.clone(), what: What::Role(role), scope })
            }
            Action::IncludeTasks { apply, .. } => {
                let (path, steps) = self.find_tasks(scope, &inclusion.name)?;
                child.includes.insert(0, Rc::from(inclusion.name.as_str()));
                let scope = Rc::new(child).child(apply, &[]);
                self.find_imports(steps, &scope)?;
                Ok(Load { shown: format!("{BUNDLE_ROOT}/{path}"), what: What::Tasks(steps), scope })
            }
            _ => Err("only tasks and roles are included".into()),
        }
    }

    /// The task file that `name` stands for: looked for beside the files that include it, in the role, in the playbook's
    /// folder.
    fn find_tasks(&self, scope: &Scope<'p>, name: &str) -> Result<(String, &'p [Step]), String> {
        let plan = self.state.plan;
        let places = self.places(scope, name);
        for place in &places {
            if let Some((path, steps)) = plan.task_files.get_key_value(place) {
                return Ok((path.clone(), steps));
            }
            let within = scope.role.as_ref().map(|role| (role, format!("{}/tasks/", role.role.path)));
            if let Some((role, folder)) = within
                && let Some(file) = place.strip_prefix(&folder)
                && let Some(steps) =
                    role.role.tasks.get(Path::new(file).with_extension("").to_string_lossy().as_ref())
            {
                return Ok((place.clone(), steps));
            }
        }
        let asked = places.first().map_or(name, String::as_str);
        Err(format!("Could not find or access '{BUNDLE_ROOT}/{asked}' on the Ansible Controller."))
    }

    /// The names below the bundle's root under which a task file is looked for, in order.
    fn places(&self, scope: &Scope<'p>, name: &str) -> Vec<String> {
        let absolute = Path::new(name).strip_prefix(BUNDLE_ROOT);
        if let Ok(inside) = absolute {
            return vec![text(&normal(inside))];
        }
        let folder = if scope.handler { "handlers" } else { "tasks" };
        let mut places: Vec<PathBuf> = Vec::new();
        let mut below = PathBuf::new();
        for include in &scope.includes {
            let parent = Path::new(&**include).parent().unwrap_or(Path::new(""));
            below = parent.join(&below);
            match &scope.role {
                Some(role) => {
                    let role = Path::new(&role.role.path);
                    places.push(role.join(folder).join(name));
                    places.push(role.join("tasks").join(name));
                    places.push(role.join(folder).join(&below).join(name));
                }
                None => {
                    places.push(below.join(name));
                }
            }
        }
        if let Some(role) = &scope.role {
            let role = Path::new(&role.role.path);
            places.extend([role.join(folder).join(name), role.join("tasks").join(name), role.join(name)]);
        }
        let source = self.state.plan.sources.get(self.state.source.get() as usize);
        if let Some(folder) = source.and_then(|source| Path::new(source).parent()) {
            places.push(folder.join(name));
        }
        places.extend([PathBuf::from(name), Path::new("tasks").join(name)]);
        let mut seen = std::collections::HashSet::new();
        let places = places.into_iter().map(|place| text(&normal(&place)));
        places.filter(|place| seen.insert(place.clone())).collect()
    }
}

/// What an include brings in.
enum What<'p> {
    Tasks(&'p [Step]),
    Role(Rc<RoleScope<'p>>),
}

/// What an include brings in, where it runs, and how it is shown.
struct Load<'p> {
    shown: String,
    what: What<'p>,
    scope: Rc<Scope<'p>>,
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What an included role is told of the role that includes it.
fn parents(name: &str, path: &str) -> Map {
    let path = format!("{BUNDLE_ROOT}/{path}");
    Map::from([
        ("ansible_parent_role_names", Value::list([Value::from(name)])),
        ("ansible_parent_role_paths", Value::list([Value::from(path)])),
    ])
}

/// The variables of the item that an include is evaluated for: its tasks see them too.
fn item_vars(task: &Task, locals: &Locals) -> Map {
    let mut vars = Map::new();
    let Some(looping) = &task.looping else { return vars };
    let names = [looping.control.loop_var.as_deref().unwrap_or("item"), "ansible_loop_var"];
    let more = looping.control.index_var.as_deref().into_iter().chain(["ansible_index_var", "ansible_loop"]);
    for name in names.into_iter().chain(more) {
        if let Some(Variable::Plain(value)) = locals.get(name) {
            vars.insert(name, value.clone());
        }
    }
    vars
}
