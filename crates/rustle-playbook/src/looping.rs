//! `loop`, `with_*` and `loop_control`.

use rustle_schema::task::{Loop, LoopControl};
use rustle_value::Value;

use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::suggest::did_you_mean;
use rustle_value::yaml::Node;

/// The lookups that may stand behind `with_`.
const SUPPORTED: [&str; 23] = [
    "items",
    "list",
    "dict",
    "nested",
    "cartesian",
    "together",
    "sequence",
    "fileglob",
    "first_found",
    "indexed_items",
    "subelements",
    "random_choice",
    "flattened",
    "lines",
    "file",
    "inventory_hostnames",
    "env",
    "vars",
    "varnames",
    "pipe",
    "template",
    "ini",
    "csvfile",
];

/// Lookups of ansible-core that may not, yet.
const UNSUPPORTED: [&str; 5] = ["config", "password", "unvault", "url", "filetree"];

/// The keywords of `loop_control`.
const CONTROL: [&str; 7] =
    ["loop_var", "index_var", "label", "pause", "extended", "extended_allitems", "break_when"];

/// The loop keywords of a task.
#[derive(Default)]
pub(crate) struct LoopKeywords<'n> {
    /// `loop` and `with_*`.
    pub loops: Vec<(&'n Node, &'n Node)>,
    /// `loop_control`.
    pub control: Option<(&'n Node, &'n Node)>,
}

impl Loader<'_> {
    /// The loop of a task.
    pub(crate) fn looping(&mut self, scope: &Scope, keywords: &LoopKeywords<'_>) -> Option<Loop> {
        if let [(first, _), (second, _), ..] = keywords.loops.as_slice() {
            self.problems.add(
                Problem::error("loop-conflict", "a task has one loop, and this one has two")
                    .at(scope.at(second))
                    .labelled("a second loop")
                    .and_at(scope.at(first), "the first one")
                    .with_help("`with_nested`, or the filter `product`, combines lists"),
            );
            return None;
        }
        let Some((key, value)) = keywords.loops.first() else {
            if let Some((key, _)) = keywords.control {
                self.problems.add(
                    Problem::warning("no-effect", "`loop_control` has no effect without a loop")
                        .at(scope.at(key)),
                );
            }
            return None;
        };
        let control = keywords.control.map(|(_, node)| self.loop_control(scope, node)).unwrap_or_default();
        let (with, items) = match key.as_text()?.strip_prefix("with_") {
            None => (None, self.loop_items(scope, key, value)?),
            Some(lookup) => {
                let name = self.lookup(scope, key, lookup)?;
                if value.is_null() {
                    let message = format!("you must specify a value when using with_{name}");
                    self.problems.add(Problem::error("wrong-type", message).at(scope.at(key)));
                    return None;
                }
                (Some(name), self.value(scope, value))
            }
        };
        Some(Loop { with, items, control })
    }

    fn loop_items(&mut self, scope: &Scope, key: &Node, node: &Node) -> Option<Value> {
        if self.is_empty_keyword(scope, "loop", key, node) {
            return None;
        }
        match self.value(scope, node) {
            items @ (Value::List(_) | Value::Template(_)) => Some(items),
            Value::Str(text) => {
                let mut problem =
                    Problem::error("wrong-type", "`loop` must be a list, not text").at(scope.at(node));
                if crate::fields::is_variable_name(&text) {
                    problem =
                        problem.with_help(format!("for the list in a variable write `\"{{{{ {text} }}}}\"`"));
                }
                self.problems.add(problem);
                None
            }
            _ => {
                self.wrong_type(scope, "loop", node, "a list, or a template of one");
                None
            }
        }
    }

    /// The lookup behind `with_`.
    fn lookup(&mut self, scope: &Scope, key: &Node, written: &str) -> Option<String> {
        let name = ["ansible.builtin.", "ansible.legacy.", "community.general."]
            .iter()
            .find_map(|prefix| written.strip_prefix(prefix))
            .unwrap_or(written);
        if SUPPORTED.contains(&name) {
            return Some(name.to_owned());
        }
        let problem = if UNSUPPORTED.contains(&name) || written.contains('.') {
            Problem::error("unsupported-loop", format!("`with_{written}` is not supported yet"))
                .with_help(format!("write `loop: \"{{{{ query('{written}', …) }}}}\"`"))
        } else {
            let problem = Problem::error(
                "unknown-loop",
                format!("there is no lookup `{written}` for `with_{written}`"),
            );
            match did_you_mean(name, SUPPORTED) {
                Some(_) => {
                    let meant = crate::suggest::closest(name, SUPPORTED).unwrap_or_default();
                    problem.with_help(format!("did you mean `with_{meant}`?"))
                }
                None => problem,
            }
        };
        self.problems.add(problem.at(scope.at(key)));
        None
    }

    fn loop_control(&mut self, scope: &Scope, node: &Node) -> LoopControl {
        let mut control = LoopControl::default();
        let Some(entries) = node.as_mapping() else {
            self.wrong_type(scope, "loop_control", node, "a mapping");
            return control;
        };
        for (key, value) in entries {
            let name = key.as_text().unwrap_or_default();
            if CONTROL.contains(&name) && self.is_empty_keyword(scope, name, key, value) {
                continue;
            }
            match name {
                "loop_var" => control.loop_var = self.variable_name(scope, name, value),
                "index_var" => control.index_var = self.variable_name(scope, name, value),
                "label" => control.label = Some(self.value(scope, value)),
                "pause" => control.pause = self.number(scope, name, value),
                "extended" => control.extended = self.boolean(scope, name, value),
                "extended_allitems" => control.extended_allitems = self.boolean(scope, name, value),
                "break_when" => control.break_when = self.conditions(scope, name, value),
                _ => {
                    let mut problem = Problem::error(
                        "unknown-keyword",
                        format!("`{name}` is not a keyword of `loop_control`"),
                    )
                    .at(scope.at(key))
                    .labelled("unknown keyword");
                    if let Some(help) = did_you_mean(name, CONTROL) {
                        problem = problem.with_help(help);
                    }
                    self.problems.add(problem);
                }
            }
        }
        control
    }
}
