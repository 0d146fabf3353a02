//! Checks a plan against the modules that are there.

mod arguments;
mod defined;
mod files;
mod literals;
mod names;
mod rules;
mod task;
pub(crate) mod template_files;
pub(crate) mod texts;
mod variables;
pub(crate) mod walk;

use std::path::Path;

use rustle_playbook::{Files, Origins, Problem};
use rustle_schema::plan::Plan;
use rustle_schema::task::Action;
use rustle_value::Value;

use crate::check::defined::Definitions;
use crate::check::walk::Everything;
use crate::facts;
use crate::modules::Modules;

/// What is checked, and against what.
pub(crate) struct Subject<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) origins: &'a Origins,
    pub(crate) files: &'a Files,
    pub(crate) modules: &'a Modules,
    pub(crate) root: &'a Path,
}

/// What the checks found.
pub(crate) struct Checked {
    pub(crate) problems: Vec<Problem>,
    /// The facts that the plan refers to; `None` for all.
    pub(crate) facts: Option<Vec<String>>,
}

/// Everything that is wrong. `partial` says that the plan lacks what could not be read, so that what is not there proves
/// nothing; `given` are the variables that the operator gives at run time.
pub(crate) fn check(subject: &Subject<'_>, partial: bool, given: &[String]) -> Checked {
    let mut problems = Vec::new();
    let all = Everything::of(subject.plan);
    let mut missing = task::Missing::new();
    for visited in &all.tasks {
        task::check(subject, visited.task, &mut missing, &mut problems);
        files::check(subject, visited.task, &mut problems);
    }
    task::not_linked(missing, &mut problems);
    let texts = texts::collect(subject, &all, &mut problems);
    let mut definitions = Definitions::of(subject, &all, given);
    definitions.open |= partial;
    names::check(&texts, &definitions, &mut problems);
    variables::check(&texts, &all, &definitions, &mut problems);
    Checked { problems, facts: facts::referred(subject, &all, &texts) }
}

/// The modules that the plan needs, sorted: those that tasks and handlers name, and `setup` if a play gathers facts.
pub(crate) fn modules_of(plan: &Plan) -> Vec<String> {
    let all = Everything::of(plan);
    let tasks = all.tasks.iter().filter_map(|visited| match &visited.task.action {
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
