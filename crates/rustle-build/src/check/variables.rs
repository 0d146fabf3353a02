//! Variables that are used and not defined.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rustle_playbook::{Location, Problem};
use rustle_schema::task::Directives;
use rustle_template::analysis::{Analysis, defined_where};
use rustle_value::{Value, coerce};

use crate::check::Subject;
use crate::check::defined::{Definitions, Sure};
use crate::check::texts::{Found, Use};
use crate::check::verdict::Used;
use crate::check::walk::Visited;
use crate::lints::{self, MAYBE_UNDEFINED, UNDEFINED_VARIABLE};
use crate::suggest;

/// Checks uses of variables.
pub(crate) struct Variables<'a> {
    definitions: &'a Definitions,
    tasks: &'a [Visited<'a>],
    /// The tasks by their numbers; made when a task is asked for.
    by_number: HashMap<u32, &'a Visited<'a>>,
    /// What is known around the task that was asked for last.
    around: Option<(u32, Around)>,
    /// Whether it is told where a variable may be undefined.
    tells_maybe: bool,
    pub(crate) noted: Noted,
}

/// The places where variables are used that may not be defined, by name and by whether they are certainly undefined.
#[derive(Default)]
pub(crate) struct Noted(BTreeMap<(Arc<str>, bool), Vec<Option<Location>>>);

/// A variable that a text uses and that may not be defined.
pub(crate) struct Doubt {
    used: Used,
    known: Option<Sure>,
}

impl<'a> Variables<'a> {
    pub(crate) fn new(
        subject: &Subject<'_>,
        definitions: &'a Definitions,
        tasks: &'a [Visited<'a>],
        noted: Noted,
    ) -> Variables<'a> {
        Variables {
            definitions,
            tasks,
            by_number: HashMap::new(),
            around: None,
            tells_maybe: !lints::is_allowed(MAYBE_UNDEFINED, subject.lints),
            noted,
        }
    }

    /// Whether something is to be told where a variable of this name is used.
    pub(crate) fn matters(&self, name: &str) -> bool {
        match self.definitions.get(name) {
            Some(Sure::Always) => false,
            Some(Sure::Perhaps) => self.tells_maybe,
            None => self.tells_maybe || !self.definitions.open,
        }
    }

    /// The variables that a text uses and that may not be defined, each once.
    pub(crate) fn doubtful(&self, analysis: &Analysis) -> Vec<Doubt> {
        let mut doubts: Vec<Doubt> = Vec::new();
        for used in analysis.variables.iter().filter(|used| !used.guarded) {
            let known = self.definitions.get(used.name());
            let matters = self.matters(used.name());
            // The same name a second time in one text is no news.
            let again = |doubt: &Doubt| *doubt.used.name == *used.name();
            if let (true, Some(name)) = (matters, used.path.first())
                && !doubts.iter().any(again)
            {
                let used = Used { name: name.clone(), offset: used.offset, len: name.len() };
                doubts.push(Doubt { used, known });
            }
        }
        doubts
    }

    /// Notes a doubt about a text that stands at `found`, unless its task says that the variable is defined.
    pub(crate) fn note(&mut self, doubt: &Doubt, found: &Found<'_>, task: Option<u32>, use_: Use) {
        let Doubt { used, known } = doubt;
        let open = self.definitions.open;
        let expected = match task.and_then(|id| self.around(id)) {
            Some(around) if around.defined.contains(&used.name) => return,
            Some(around) => around.failure_is_expected,
            None => false,
        };
        let certain = known.is_none() && !open && !expected && use_ == Use::Certain;
        if !certain && !self.tells_maybe {
            return;
        }
        let place = found.place(used.offset, used.len);
        self.noted.0.entry((used.name.clone(), certain)).or_default().push(place);
    }

    /// What is known around the task with this number.
    fn around(&mut self, id: u32) -> Option<&Around> {
        if self.around.as_ref().is_none_or(|(known, _)| *known != id) {
            if self.by_number.is_empty() {
                self.by_number = self.tasks.iter().map(|visited| (visited.task.id, visited)).collect();
            }
            self.around = Some((id, Around::of(self.by_number.get(&id)?)));
        }
        self.around.as_ref().map(|(_, around)| around)
    }
}

impl Noted {
    /// The problems that were noted: one for all places where a name is used.
    pub(crate) fn problems(self, definitions: &Definitions) -> impl Iterator<Item = Problem> {
        self.0.into_iter().map(|((name, certain), places)| {
            let known = definitions.get(&name);
            first(if certain { undefined(&name, definitions) } else { maybe(&name, known) }, places)
        })
    }
}

/// The problem at the first of the places, with how many there are besides.
fn first(problem: Problem, mut places: Vec<Option<Location>>) -> Problem {
    fn key(place: &Option<Location>) -> Option<(&str, usize, usize)> {
        place.as_ref().map(|at| (at.file.path.as_str(), at.span.start, at.span.end))
    }
    places.sort_by(|one, other| key(one).cmp(&key(other)));
    // A file that is imported twice has its places twice.
    places.dedup_by(|one, other| key(one) == key(other));
    let more = places.len().saturating_sub(1);
    let problem = match places.into_iter().next().flatten() {
        Some(at) => problem.at(at),
        None => problem,
    };
    match more {
        0 => problem,
        1 => problem.with_note("it is used in one more place"),
        more => problem.with_note(format!("it is used in {more} more places")),
    }
}

fn undefined(name: &str, definitions: &Definitions) -> Problem {
    let problem = Problem::warning(UNDEFINED_VARIABLE, format!("nothing defines the variable `{name}`"));
    let problem = problem.labelled("not defined anywhere");
    match suggest::closest(name, definitions.names()) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem.with_help(format!(
            "if it is given at run time (`-e {name}=…`): `extra_vars = [\"{name}\"]` under `[runner]` of rustle.toml"
        )),
    }
}

fn maybe(name: &str, known: Option<Sure>) -> Problem {
    let problem = Problem::warning(MAYBE_UNDEFINED, format!("the variable `{name}` may be undefined"));
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
    fn of(visited: &Visited<'_>) -> Around {
        let mut around = Around::default();
        for within in visited.blocks() {
            around.conditions(&within.block.directives);
            around.failure_is_expected |= within.rescued | ignores(&within.block.directives);
        }
        around.conditions(&visited.task.directives);
        around.failure_is_expected |= ignores(&visited.task.directives);
        around
    }

    fn conditions(&mut self, directives: &Directives) {
        self.defined.extend(directives.when.iter().filter_map(Value::as_str).flat_map(defined_where));
    }
}

/// Whether errors are ignored, or may be.
fn ignores(directives: &Directives) -> bool {
    directives.ignore_errors.as_ref().is_some_and(|value| coerce::as_boolean(value) != Some(false))
}
