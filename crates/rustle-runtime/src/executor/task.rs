//! A task from its banner to its place in the recap.

use std::rc::Rc;
use std::time::{Duration, Instant};

use rustle_schema::event::{Event, Place, Status, TaskResult};
use rustle_schema::task::{Action, Loop, Task};
use rustle_value::{Map, Value};

use super::attempt::{Job, task_failed};
use super::looping::{Collected, Control, LoopError};
use super::result::Finished;
use super::{Executor, Flow};
use crate::hosts::glob_matches;
use crate::registry::{self, Registration};
use crate::variables::{Locals, Scope};

/// What is shown of an item that must not be shown.
const CENSORED_ITEM: &str = "(censored due to no_log)";

/// One item of a loop that has ended.
pub(super) struct ItemShown<'a> {
    pub item: &'a Value,
    pub label: String,
}

impl<'p> Executor<'p> {
    /// Carries out a task, unless its tags or the command line leave it out.
    pub(super) fn task(&mut self, task: &Task, scope: &Rc<Scope<'p>>) -> Flow {
        // Handlers have no part in the choice by tags.
        if !scope.handler && !self.state.selected(&task.directives, scope) {
            return Flow::Next;
        }
        if self.seeking && !scope.handler && !self.is_start(task, scope) {
            return Flow::Next;
        }
        if self.check_interrupt() == Flow::Stop {
            return Flow::Stop;
        }
        self.state.source.set(task.position.source);
        match &task.action {
            Action::Meta(meta) => self.meta(*meta, task, scope),
            Action::Module { .. } => self.implicit_task(task, scope),
            Action::IncludeTasks { .. } | Action::IncludeRole { .. } => self.include(task, scope),
        }
    }

    /// Whether this is the task of `--start-at-task`.
    fn is_start(&mut self, task: &Task, scope: &Scope<'p>) -> bool {
        let Some(wanted) = &self.state.settings.start_at_task else { return true };
        let raw = task.name.as_ref().map(|name| name.to_string());
        let title = self.task_title(task, scope);
        let is = |name: &str| name == wanted || glob_matches(wanted, name);
        let found = !matches!(task.action, Action::Meta(_)) && (is(&title) || raw.as_deref().is_some_and(is));
        self.seeking = !found;
        found
    }

    /// The text of the task's banner: its name, rendered as far as that is possible, behind that of its role.
    pub(super) fn task_title(&self, task: &Task, scope: &Scope<'p>) -> String {
        let own = match (&task.name, &task.action) {
            (Some(Value::Str(name)), _) => name.to_string(),
            (Some(name), _) => {
                let locals = Locals::default();
                let job = Job { task, scope, title: "", looped: false };
                self.state.text_with_marks(name, &job.world(self, &locals))
            }
            (None, Action::Module { written, .. }) => written.clone(),
            (None, Action::Meta(_)) => "meta".into(),
            (None, Action::IncludeTasks { .. }) => "include_tasks".into(),
            (None, Action::IncludeRole { name, .. }) => return format!("include_role : {name}"),
        };
        // An include_role with a name does not tell the role that it stands in.
        match &scope.role {
            Some(role) if !matches!(task.action, Action::IncludeRole { .. }) => {
                format!("{} : {own}", role.role.name)
            }
            _ => own,
        }
    }

    /// Begins a task: tells it, and asks whether it shall run where each is confirmed. `None` if it shall not.
    pub(super) fn begin(&mut self, task: &Task, scope: &Scope<'p>) -> Option<String> {
        let title = self.task_title(task, scope);
        if self.stepping && !self.confirm(&title) {
            return None;
        }
        self.send(Event::TaskStart {
            play: self.state.play.name.clone(),
            task: title.clone(),
            action: action_name(task).to_owned(),
            handler: scope.handler,
            path: Place::of(task.position, &self.state.plan.sources),
        });
        Some(title)
    }

    /// `--step`: (N)o, (y)es, or (c)ontinue without asking again.
    fn confirm(&mut self, title: &str) -> bool {
        let question = format!("Perform task: TASK: {title} (N)o/(y)es/(c)ontinue: ");
        match self.reporters.ask(&question).trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => true,
            "c" | "continue" => {
                self.stepping = false;
                true
            }
            _ => false,
        }
    }

    /// Carries out a module task, whoever wrote it.
    pub(super) fn implicit_task(&mut self, task: &Task, scope: &Rc<Scope<'p>>) -> Flow {
        let Action::Module { module, args, .. } = &task.action else { return Flow::Next };
        let Some(title) = self.begin(task, scope) else { return Flow::Next };
        let Some(module) = registry::find(module) else {
            return self.stop_with_error(format!("couldn't resolve module/action '{module}'"));
        };
        let started = Instant::now();
        let job = Job { task, scope, title: &title, looped: task.looping.is_some() };
        let finished = match &task.looping {
            None => self.execute(job, module, args, &mut Locals::default(), None),
            Some(looping) => self.execute_loop(job, looping, module, args),
        };
        self.finish(job, finished, started)
    }

    fn execute_loop(
        &mut self,
        job: Job<'_, 'p>,
        looping: &Loop,
        module: &'static Registration,
        args: &Value,
    ) -> Finished {
        self.each(job, looping, |executor, job, locals, error| {
            executor.execute(job, module, args, locals, error)
        })
    }

    /// Runs `work` for each item of a loop; without items it runs once, with the reason, for the condition's sake.
    pub(super) fn each(
        &mut self,
        job: Job<'_, 'p>,
        looping: &Loop,
        mut work: impl FnMut(&mut Self, Job<'_, 'p>, &mut Locals, Option<&rustle_template::Error>) -> Finished,
    ) -> Finished {
        let mut locals = Locals::default();
        let items = match self.state.items(looping, &job.world(self, &locals)) {
            Ok(items) if items.is_empty() => return Collected::nothing(),
            Ok(items) => items,
            Err(LoopError::Undefined(error)) => {
                let job = Job { looped: false, ..job };
                return work(self, job, &mut locals, Some(&error));
            }
            Err(LoopError::Other(message)) => {
                let mut finished = Finished::failed(message);
                finished.result.remove("changed");
                finished.no_log = self.no_log(job, &locals);
                finished.ignore_errors = self.ignores_errors(job, &locals);
                return finished;
            }
        };
        let control = match Control::new(&looping.control, &self.state, &job.world(self, &locals)) {
            Ok(control) => control,
            Err(error) => return task_failed(&error),
        };
        self.warn_of_collision(job, control.loop_var, &locals);
        let mut collected = Collected::new();
        for index in 0..items.len() {
            if index > 0 && control.pause > 0.0 {
                self.interrupt.sleep(Duration::from_secs_f64(control.pause));
            }
            if self.interrupt.cause().is_some() {
                break;
            }
            let started = Instant::now();
            let item_vars = control.enter(&items, index, &mut locals);
            let mut finished = work(self, job, &mut locals, None);
            finished.result.extend_from(&item_vars);
            if let Some(name) = &job.task.register {
                locals.set(name, finished.result.clone());
            }
            let item = &items[index];
            let label = self.label(job, &control, item, &locals, &mut finished);
            self.tell(job, &finished, Some(ItemShown { item, label }), started);
            collected.add(finished);
            let ended = !control.break_when.is_empty()
                && self.state.all_hold(control.break_when, &job.world(self, &locals)).unwrap_or_else(
                    |error| {
                        self.state.warn(error.message());
                        true
                    },
                );
            locals.remove(control.loop_var);
            if ended {
                break;
            }
        }
        collected.finish()
    }

    fn warn_of_collision(&self, job: Job<'_, 'p>, loop_var: &str, locals: &Locals) {
        use rustle_template::World;
        if job.world(self, locals).variable(loop_var).is_some() {
            self.state.warn(&format!("The loop variable '{loop_var}' is already in use. You should set the `loop_var` value in the `loop_control` option for the task to something else to avoid variable collisions and unexpected behavior."));
        }
    }

    /// How the item is shown; a label that cannot be rendered is the item's failure.
    fn label(
        &self,
        job: Job<'_, 'p>,
        control: &Control<'_>,
        item: &Value,
        locals: &Locals,
        finished: &mut Finished,
    ) -> String {
        if finished.no_log {
            return CENSORED_ITEM.to_owned();
        }
        let Some(label) = control.label else { return item.to_string() };
        match self.state.text_in(label, &job.world(self, locals)) {
            Ok(label) => label,
            Err(error) => {
                finished.result.insert("failed", true);
                let message = format!("Failed to template loop_control.label: {}", error.message());
                finished.result.insert("msg", message);
                finished.ignore_errors = self.ignores_errors(job, locals);
                item.to_string()
            }
        }
    }

    /// Tells a result.
    pub(super) fn tell(
        &self,
        job: Job<'_, 'p>,
        finished: &Finished,
        item: Option<ItemShown<'_>>,
        started: Instant,
    ) {
        self.send_warnings();
        if item.is_some() || job.task.looping.is_none() {
            for message in &finished.warnings {
                self.send(Event::Warning { message: message.clone() });
            }
        }
        let status = match finished.status() {
            // Whether a failure is ignored is said once, of the whole loop.
            Status::Ignored if item.is_some() => Status::Failed,
            status => status,
        };
        let (shown_item, label) = match item {
            Some(_) if finished.no_log => (Some(Value::str(CENSORED_ITEM)), Some(CENSORED_ITEM.to_owned())),
            Some(ItemShown { item, label }) => (Some(item.clone()), Some(label)),
            None => (None, None),
        };
        self.send(Event::TaskResult(Box::new(TaskResult {
            play: self.state.play.name.clone(),
            task: job.title.to_owned(),
            host: self.state.hosts.own().to_owned(),
            action: action_name(job.task).to_owned(),
            status,
            item: shown_item,
            label,
            result: finished.shown(),
            verbose: finished.verbose,
            diff: finished.diff,
            path: Place::of(job.task.position, &self.state.plan.sources),
            seconds: started.elapsed().as_secs_f64(),
        })));
    }

    /// Ends a task: counts it, tells it, registers it, carries out its effects and notifies its handlers.
    pub(super) fn finish(&mut self, job: Job<'_, 'p>, finished: Finished, started: Instant) -> Flow {
        let status = finished.status();
        let rescued = status == Status::Failed && self.rescuing > 0;
        let changed = finished.changed();
        self.count(|recap| match status {
            Status::Ok => recap.ok += 1,
            Status::Changed => {
                recap.ok += 1;
                recap.changed += 1;
            }
            Status::Skipped => recap.skipped += 1,
            Status::Failed if rescued => recap.rescued += 1,
            Status::Failed => recap.failed += 1,
            Status::Ignored => {
                recap.ok += 1;
                recap.ignored += 1;
                recap.changed += u32::from(changed);
            }
            Status::Unreachable => recap.unreachable += 1,
        });
        self.tell(job, &finished, None, started);
        if status != Status::Skipped
            && let Some(role) = &job.scope.role
        {
            role.had_task.set(true);
        }
        if matches!(status, Status::Ok | Status::Changed) {
            for effect in &finished.effects {
                self.state.store.apply(effect);
            }
        }
        if rescued {
            let failed_task = self.describe(job);
            self.state.store.set_facts.insert("ansible_failed_task", failed_task);
            self.state.store.set_facts.insert("ansible_failed_result", finished.result.clone());
        }
        if let Some(name) = &job.task.register {
            self.state.store.register(name, finished.result.clone());
        }
        match status {
            Status::Failed | Status::Unreachable => {
                self.state.play.removed = true;
                match self.check_interrupt() {
                    Flow::Stop => Flow::Stop,
                    _ => Flow::Failed,
                }
            }
            Status::Changed => self.notify(&finished.notify),
            _ => Flow::Next,
        }
    }

    /// `ansible_failed_task`: the task's own words.
    fn describe(&self, job: Job<'_, 'p>) -> Map {
        let task = job.task;
        let strings = |values: &[Value]| Value::list(values.iter().cloned());
        let name = match (&task.name, &job.scope.role) {
            (None, _) => "",
            (Some(_), Some(_)) => job.title.split_once(" : ").map_or(job.title, |(_, name)| name),
            (Some(_), None) => job.title,
        };
        let mut map = Map::from([("name", Value::from(name)), ("action", Value::from(action_name(task)))]);
        if let Action::Module { args, .. } = &task.action {
            let text = |value: &Value| match value {
                Value::Template(text) => Value::Str(text.clone()),
                other => other.clone(),
            };
            let args = match args {
                Value::Map(map) => map.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
                _ => Map::new(),
            };
            map.insert("args", args);
        }
        map.insert("tags", strings(&task.directives.tags));
        map.insert("when", strings(&task.directives.when));
        map.insert("register", task.register.as_deref());
        map
    }
}

/// The name of what the task does, as it was written.
pub(crate) fn action_name(task: &Task) -> &str {
    match &task.action {
        Action::Module { written, .. } => written,
        Action::Meta(_) => "meta",
        Action::IncludeTasks { .. } => "include_tasks",
        Action::IncludeRole { .. } => "include_role",
    }
}
