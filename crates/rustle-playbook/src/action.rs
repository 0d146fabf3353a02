//! Which module a task runs, and with what.

use rustle_schema::names::canonical;

use crate::arguments::Arguments;
use crate::builtin::is_known;
use crate::keyword::{Place, unsupported};
use crate::kind::kind;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::suggest::closest;
use rustle_template::has_markers;
use rustle_value::yaml::Node;

/// The action of a task as it was written.
pub(crate) struct Written<'n> {
    /// The keyword under which it stands: the module's name, or `action`.
    pub key: &'n Node,
    /// The name of the module, as it was written.
    pub module: String,
    /// Its arguments.
    pub arguments: Arguments<'n>,
}

impl Written<'_> {
    /// The name of the module as it is registered.
    pub fn canonical(&self) -> &str {
        canonical(&self.module)
    }
}

type Entry = (Node, Node);

impl Loader<'_> {
    /// The action of a task: `action` or one of `others`, the entries that are no keywords.
    pub(crate) fn action<'n>(
        &mut self,
        scope: &Scope,
        task: &'n Node,
        others: &[&'n Entry],
    ) -> Option<Written<'n>> {
        let entry = |name: &str| task.as_mapping()?.iter().find(|(key, _)| key.as_text() == Some(name));
        let additional = entry("args");
        let place = if scope.handlers { Place::Handler } else { Place::Task };
        let (old, new) = (entry("action"), self.pick(scope, place, others, entry("action").is_some()));
        match (old, new) {
            (Some((key, value)), Picked::None) => self.old_style(scope, key, value, additional),
            (None, Picked::One((key, value))) => {
                let name = key.as_text()?;
                let arguments = self.arguments(scope, name, value, additional)?;
                Some(Written { key, module: name.to_owned(), arguments })
            }
            (Some((first, _)), Picked::One((second, _))) => {
                self.conflict(scope, first, second);
                None
            }
            (None, Picked::None) => {
                self.problems.add(
                    Problem::error("no-action", "no module/action detected in task")
                        .at(self.beginning(scope, task))
                        .labelled("this task names no module")
                        .with_help("write the name of a module as a key: `copy:`"),
                );
                None
            }
            (_, Picked::Wrong) => None,
        }
    }

    /// The first key of a mapping: enough to mark where it stands.
    fn beginning(&self, scope: &Scope, node: &Node) -> crate::source::Location {
        let first = node.as_mapping().and_then(<[Entry]>::first).map_or(node, |(key, _)| key);
        scope.at(first)
    }

    /// Which of `others` is the action; the rest are keywords that do not exist.
    fn pick<'n>(
        &mut self,
        scope: &Scope,
        place: Place,
        others: &[&'n Entry],
        has_action: bool,
    ) -> Picked<'n> {
        let name = |entry: &Entry| entry.0.as_text().unwrap_or_default().to_owned();
        if let [only] = others {
            if has_action && !self.is_module(&name(only)) {
                self.unknown_keyword(scope, place, &name(only), &only.0);
                return Picked::None;
            }
            return Picked::One(only);
        }
        let (known, unknown): (Vec<&Entry>, Vec<&Entry>) =
            others.iter().copied().partition(|entry| self.is_module(&name(entry)));
        let (modules, keywords): (Vec<&Entry>, Vec<&Entry>) = match known.as_slice() {
            [] => unknown.into_iter().partition(|entry| closest(&name(entry), place.keywords()).is_none()),
            _ => (known, unknown),
        };
        for entry in keywords {
            self.unknown_keyword(scope, place, &name(entry), &entry.0);
        }
        match modules.as_slice() {
            [] if others.is_empty() => Picked::None,
            [] => Picked::Wrong,
            [one] => Picked::One(one),
            [first, second, ..] => {
                self.conflict(scope, &first.0, &second.0);
                Picked::Wrong
            }
        }
    }

    /// Whether `name` is the name of a module rather than of a keyword.
    pub(crate) fn is_module(&self, name: &str) -> bool {
        unsupported(name).is_none()
            && (is_known(name)
                || name.contains('.')
                || self.options.modules.iter().any(|module| module == canonical(name)))
    }

    fn conflict(&mut self, scope: &Scope, first: &Node, second: &Node) {
        let name = |node: &Node| node.as_text().unwrap_or_default().to_owned();
        let message = format!("conflicting action statements: {}, {}", name(first), name(second));
        self.problems.add(
            Problem::error("conflicting-actions", message)
                .at(scope.at(second))
                .labelled("a second action")
                .and_at(scope.at(first), "the first one")
                .with_help("make two tasks of it"),
        );
    }

    /// `action: copy src=a dest=b`, or a mapping with `module`.
    fn old_style<'n>(
        &mut self,
        scope: &Scope,
        key: &'n Node,
        value: &'n Node,
        additional: Option<&'n Entry>,
    ) -> Option<Written<'n>> {
        key.as_text()?;
        let named = if value.as_mapping().is_some() { value.get("module") } else { Some(value) };
        let Some(text) = named.and_then(Node::as_text) else {
            let message = match value.as_mapping() {
                Some(_) => "a mapping under `action` names its module under `module`".to_owned(),
                None => format!("`action` must be text or a mapping, not {}", kind(value)),
            };
            self.problems.add(Problem::error("no-action", message).at(scope.at(value)));
            return None;
        };
        let module = text.split_whitespace().next().unwrap_or_default().to_owned();
        if module.is_empty() || has_markers(&module) {
            self.problems.add(
                Problem::error(
                    "templated-action",
                    "which module a task runs must be known when the runner is built",
                )
                .at(scope.at(named.unwrap_or(value)))
                .with_help("write one task for each module, with `when`"),
            );
            return None;
        }
        let arguments = self.old_arguments(scope, &module, value, named.unwrap_or(value), additional)?;
        Some(Written { key, module, arguments })
    }
}

enum Picked<'n> {
    None,
    One(&'n Entry),
    Wrong,
}
