//! Checks a plan against the modules that are there.

mod arguments;
mod known;
mod rules;
mod task;
mod types;
mod walk;

use std::path::Path;

use rustle_playbook::{Files, Origins, Problem};
use rustle_schema::plan::Plan;
use rustle_schema::task::Action;
use rustle_value::Value;

use crate::modules::Modules;

/// What is checked, and against what.
pub(crate) struct Subject<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) origins: &'a Origins,
    pub(crate) files: &'a Files,
    pub(crate) modules: &'a Modules,
    pub(crate) root: &'a Path,
}

/// Everything that is wrong. `partial` says that the plan lacks what could not be read, so that what is not there proves
/// nothing.
pub(crate) fn check(subject: &Subject<'_>, partial: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut missing = task::Missing::new();
    for task in walk::tasks(subject.plan) {
        task::check(subject, task, &mut missing, &mut problems);
    }
    task::not_linked(missing, &mut problems);
    let _ = partial;
    problems
}

/// The modules that the plan needs, sorted: those that tasks and handlers name, and `setup` if a play gathers facts.
pub(crate) fn modules_of(plan: &Plan) -> Vec<String> {
    let tasks = walk::tasks(plan).into_iter().filter_map(|task| match &task.action {
        Action::Module { module, .. } => Some(module.clone()),
        _ => None,
    });
    let gathers = plan.plays.iter().any(|play| !is_false(&play.gather_facts));
    let mut modules: Vec<String> = tasks.chain(gathers.then(|| "setup".to_owned())).collect();
    modules.sort();
    modules.dedup();
    modules
}

fn is_false(value: &Value) -> bool {
    rustle_value::coerce::as_boolean(value) == Some(false)
}
