//! Handlers, and whether those that tasks notify exist.

use std::collections::{BTreeMap, BTreeSet};

use rustle_schema::task::{Action, Task};
use rustle_value::Value;

use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::source::Location;
use crate::static_name::fixed_ends;
use crate::suggest::did_you_mean;
use rustle_value::yaml::Node;

/// The names of handlers, and those that were asked for.
#[derive(Default)]
pub(crate) struct HandlerNames {
    /// Names and topics by the play that has them; `None` for those of roles, which any play may use.
    names: BTreeMap<Option<usize>, BTreeSet<String>>,
    /// Whether a role is missing, whose handlers are not known then.
    pub lacking: bool,
    /// The fixed ends of names that are templates.
    patterns: BTreeSet<(String, String)>,
    /// What was notified: the play (`None` for tasks that several plays may share), the name, where.
    asked: Vec<(Option<usize>, String, Location)>,
}

impl HandlerNames {
    /// Whether a task of `play` can notify `name`.
    fn has(&self, play: Option<usize>, name: &str) -> bool {
        let known = |key: &Option<usize>| self.names.get(key).is_some_and(|names| names.contains(name));
        let named = match play {
            Some(_) => known(&play) || known(&None),
            None => self.names.keys().any(known),
        };
        named
            || self.patterns.iter().any(|(prefix, suffix)| name.starts_with(prefix) && name.ends_with(suffix))
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.names.values().flatten().map(String::as_str)
    }
}

impl Loader<'_> {
    /// Enters a handler under its name and the topics that it listens to.
    pub(crate) fn enter_handler(&mut self, scope: &Scope, task: &Task) {
        if task.name.is_none() && task.listen.is_empty() && matches!(task.action, Action::Module { .. }) {
            let origin = self.origins.task(task.id);
            let at = origin.map(|origin| origin.module());
            let problem =
                Problem::warning("unreachable-handler", "nothing can notify a handler without a name");
            self.problems.add(match at {
                Some(at) => problem.at(at).with_help("give it a `name` or a topic under `listen`"),
                None => problem,
            });
        }
        let play = if scope.role.is_some() { None } else { scope.play };
        for name in task.name.iter().chain(&task.listen) {
            match name {
                Value::Template(text) => {
                    let (prefix, suffix) = fixed_ends(text);
                    self.handlers.patterns.insert((prefix.to_owned(), suffix.to_owned()));
                    if let Some(role) = &scope.role {
                        self.handlers
                            .patterns
                            .insert((format!("{} : {prefix}", role.name), suffix.to_owned()));
                    }
                }
                other => {
                    let Some(name) = other.as_str() else { continue };
                    let names = self.handlers.names.entry(play).or_default();
                    names.insert(name.to_owned());
                    if let Some(role) = &scope.role {
                        names.insert(format!("{} : {name}", role.name));
                    }
                }
            }
        }
    }

    /// The names that a `notify` holds; each is looked for when all handlers are known.
    pub(crate) fn notify(&mut self, scope: &Scope, names: Vec<(Value, &Node)>) -> Vec<Value> {
        for (name, node) in &names {
            if let Some(name) = name.as_str() {
                self.handlers.asked.push((scope.play, name.to_owned(), scope.at(node)));
            }
        }
        names.into_iter().map(|(name, _)| name).collect()
    }

    /// Tells the handlers that are notified and do not exist.
    pub(crate) fn check_notifications(&mut self) {
        let handlers = std::mem::take(&mut self.handlers);
        for (play, name, at) in &handlers.asked {
            if handlers.lacking || handlers.has(*play, name) {
                continue;
            }
            let mut problem =
                Problem::error("unknown-handler", format!("the requested handler '{name}' was not found"))
                    .at(at.clone())
                    .labelled("no handler of this name, and none that listens to it");
            if handlers.all().any(|known| known == name) {
                problem = problem.with_note("another play has one: handlers belong to their play");
            } else if let Some(help) = did_you_mean(name, handlers.all()) {
                problem = problem.with_help(help);
            }
            self.problems.add(problem);
        }
    }
}
