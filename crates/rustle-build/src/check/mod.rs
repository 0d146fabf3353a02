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
mod verdict;
pub(crate) mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rustle_playbook::{Files, Origins, Problem};
use rustle_schema::plan::Plan;
use rustle_schema::task::Action;
use rustle_value::Value;

use crate::check::defined::Definitions;
use crate::check::names::Names;
use crate::check::texts::Reader;
use crate::check::variables::Variables;
use crate::check::verdict::Judge;
use crate::check::walk::Everything;
use crate::facts::Facts;
use crate::lints::Level;
use crate::modules::Modules;

/// What is checked, and against what.
pub(crate) struct Subject<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) origins: &'a Origins,
    pub(crate) files: &'a Files,
    pub(crate) modules: &'a Modules,
    pub(crate) root: &'a Path,
    /// What the configuration says of lints: what is allowed need not be put into words.
    pub(crate) lints: &'a BTreeMap<String, Level>,
}

/// What the checks found.
pub(crate) struct Checked {
    pub(crate) problems: Vec<Problem>,
    /// The facts that the plan refers to; `None` for all.
    pub(crate) facts: Option<Vec<String>>,
    /// [`modules_of`] the plan.
    pub(crate) modules: Vec<String>,
}

/// Everything that is wrong. `partial` says that the plan lacks what could not be read, so that what is not there proves
/// nothing; `given` are the variables that the operator gives at run time.
pub(crate) fn check(subject: &Subject<'_>, partial: bool, given: &[String]) -> Checked {
    let mut problems = Vec::new();
    let mut all = Everything::of(subject.plan);
    all.find_modules(subject.modules);
    let mut missing = task::Missing::new();
    for visited in &all.tasks {
        task::check(subject, visited, &mut missing, &mut problems);
        files::check(subject, visited, &mut problems);
    }
    task::not_linked(missing, &mut problems);
    let mut definitions = Definitions::of(subject, &all, given);
    definitions.open |= partial;
    let mut judge = Judge {
        names: Names::new(&definitions),
        variables: Variables::new(subject, &all.tasks, &definitions),
        facts: Facts::of(&all.tasks),
    };
    let mut reader = Reader::new(&mut judge);
    reader.playbook(subject, &all.tasks, &mut problems);
    template_files::read(subject, &all.tasks, &mut reader, &mut problems);
    let certain = reader.certain;
    let Judge { variables, facts, .. } = judge;
    problems.extend(variables.problems());
    let modules = named(subject.plan, &all);
    Checked { problems, facts: facts.referred(subject, certain), modules }
}

/// The modules that the plan needs, sorted: those that tasks and handlers name, and `setup` if a play gathers facts.
pub(crate) fn modules_of(plan: &Plan) -> Vec<String> {
    named(plan, &Everything::of(plan))
}

fn named(plan: &Plan, all: &Everything<'_>) -> Vec<String> {
    let tasks = all.tasks.iter().filter_map(|visited| match &visited.task.action {
        Action::Module { module, .. } => Some(module.as_str()),
        _ => None,
    });
    let gathers = plan.plays.iter().any(|play| !is_false(&play.gather_facts));
    let mut modules = BTreeSet::new();
    for module in tasks.chain(gathers.then_some("setup")) {
        // Nearly all are there already: to sort a million names for thirty would be dear.
        if !modules.contains(module) {
            modules.insert(module);
        }
    }
    modules.into_iter().map(str::to_owned).collect()
}

fn is_false(value: &Value) -> bool {
    rustle_value::coerce::as_boolean(value) == Some(false)
}
