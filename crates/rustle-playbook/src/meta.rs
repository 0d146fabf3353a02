//! `meta`.

use rustle_schema::task::Meta;
use rustle_value::Value;

use crate::action::Written;
use crate::arguments::RAW_PARAMS;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::suggest::did_you_mean;

/// What `meta` knows.
const ACTIONS: [(&str, Meta); 10] = [
    ("flush_handlers", Meta::FlushHandlers),
    ("noop", Meta::Noop),
    ("refresh_inventory", Meta::RefreshInventory),
    ("clear_facts", Meta::ClearFacts),
    ("clear_host_errors", Meta::ClearHostErrors),
    ("end_play", Meta::EndPlay),
    ("end_host", Meta::EndHost),
    ("end_batch", Meta::EndBatch),
    ("end_role", Meta::EndRole),
    ("reset_connection", Meta::ResetConnection),
];

impl Loader<'_> {
    /// What a `meta` task asks for.
    pub(crate) fn meta(&mut self, scope: &Scope, written: &Written<'_>) -> Option<Meta> {
        let at = written.arguments.at(scope, RAW_PARAMS, written.key);
        let wrong = |message: String| Problem::error("unknown-meta", message).at(at.clone());
        let problem = match written.arguments.values.get(RAW_PARAMS) {
            Some(Value::Str(name)) => match ACTIONS.iter().find(|(known, _)| **known == **name) {
                Some((_, Meta::EndRole)) if scope.handlers => {
                    wrong("cannot execute `end_role` from a handler".into())
                }
                Some((_, Meta::EndRole)) if scope.role.is_none() => {
                    wrong("cannot execute `end_role` from outside of a role".into())
                }
                Some((_, meta)) => return Some(*meta),
                None => {
                    let problem = wrong(format!("invalid meta action requested: {name}"));
                    match did_you_mean(name, ACTIONS.iter().map(|(name, _)| *name)) {
                        Some(help) => problem.with_help(help),
                        None => problem,
                    }
                }
            },
            Some(Value::Template(_)) => {
                wrong("which meta action a task is must be known when the runner is built".into())
            }
            _ => wrong("`meta` needs the name of an action".into())
                .with_help("for example `meta: flush_handlers`"),
        };
        self.problems.add(problem);
        None
    }
}
