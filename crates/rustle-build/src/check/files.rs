//! The files that tasks of other crates' modules name. Those of builtin modules are looked for where the playbook is read.

use rustle_playbook::{Problem, ValuePath};
use rustle_schema::module_spec::FileArg;
use rustle_schema::task::Action;
use rustle_value::{Value, coerce};

use crate::check::Ground;
use crate::check::arguments::Place;
use crate::check::walk::Visited;
use crate::lints::MISSING_FILE;
use crate::modules::Origin;

/// Tells the files that are named literally and are in none of the places where they are looked for.
pub(crate) fn check(ground: &Ground<'_>, visited: &Visited<'_>, problems: &mut Vec<Problem>) {
    let Some(module) = visited.module.filter(|module| !matches!(module.origin, Origin::Builtin(_))) else {
        return;
    };
    let task = visited.task;
    let Action::Module { written, args: Value::Map(args), .. } = &task.action else { return };
    let remote = args.get("remote_src").is_some_and(|value| coerce::as_boolean(value) != Some(false));
    let Some(origin) = ground.origins.task(task.id).filter(|_| !remote) else { return };
    for arg in &module.spec.args {
        let Some(kind) = arg.file else { continue };
        let folder = match kind {
            FileArg::Files => "files",
            FileArg::Templates => "templates",
            FileArg::Vars => "vars",
        };
        for name in std::iter::once(&arg.name).chain(&arg.aliases) {
            let Some(file) = args.get(name).and_then(Value::as_str) else { continue };
            // An absolute name is one of the host's.
            if file.is_empty() || file.starts_with(['/', '~']) || file.contains("://") {
                continue;
            }
            let candidates = origin.file_candidates(folder, file);
            if candidates.iter().any(|candidate| candidate.exists()) {
                continue;
            }
            let problem = Problem::warning(MISSING_FILE, format!("the file `{file}` does not exist"));
            let problem = candidates
                .iter()
                .filter_map(|path| path.strip_prefix(ground.root).ok())
                .fold(problem.labelled("not found"), |problem, path| {
                    problem.with_note(format!("looked for as {}", path.display()))
                });
            let place = Place { written, task, origin: Some(origin), defaulted: false };
            problems.push(place.value(&ValuePath::root().key(name), problem));
        }
    }
}
