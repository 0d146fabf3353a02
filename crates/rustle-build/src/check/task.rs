//! One task: whether its module is there, and its arguments.

use std::collections::BTreeMap;

use rustle_playbook::{Location, Problem, TaskOrigin};
use rustle_schema::names::is_ansible_builtin;
use rustle_schema::task::{Action, Task};
use rustle_value::{Map, Value};

use crate::check::intake::{Intake, Item, Met};
use crate::check::walk::{Everything, Visited};
use crate::check::{Ground, arguments};
use crate::modules::Origin;
use crate::suggest;

/// The crates that tasks need and that are not linked, by package name.
pub(crate) type Missing = BTreeMap<String, Unlinked>;

/// The tasks that need a crate.
#[derive(Clone)]
pub(crate) struct Unlinked {
    /// The first of them, and the place of its module's name.
    first: Box<(Task, Option<Location>)>,
    /// How many there are besides.
    more: usize,
}

impl Unlinked {
    /// The crate that a task needs, if that is not linked.
    pub(crate) fn of(ground: &Ground<'_>, visited: &Visited<'_>) -> Option<(String, Unlinked)> {
        let module = visited.module.filter(|module| !ground.modules.is_linked(module))?;
        let (Origin::Builtin(package) | Origin::Crate(package)) = &module.origin else { return None };
        let at = ground.origins.task(visited.task.id).map(TaskOrigin::module);
        Some((package.clone(), Unlinked { first: Box::new((visited.task.clone(), at)), more: 0 }))
    }

    /// Adds those that come behind.
    pub(crate) fn add(&mut self, others: &Unlinked) {
        self.more += 1 + others.more;
    }
}

/// The crates that the tasks of a plan need and that are not linked.
pub(crate) fn missing(ground: &Ground<'_>, intake: &Intake<'_>, live: &Everything<'_>) -> Missing {
    let mut missing = Missing::new();
    let mut add = |package: String, unlinked: Unlinked| match missing.get_mut(&package) {
        Some(first) => first.add(&unlinked),
        None => drop(missing.insert(package, unlinked)),
    };
    intake.in_order(live, &mut |item| match item {
        Item::Task(visited) => {
            Unlinked::of(ground, visited).into_iter().for_each(|(package, unlinked)| add(package, unlinked));
        }
        Item::Met(_, Met::Unlinked(package, unlinked)) => add(package.clone(), unlinked.clone()),
        Item::Met(..) => {}
    });
    missing
}

/// Checks one task.
pub(crate) fn check(ground: &Ground<'_>, visited: &Visited<'_>, problems: &mut Vec<Problem>) {
    let task = visited.task;
    let Action::Module { module: name, written, args } = &task.action else { return };
    let origin = ground.origins.task(task.id);
    let Some(module) = visited.module else {
        // If sources could not be read, the module may stand in them; that is told already.
        if !ground.modules.is_incomplete() {
            problems.push(at(unknown(ground, name, written), origin, task));
        }
        return;
    };
    let given = match args {
        Value::Map(map) => map.clone(),
        Value::None => Map::new(),
        // The arguments are a template as a whole: nothing is known of them.
        _ => return,
    };
    let defaulted = ground.origins.has_module_defaults(name);
    let place = arguments::Place { written, task, origin, defaulted };
    arguments::check(&module.spec, &given, &place, problems);
}

/// The problem at the module's name; where it is not known where that stands, with the task's name.
pub(crate) fn at(problem: Problem, origin: Option<&TaskOrigin>, task: &Task) -> Problem {
    place(problem, origin.map(TaskOrigin::module), task)
}

/// The problem at `location`; where there is none, with the task's name.
pub(crate) fn place(problem: Problem, location: Option<Location>, task: &Task) -> Problem {
    match location {
        Some(location) => problem.at(location),
        None => problem.with_note(match &task.name {
            Some(name) => format!("in the task `{name}`"),
            None => format!("in task number {}", task.id),
        }),
    }
}

fn unknown(ground: &Ground<'_>, name: &str, written: &str) -> Problem {
    let problem = Problem::error("unknown-module", format!("there is no module `{written}`"));
    let short = name.rsplit('.').next().unwrap_or(name);
    if short != name && ground.modules.get(short).is_some() {
        return problem
            .labelled(format!(
                "none of the collection `{}`",
                name.trim_end_matches(short).trim_end_matches('.')
            ))
            .with_help(format!("there is a builtin module `{short}`: is that meant?"));
    }
    if let Some(near) = suggest::closest(name, ground.modules.names()) {
        return problem.labelled("no such module").with_help(format!("did you mean `{near}`?"));
    }
    if is_ansible_builtin(name) {
        return problem
            .labelled("not in Rustle yet")
            .with_note(format!("`{name}` is a module of ansible-core that Rustle does not have yet"))
            .with_help("`cargo rustle doc` lists the modules that there are");
    }
    let problem = problem.labelled("no such module");
    let problem = match name.rsplit_once('.') {
        Some((collection, _)) => {
            problem.with_note(format!("no crate that this runner depends on has modules of `{collection}`"))
        }
        None => problem,
    };
    problem.with_help(format!(
        "`cargo rustle module new {name}` begins one; a crate that has it goes into `[dependencies]` of Cargo.toml"
    ))
}

/// One problem for each crate that is not linked.
pub(crate) fn not_linked(missing: Missing, problems: &mut Vec<Problem>) {
    for (package, Unlinked { first, more }) in missing {
        let (task, at) = *first;
        let written = match &task.action {
            Action::Module { written, .. } => written.as_str(),
            _ => "",
        };
        let message =
            format!("the crate `{package}`, which has the module `{written}`, is not in Cargo.toml");
        let mut problem = Problem::error("missing-crate", message).labelled("needs that crate");
        match more {
            0 => {}
            1 => problem = problem.with_note("one more task needs it"),
            more => problem = problem.with_note(format!("{more} more tasks need it")),
        }
        problem = problem.with_help(format!(
            "`cargo rustle check --fix` adds it; by hand, under `[dependencies]`: {package} = \"{}\"",
            env!("CARGO_PKG_VERSION")
        ));
        problems.push(place(problem, at, &task));
    }
}
