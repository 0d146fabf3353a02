//! Checks a plan against the modules that are there.

mod arguments;
mod defined;
mod files;
pub(crate) mod intake;
mod literals;
mod names;
mod readings;
mod rules;
mod task;
pub(crate) mod template_files;
pub(crate) mod texts;
mod variables;
mod verdict;
pub(crate) mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rustle_bundle::BundleError;
use rustle_playbook::{Files, Origins, Problem};
use rustle_schema::plan::Plan;
use rustle_schema::task::Action;
use rustle_value::Value;

use crate::check::defined::Definitions;
use crate::check::intake::Intake;
use crate::check::names::Names;
use crate::check::template_files::Doubtful;
use crate::check::texts::Reader;
use crate::check::variables::{Noted, Variables};
use crate::check::verdict::Judge;
use crate::check::walk::{Everything, Visited};
use crate::facts::Facts;
use crate::lints::Level;
use crate::modules::Modules;

/// What is checked, and against what.
pub(crate) struct Subject<'a> {
    /// The plan. Lists that were taken in are chunks.
    pub(crate) plan: &'a Plan,
    pub(crate) files: &'a Files,
    pub(crate) modules: &'a Modules,
    pub(crate) root: &'a Path,
    /// What the configuration says of lints: what is allowed need not be put into words.
    pub(crate) lints: &'a BTreeMap<String, Level>,
}

/// What a task is checked against.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) origins: &'a Origins,
    pub(crate) modules: &'a Modules,
    pub(crate) root: &'a Path,
}

/// What the checks found.
pub(crate) struct Checked {
    pub(crate) problems: Vec<Problem>,
    /// The facts that the plan refers to; `None` for all.
    pub(crate) facts: Option<Vec<String>>,
    /// The modules that the plan needs, sorted: those that tasks and handlers name, and `setup` if a play gathers facts.
    pub(crate) modules: Vec<String>,
}

/// Everything that is wrong. `origins` knows where everything was written, but for the lists that `intake` took. `partial`
/// says that the plan lacks what could not be read, so that what is not there proves nothing; `given` are the variables that
/// the operator gives at run time.
///
/// # Errors
/// If lists that were taken in cannot be had back.
pub(crate) fn check(
    subject: &Subject<'_>,
    origins: &Origins,
    intake: &mut Intake<'_>,
    partial: bool,
    given: &[String],
) -> Result<Checked, BundleError> {
    if let Some(error) = intake.error.take() {
        return Err(error);
    }
    let mut live = Everything::of(subject.plan);
    live.find_modules(subject.modules);
    let mut definitions = std::mem::take(&mut intake.definitions);
    definitions.list(subject.modules, &live, false);
    let mut definitions = definitions.with_plan(subject, given);
    definitions.open |= partial;
    let mut facts = std::mem::take(&mut intake.readings.facts);
    facts.tasks(&live.tasks);
    let ground = Ground { origins, modules: subject.modules, root: subject.root };
    let mut telling = Telling {
        subject,
        names: Names::new(),
        definitions: &definitions,
        facts,
        noted: Noted::default(),
        certain: intake.readings.certain,
        problems: Vec::new(),
    };
    let (templates, certain) = template_files::read(subject, &ground, intake, &live, &mut telling.judge(&[]));
    telling.certain |= certain;
    let matters = Variables::new(subject, &definitions, &[], Noted::default());
    let lists = intake.doubtful(
        &intake.readings.doubtful(&definitions, &matters),
        &templates.iter().filter_map(|template| template.list).collect(),
    );
    telling.tell(&ground, &live, templates.iter().filter(|template| template.list.is_none()));
    let mut places = origins.again();
    for wanted in lists {
        let origins = places.restored(&wanted);
        let lists = intake.lists(wanted)?;
        let mut again = Everything::of_lists(subject.plan, &lists);
        again.find_modules(subject.modules);
        let here = |template: &&Doubtful| template.list.is_some_and(|list| lists.wanted.contains(&list));
        telling.tell(&Ground { origins: &origins, ..ground }, &again, templates.iter().filter(here));
    }
    let Telling { facts, noted, certain, mut problems, .. } = telling;
    task::not_linked(task::missing(&ground, intake, &live), &mut problems);
    problems.extend(noted.problems(&definitions));
    let modules = named(subject.plan, &live, std::mem::take(&mut intake.named));
    Ok(Checked { problems, facts: facts.referred(subject, certain), modules })
}

/// What is told, and what is known by it.
struct Telling<'a> {
    subject: &'a Subject<'a>,
    names: Names,
    definitions: &'a Definitions,
    facts: Facts,
    noted: Noted,
    certain: bool,
    problems: Vec<Problem>,
}

impl Telling<'_> {
    /// Who judges texts of these tasks. What it notes is to be taken back.
    fn judge<'j>(&'j mut self, tasks: &'j [Visited<'j>]) -> Judge<'j> {
        let noted = std::mem::take(&mut self.noted);
        Judge {
            names: &self.names,
            definitions: self.definitions,
            variables: Variables::new(self.subject, self.definitions, tasks, noted),
            facts: &mut self.facts,
        }
    }

    /// Tells everything of some tasks and of the templates that they name.
    fn tell<'t>(
        &mut self,
        ground: &Ground<'_>,
        all: &Everything<'_>,
        templates: impl Iterator<Item = &'t Doubtful>,
    ) {
        let mut problems = std::mem::take(&mut self.problems);
        for visited in &all.tasks {
            task::check(ground, visited, &mut problems);
            files::check(ground, visited, &mut problems);
        }
        let mut judge = self.judge(&all.tasks);
        let mut reader = Reader::new(&mut judge);
        reader.playbook(ground, &all.tasks, &mut problems);
        templates.for_each(|template| template.tell(&mut reader, &mut problems));
        let certain = reader.certain;
        let noted = judge.variables.noted;
        self.noted = noted;
        self.certain |= certain;
        self.problems = problems;
    }
}

/// The modules that the plan needs, sorted: those that tasks and handlers name, and `setup` if a play gathers facts.
pub(crate) fn modules_of(plan: &Plan) -> Vec<String> {
    named(plan, &Everything::of(plan), BTreeSet::new())
}

/// The same, with those of lists that were taken in.
fn named(plan: &Plan, all: &Everything<'_>, mut modules: BTreeSet<String>) -> Vec<String> {
    let tasks = all.tasks.iter().filter_map(|visited| match &visited.task.action {
        Action::Module { module, .. } => Some(module.as_str()),
        _ => None,
    });
    let gathers = plan.plays.iter().any(|play| !is_false(&play.gather_facts));
    for module in tasks.chain(gathers.then_some("setup")) {
        // Nearly all are there already: to sort a million names for thirty would be dear.
        if !modules.contains(module) {
            modules.insert(module.to_owned());
        }
    }
    modules.into_iter().collect()
}

fn is_false(value: &Value) -> bool {
    rustle_value::coerce::as_boolean(value) == Some(false)
}
