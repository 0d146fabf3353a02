//! One execution of a task's module: condition, keywords, arguments, attempts, and what is thought of the result.

use std::time::Duration;

use rustle_schema::event::Event;
use rustle_schema::outcome::{Effect, Outcome};
use rustle_schema::task::Task;
use rustle_schema::worker::{Request, Snapshot};
use rustle_template::{Error, World};
use rustle_value::{Map, Value};

use super::arguments::{TaskRun, mask_secrets};
use super::keywords::{Surroundings, effective};
use super::result::{self, Finished};
use super::{Executor, panics};
use crate::context::Context;
use crate::error::Error as ModuleError;
use crate::registry::Registration;
use crate::variables::{Locals, Scope, TaskWorld, facts};

/// How often a task with `until` is attempted again where `retries` does not say.
const RETRIES: u32 = 3;

/// How long to wait between attempts where `delay` does not say.
const DELAY: f64 = 5.0;

/// A task at its place.
#[derive(Clone, Copy)]
pub(super) struct Job<'a, 'p> {
    /// The task.
    pub task: &'a Task,
    /// Where it stands.
    pub scope: &'a Scope<'p>,
    /// Its title, rendered.
    pub title: &'a str,
    /// Whether it runs in a loop.
    pub looped: bool,
}

impl<'a, 'p> Job<'a, 'p> {
    /// What the task's templates see.
    pub fn world<'w>(&self, executor: &'w Executor<'p>, locals: &'w Locals) -> TaskWorld<'w, 'p>
    where
        'a: 'w,
    {
        let (scope, vars) = (self.scope, &self.task.directives.vars);
        TaskWorld { state: &executor.state, scope, vars, include: None, locals, extra: None }
    }

    /// Whether anything looks at the result before it is final.
    fn is_judged(&self) -> bool {
        let task = self.task;
        !(task.changed_when.is_empty() && task.failed_when.is_empty() && task.until.is_empty())
    }
}

impl<'p> Executor<'p> {
    /// Evaluates a task's condition. `Err` holds the result of a task that is not to be done, or whose condition fails.
    pub(super) fn conditional(
        &self,
        job: Job<'_, 'p>,
        locals: &Locals,
        loop_error: Option<&Error>,
    ) -> Result<(), Finished> {
        let world = job.world(self, locals);
        let conditions = job.scope.keywords.when.iter().chain(&job.task.directives.when);
        let finished = match (self.state.first_false(conditions, &world), loop_error) {
            (Ok(Some(condition)), _) => {
                let condition = match condition {
                    Value::Template(text) => Value::Str(text.clone()),
                    other => other.clone(),
                };
                let result = Map::from([
                    ("changed", Value::Bool(false)),
                    ("skipped", Value::Bool(true)),
                    ("skip_reason", Value::str("Conditional result was False")),
                    ("false_condition", condition),
                ]);
                Finished { result, ..Finished::default() }
            }
            (_, Some(error)) => task_failed(error),
            (Err(error), None) => task_failed(&error),
            (Ok(None), None) => return Ok(()),
        };
        let (no_log, ignore_errors) = (self.no_log(job, locals), self.ignores_errors(job, locals));
        Err(Finished { no_log, ignore_errors, ..finished })
    }

    /// Whether the task's result must not be shown; it is not, too, where that cannot be told.
    pub(super) fn no_log(&self, job: Job<'_, 'p>, locals: &Locals) -> bool {
        let Some(value) = effective!(no_log, job.task.directives, job.scope) else { return false };
        let world = job.world(self, locals);
        !matches!(self.state.bool_keyword("no_log", Some(value), &world), Ok(Some(false) | None))
    }

    /// Whether a failure of the task is ignored; it is where that cannot be told, which is a failure itself.
    pub(super) fn ignores_errors(&self, job: Job<'_, 'p>, locals: &Locals) -> bool {
        let Some(value) = effective!(ignore_errors, job.task.directives, job.scope) else { return false };
        let world = job.world(self, locals);
        matches!(self.state.bool_keyword("ignore_errors", Some(value), &world), Ok(Some(true)) | Err(_))
    }

    /// Executes a module task once, or one item of its loop.
    pub(super) fn execute(
        &mut self,
        job: Job<'_, 'p>,
        module: &'static Registration,
        args: &Value,
        locals: &mut Locals,
        loop_error: Option<&Error>,
    ) -> Finished {
        if let Err(finished) = self.conditional(job, locals, loop_error) {
            return finished;
        }
        let no_log = self.no_log(job, locals);
        let mut finished = match self.prepared(job, module, args, locals) {
            Ok((surroundings, args, notify)) => {
                let finished = self.attempts(job, module, &surroundings, no_log, &args, locals);
                finished.map(|finished| Finished { notify, diff: surroundings.diff, ..finished })
            }
            Err(error) => Err(error),
        }
        .unwrap_or_else(|error| task_failed(&error));
        finished.no_log = no_log;
        if finished.is_failed() {
            finished.ignore_errors = self.ignores_errors(job, locals);
        }
        finished
    }

    /// Everything that must be evaluated before the module is applied.
    fn prepared(
        &self,
        job: Job<'_, 'p>,
        module: &Registration,
        args: &Value,
        locals: &Locals,
    ) -> Result<(Surroundings, Map, Vec<String>), Error> {
        let world = job.world(self, locals);
        let surroundings = self.state.surroundings(&job.task.directives, job.scope, &world)?;
        for (name, value) in [
            ("no_log", effective!(no_log, job.task.directives, job.scope)),
            ("ignore_errors", effective!(ignore_errors, job.task.directives, job.scope)),
        ] {
            self.state.bool_keyword(name, value, &world)?;
        }
        let defaults = job.scope.keywords.module_defaults.iter();
        let defaults = defaults.chain(&job.task.directives.module_defaults).rev();
        let defaults = defaults.into_iter().find_map(|all| all.get(module.name));
        let args = self.state.arguments(module, args, defaults, &world)?;
        let notify = self.notifications(job, &world)?;
        Ok((surroundings, args, notify))
    }

    /// The handlers that the task notifies, rendered.
    pub(super) fn notifications(&self, job: Job<'_, 'p>, world: &dyn World) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        for value in job.scope.keywords.notify.iter().chain(&job.task.notify) {
            let value = match value {
                Value::Str(text) => {
                    names.push(text.to_string());
                    continue;
                }
                other => self.state.engine.resolve(other, world),
            };
            let value = value.map_err(|error| error.within("Error processing keyword 'notify': "))?;
            match &value {
                Value::List(items) | Value::Tuple(items) => names.extend(items.iter().map(Value::to_string)),
                Value::None | Value::Omit => {}
                other => names.push(other.to_string()),
            }
        }
        Ok(names)
    }

    fn attempts(
        &mut self,
        job: Job<'_, 'p>,
        module: &'static Registration,
        surroundings: &Surroundings,
        no_log: bool,
        args: &Map,
        locals: &mut Locals,
    ) -> Result<Finished, Error> {
        let task = job.task;
        let world = job.world(self, locals);
        let again = match self.state.count_keyword("retries", task.retries.as_ref(), &world)? {
            Some(again) => u32::try_from(again.max(0)).unwrap_or(u32::MAX),
            None if task.until.is_empty() => 0,
            None => RETRIES,
        };
        let attempts = again.saturating_add(1);
        let mut attempt = 1;
        loop {
            let outcome = self.apply(job, module, surroundings, no_log, args, locals);
            let mut finished = result::of(outcome);
            if attempts > 1 {
                finished.result.insert("attempts", attempt);
            }
            if job.looped || job.is_judged() {
                reveal(&finished.effects, &self.state.store.facts, locals);
            }
            self.judge(job, &mut finished, locals);
            if attempts == 1 {
                return Ok(finished);
            }
            if self.is_done(job, &finished, locals)? {
                return Ok(finished);
            }
            if attempt == attempts {
                finished.result.insert("attempts", attempts - 1);
                finished.result.insert("failed", true);
                return Ok(finished);
            }
            let world = job.world(self, locals);
            let delay = self.state.number_keyword("delay", task.delay.as_ref(), &world)?.unwrap_or(DELAY);
            let delay = if delay < 0.0 { 1.0 } else { delay };
            self.send(Event::Retry {
                task: job.title.to_owned(),
                host: self.state.hosts.own().to_owned(),
                left: attempts - attempt,
            });
            self.interrupt.sleep(Duration::from_secs_f64(delay));
            if self.interrupt.cause().is_some() {
                return Ok(finished);
            }
            attempt += 1;
        }
    }

    /// `changed_when`, then `failed_when`.
    fn judge(&self, job: Job<'_, 'p>, finished: &mut Finished, locals: &mut Locals) {
        let task = job.task;
        let register = |finished: &Finished, locals: &mut Locals| {
            if let Some(name) = &task.register
                && (job.looped || job.is_judged())
            {
                locals.set(name, finished.result.clone());
            }
        };
        register(finished, locals);
        if finished.skipped() || (task.changed_when.is_empty() && task.failed_when.is_empty()) {
            return;
        }
        let steps = [("changed", &task.changed_when), ("failed", &task.failed_when)];
        for (key, conditions) in steps {
            if conditions.is_empty() {
                continue;
            }
            match self.state.all_hold(conditions, &job.world(self, locals)) {
                Ok(holds) => {
                    if key == "failed" {
                        finished.result.insert("failed_when_result", holds);
                    }
                    finished.result.insert(key, holds);
                    register(finished, locals);
                }
                Err(error) => {
                    finished.result.insert("failed", true);
                    finished.result.insert(format!("{key}_when_result"), error.message());
                    break;
                }
            }
        }
        register(finished, locals);
    }

    /// Whether no further attempt is needed.
    fn is_done(&self, job: Job<'_, 'p>, finished: &Finished, locals: &Locals) -> Result<bool, Error> {
        if job.task.until.is_empty() {
            return Ok(!finished.result.get("failed").is_some_and(Value::is_true));
        }
        self.state.all_hold(&job.task.until, &job.world(self, locals))
    }

    /// Applies the module, here or in a worker.
    fn apply(
        &mut self,
        job: Job<'_, 'p>,
        module: &'static Registration,
        surroundings: &Surroundings,
        no_log: bool,
        args: &Map,
        locals: &Locals,
    ) -> Outcome {
        if surroundings.check && !module.check_mode {
            let message = format!("remote module ({}) does not support check mode", module.name);
            return Outcome::skipped(message);
        }
        let snapshot = Snapshot {
            check: surroundings.check,
            diff: surroundings.diff,
            verbosity: self.state.settings.verbosity,
            no_log,
            environment: surroundings.environment.clone(),
            host: self.state.hosts.own().to_owned(),
            facts: self.state.facts.clone(),
            interactive: self.state.settings.interactive,
        };
        let context = Context::new(snapshot);
        let mut args = args.clone();
        let world = job.world(self, locals);
        let run = TaskRun { world: &world, context: &context };
        let prepared = panics::caught(|| match (module.prepare)(&mut args, &run) {
            Ok(()) => Outcome::ok(),
            Err(error) => ModuleError::into_outcome(error),
        });
        if prepared.failed {
            return prepared;
        }
        let mut outcome = match self.pool.needed(surroundings.become_.as_ref(), surroundings.timeout) {
            None => {
                panics::caught(|| (module.apply)(&args, &context).unwrap_or_else(ModuleError::into_outcome))
            }
            Some(needed) => {
                let context = context.snapshot().clone();
                let (module, args) = (module.name.to_owned(), args.clone());
                let request = Request { module, args, context, sealed: Map::new() };
                self.pool.apply(&needed, request, &self.interrupt)
            }
        };
        mask_secrets(module, &args, &mut outcome);
        outcome
    }
}

/// The result of a task that failed outside of its module.
pub(super) fn task_failed(error: &Error) -> Finished {
    Finished::failed(format!("Task failed: {}", error.message()))
}

/// Shows what a module has set to the conditions of its task and to the next items of its loop.
fn reveal(effects: &[Effect], known: &Map, locals: &mut Locals) {
    for effect in effects {
        match effect {
            Effect::SetVariables(vars) => {
                vars.iter().for_each(|(name, value)| locals.set(&name.to_string(), value.clone()));
            }
            Effect::IncludeVariables(vars) => {
                vars.iter().for_each(|(name, value)| locals.set_templated(&name.to_string(), value.clone()));
            }
            Effect::SetFacts(new) => {
                let mut all = known.clone();
                facts::merge(&mut all, new, facts::short);
                locals.set("ansible_facts", all);
                for (name, value) in new {
                    locals.set(&facts::long(&name.to_string()), value.clone());
                }
            }
        }
    }
}
