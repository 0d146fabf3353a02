//! Variables that are used and not defined.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustle_playbook::Problem;
use rustle_schema::task::Directives;
use rustle_template::Engine;
use rustle_template::analysis::{VariableUse, defined_if};
use rustle_value::{Value, coerce};

use crate::check::defined::{Definitions, Sure};
use crate::check::texts::{Text, Use};
use crate::check::walk::{Everything, Visited};
use crate::lints::{MAYBE_UNDEFINED, UNDEFINED_VARIABLE};
use crate::suggest;

/// Checks every use of a variable.
pub(crate) fn check(
    texts: &[Text<'_>],
    all: &Everything<'_>,
    definitions: &Definitions,
    problems: &mut Vec<Problem>,
) {
    let engine = Engine::new();
    let tasks: BTreeMap<u32, Around> =
        all.tasks.iter().map(|visited| (visited.task.id, Around::of(&engine, visited))).collect();
    let mut found: BTreeMap<(&str, bool), Vec<Problem>> = BTreeMap::new();
    for text in texts {
        let around = text.task.and_then(|id| tasks.get(&id));
        let mut told = BTreeSet::new();
        for used in text.analysis.variables.iter().filter(|used| !used.guarded) {
            let guarded = around.is_some_and(|around| around.defined.contains(used.name()));
            let known = definitions.get(used.name());
            // The same name a second time in one text is no news.
            if guarded || known == Some(Sure::Always) || !told.insert(used.name()) {
                continue;
            }
            let expected = around.is_some_and(|around| around.failure_is_expected);
            let certain = known.is_none() && !definitions.open && !expected && text.use_ == Use::Certain;
            let problem = if certain { undefined(used, definitions) } else { maybe(used, known) };
            let problem = text.place.put(problem, used.offset, used.name().len());
            found.entry((used.name(), certain)).or_default().push(problem);
        }
    }
    problems.extend(found.into_values().filter_map(first));
}

/// One problem for all places where a name is used: the first, and how many there are besides.
fn first(mut places: Vec<Problem>) -> Option<Problem> {
    places.sort_by(crate::diagnostics::order);
    // A file that is imported twice has its places twice.
    places.dedup();
    let more = places.len().saturating_sub(1);
    let problem = places.into_iter().next()?;
    Some(match more {
        0 => problem,
        1 => problem.with_note("it is used in one more place"),
        more => problem.with_note(format!("it is used in {more} more places")),
    })
}

fn undefined(used: &VariableUse, definitions: &Definitions) -> Problem {
    let name = used.name();
    let problem = Problem::warning(UNDEFINED_VARIABLE, format!("nothing defines the variable `{name}`"));
    let problem = problem.labelled("not defined anywhere");
    match suggest::closest(name, definitions.names()) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem.with_help(format!(
            "if it is given at run time (`-e {name}=…`): `extra_vars = [\"{name}\"]` under `[runner]` of rustle.toml"
        )),
    }
}

fn maybe(used: &VariableUse, known: Option<Sure>) -> Problem {
    let problem =
        Problem::warning(MAYBE_UNDEFINED, format!("the variable `{}` may be undefined", used.name()));
    problem.labelled(match known {
        Some(_) => "defined in some cases only",
        None => "not defined in the playbook",
    })
}

/// What is known around a task.
#[derive(Default)]
struct Around {
    /// The variables that the conditions of the task say are defined.
    defined: BTreeSet<Arc<str>>,
    /// Whether a failure of the task is expected: it is ignored or rescued.
    failure_is_expected: bool,
}

impl Around {
    fn of(engine: &Engine, visited: &Visited<'_>) -> Around {
        let mut around = Around::default();
        for (block, rescued) in &visited.blocks {
            around.conditions(engine, &block.directives);
            around.failure_is_expected |= rescued | ignores(&block.directives);
        }
        around.conditions(engine, &visited.task.directives);
        around.failure_is_expected |= ignores(&visited.task.directives);
        around
    }

    fn conditions(&mut self, engine: &Engine, directives: &Directives) {
        for condition in directives.when.iter().filter_map(Value::as_str) {
            if let Ok(expression) = engine.expression(condition) {
                self.defined.extend(defined_if(&expression, true));
            }
        }
    }
}

/// Whether errors are ignored, or may be.
fn ignores(directives: &Directives) -> bool {
    directives.ignore_errors.as_ref().is_some_and(|value| coerce::as_boolean(value) != Some(false))
}
