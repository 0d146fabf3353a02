//! `include_tasks`: which task files it can reach.

use rustle_schema::names::BUNDLE_ROOT;
use rustle_schema::task::{Action, Directives};
use rustle_value::{Map, Value};

use crate::arguments::{Arguments, RAW_PARAMS};
use crate::keyword::Place;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::source::Location;
use crate::static_name::fixed_text;
use crate::task::Parts;

/// The keywords that a dynamic include may have; all others do not reach the tasks that come in.
const INCLUDE_KEYWORDS: [&str; 14] = [
    "action",
    "args",
    "collections",
    "debugger",
    "ignore_errors",
    "loop",
    "loop_control",
    "name",
    "no_log",
    "register",
    "run_once",
    "tags",
    "vars",
    "when",
];

impl Loader<'_> {
    /// The action of an `include_tasks`.
    pub(crate) fn include_tasks(&mut self, scope: &Scope, parts: &Parts<'_>) -> Option<Action> {
        self.check_include_keywords(scope, parts);
        let (file, at) = self.included_file(scope, parts, &["apply"])?;
        let apply = self.apply(scope, &parts.written.arguments);
        let file = match &file {
            Value::Template(text) => match fixed_text(scope, &Map::new(), text) {
                Some(known) => {
                    let path = self.find_task_file(scope, &known, &at)?;
                    self.reach_task_file(scope, &path);
                    file
                }
                None if self.guess_task_file(scope, text, &at) => file,
                None => {
                    match self.loop_names(scope, parts, text) {
                        Some(names) => self.reach_loop(scope, names, &at),
                        None => {
                            let files = self.reach_candidates(scope, text, Some(at));
                            if ["first_found", "fileglob"].iter().any(|lookup| text.contains(lookup)) {
                                self.embed_all(&files);
                            }
                        }
                    }
                    file
                }
            },
            other => {
                let name = other.as_str().unwrap_or_default();
                let path = self.find_task_file(scope, name, &at)?;
                let reached = self.reach_task_file(scope, &path)?;
                Value::from(format!("{BUNDLE_ROOT}/{reached}"))
            }
        };
        Some(Action::IncludeTasks { file, apply: Box::new(apply) })
    }

    /// The file that an `include_tasks` or `import_tasks` names, and where; arguments other than `allowed` are told.
    pub(crate) fn included_file(
        &mut self,
        scope: &Scope,
        parts: &Parts<'_>,
        allowed: &[&str],
    ) -> Option<(Value, Location)> {
        let (arguments, action) = (&parts.written.arguments, parts.written.canonical());
        self.check_options(scope, action, arguments, |name| {
            matches!(name, "file" | RAW_PARAMS) || allowed.contains(&name)
        });
        let name = if arguments.values.contains_key(RAW_PARAMS) { RAW_PARAMS } else { "file" };
        let at = arguments.at(scope, name, parts.written.key);
        match arguments.values.get(name) {
            Some(Value::Str(text)) if !text.trim().is_empty() => Some((Value::from(text.trim()), at)),
            Some(value @ Value::Template(_)) => Some((value.clone(), at)),
            _ => {
                self.problems.add(
                    Problem::error("missing-argument", format!("no file specified for {action}"))
                        .at(at)
                        .with_help(format!("write `{action}: file.yml`")),
                );
                None
            }
        }
    }

    /// Tells the arguments of an include or import that do not exist.
    pub(crate) fn check_options(
        &mut self,
        scope: &Scope,
        action: &str,
        arguments: &Arguments<'_>,
        allowed: impl Fn(&str) -> bool,
    ) {
        for (name, at) in arguments.names(scope) {
            if !allowed(name) {
                self.problems.add(
                    Problem::error("unknown-argument", format!("invalid options for {action}: {name}"))
                        .at(at)
                        .with_help(if name.contains("{{") {
                            "write the file's name under `file:`, so that `=` in an expression is not taken for an argument"
                        } else {
                            "variables for the tasks stand under `vars:`, beside the action"
                        }),
                );
            }
        }
    }

    /// `apply`: keywords for the tasks that come in.
    pub(crate) fn apply(&mut self, scope: &Scope, arguments: &Arguments<'_>) -> Directives {
        let mut directives = Directives::default();
        let Some(node) = arguments.place("apply") else { return directives };
        let Some(entries) = node.as_mapping() else {
            self.wrong_type(scope, "apply", node, "a mapping of keywords");
            return directives;
        };
        for (key, value) in entries {
            let Some(name) = self.key_text(scope, Place::Block, key) else { continue };
            let known =
                !matches!(name, "block" | "rescue" | "always" | "notify" | "name") && Place::Block.has(name);
            if !(known && self.directive(scope, &mut directives, name, key, value)) {
                self.unknown_keyword(scope, Place::Block, name, key);
            }
        }
        directives
    }

    /// Tells the keywords of a dynamic include that would be lost.
    pub(crate) fn check_include_keywords(&mut self, scope: &Scope, parts: &Parts<'_>) {
        let action = parts.written.canonical();
        for (key, _) in parts.node.as_mapping().unwrap_or_default() {
            let name = key.as_text().unwrap_or_default();
            let listen = scope.handlers && matches!(name, "listen" | "notify");
            let place = if scope.handlers { Place::Handler } else { Place::Task };
            if place.has(name) && !INCLUDE_KEYWORDS.contains(&name) && name != "timeout" && !listen {
                self.problems.add(
                    Problem::error("unknown-keyword", format!("`{name}` is not a keyword of `{action}`"))
                        .at(scope.at(key))
                        .labelled("it would not reach the tasks")
                        .with_help(format!(
                            "put it under `apply:` of `{action}`, or on the tasks themselves"
                        )),
                );
            }
        }
    }
}
