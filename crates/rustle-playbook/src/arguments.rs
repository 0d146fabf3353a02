//! The arguments of a task in each of the ways in which they can be written.

use std::sync::Arc;

use rustle_value::{Map, Value, coerce};

use crate::builtin::{is_known, takes_command_line, takes_free_form};
use crate::conditions::inner_expression;
use crate::kind::kind;
use crate::loader::Loader;
use crate::origins::{pair, piece};
use crate::problem::Problem;
use crate::scope::Scope;
use crate::source::Location;
use rustle_template::trust::marked_text;
use rustle_value::yaml::Node;

/// The key under which a template of all arguments stands, beside arguments that are given one by one.
const VARIABLE_PARAMS: &str = "_variable_params";
/// The key of free-form text.
pub(crate) const RAW_PARAMS: &str = "_raw_params";

/// The arguments of a task.
#[derive(Default)]
pub(crate) struct Arguments<'n> {
    /// Their values.
    pub values: Map,
    /// Where each of them is written: its name and its value. A scalar of `key=value` pairs is both, for all in it.
    places: Vec<(Arc<str>, &'n Node, &'n Node)>,
}

impl<'n> Arguments<'n> {
    /// The value of the argument `name` as it is written; it may be a scalar that holds others too.
    pub fn place(&self, name: &str) -> Option<&'n Node> {
        self.places.iter().rev().find(|(known, ..)| **known == *name).map(|(_, _, value)| *value)
    }

    /// Where the value of the argument `name` stands; where `or` stands if there is none.
    pub fn at(&self, scope: &Scope, name: &str, or: &Node) -> Location {
        let Some((_, key, value)) = self.places.iter().rev().find(|(known, ..)| **known == *name) else {
            return scope.at(or);
        };
        let pair = std::ptr::eq(*key, *value).then(|| pair(value, name)).flatten();
        pair.map_or_else(|| scope.at(value), |(_, value_piece)| piece(&scope.doc.file, value, value_piece))
    }

    /// The names, and where each of them stands.
    pub fn names(&self, scope: &Scope) -> Vec<(&str, Location)> {
        let at = |name: &str, key: &Node, value: &Node| match pair(key, name) {
            Some((name_piece, _)) if std::ptr::eq(key, value) => piece(&scope.doc.file, key, name_piece),
            _ => scope.at(key),
        };
        self.places.iter().map(|(name, key, value)| (&**name, at(name, key, value))).collect()
    }

    /// The arguments as a plan holds them: a mapping, or a template of one.
    pub fn as_value(&self) -> Value {
        match self.values.get(VARIABLE_PARAMS) {
            Some(template @ Value::Template(_)) if self.values.len() == 1 => template.clone(),
            _ => Value::Map(self.values.clone()),
        }
    }

    fn put(&mut self, name: impl Into<Arc<str>>, value: Value, key: &'n Node, node: &'n Node) {
        let name = name.into();
        self.values.insert(name.clone(), value);
        self.places.push((name, key, node));
    }
}

type Entry = (Node, Node);

impl Loader<'_> {
    /// The arguments of `module`, which are written as `node`, over those of the keyword `args`.
    pub(crate) fn arguments<'n>(
        &mut self,
        scope: &Scope,
        module: &str,
        node: &'n Node,
        additional: Option<&'n Entry>,
    ) -> Option<Arguments<'n>> {
        let mut arguments = Arguments::default();
        if let Some((_, value)) = additional {
            self.args_keyword(scope, value, &mut arguments)?;
        }
        self.read_arguments(scope, module, node, &mut arguments)?;
        self.check_free_form(scope, module, &mut arguments)?;
        Some(arguments)
    }

    /// The arguments under `action`, whose module is named in `named`: the value itself, or its `module`.
    pub(crate) fn old_arguments<'n>(
        &mut self,
        scope: &Scope,
        module: &str,
        value: &'n Node,
        named: &'n Node,
        additional: Option<&'n Entry>,
    ) -> Option<Arguments<'n>> {
        let mut arguments = Arguments::default();
        if let Some((_, value)) = additional {
            self.args_keyword(scope, value, &mut arguments)?;
        }
        for (key, value) in value.as_mapping().unwrap_or_default() {
            match key.as_text() {
                Some("module") => {}
                Some("args") => self.read_arguments(scope, module, value, &mut arguments)?,
                _ => self.argument(scope, key, value, &mut arguments),
            }
        }
        let text = named.as_text().unwrap_or_default().trim_start();
        let rest = text.get(module.len()..).unwrap_or_default().trim_start();
        self.pairs(scope, module, rest, named, &mut arguments)?;
        self.check_free_form(scope, module, &mut arguments)?;
        Some(arguments)
    }

    /// The keyword `args`: a mapping, or a template of one.
    fn args_keyword<'n>(
        &mut self,
        scope: &Scope,
        node: &'n Node,
        arguments: &mut Arguments<'n>,
    ) -> Option<()> {
        match self.value(scope, node) {
            Value::Map(_) => {
                for (key, value) in node.as_mapping().unwrap_or_default() {
                    self.argument(scope, key, value, arguments);
                }
            }
            template @ Value::Template(_) => arguments.put(VARIABLE_PARAMS, template, node, node),
            Value::None => {}
            _ => {
                self.wrong_type(scope, "args", node, "a mapping, or a template of one");
                return None;
            }
        }
        Some(())
    }

    fn read_arguments<'n>(
        &mut self,
        scope: &Scope,
        module: &str,
        node: &'n Node,
        arguments: &mut Arguments<'n>,
    ) -> Option<()> {
        if let Some(entries) = node.as_mapping() {
            for (key, value) in entries {
                self.argument(scope, key, value, arguments);
            }
            return Some(());
        }
        match (node.as_text(), node.to_value()) {
            (Some(_), Value::None) => Some(()),
            (Some(_), Value::Str(text)) if node.tag.as_deref().is_some_and(|tag| tag.starts_with('!')) => {
                let _ = text;
                let value = self.value(scope, node);
                arguments.put(RAW_PARAMS, value, node, node);
                Some(())
            }
            (Some(_), Value::Str(text)) => self.pairs(scope, module, &text, node, arguments),
            _ => {
                let found = kind(node);
                self.problems.add(
                    Problem::error(
                        "wrong-type",
                        format!("the arguments of `{module}` must be a mapping or text, not {found}"),
                    )
                    .at(scope.at(node))
                    .labelled(found)
                    .with_help("quote it if it is meant as text"),
                );
                None
            }
        }
    }

    fn argument<'n>(&mut self, scope: &Scope, key: &'n Node, value: &'n Node, arguments: &mut Arguments<'n>) {
        let value_of = self.value(scope, value);
        match self.value(scope, key) {
            Value::Str(name) if name.starts_with("_ansible_") => {
                self.problems.add(
                    Problem::error(
                        "reserved-argument",
                        format!("`{name}`: names that begin with `_ansible_` are reserved"),
                    )
                    .at(scope.at(key)),
                );
            }
            Value::Str(name) => arguments.put(name, value_of, key, value),
            other => {
                arguments.values.insert(other, value_of);
            }
        }
    }

    /// `key=value` pairs and free-form text.
    fn pairs<'n>(
        &mut self,
        scope: &Scope,
        module: &str,
        text: &str,
        node: &'n Node,
        arguments: &mut Arguments<'n>,
    ) -> Option<()> {
        let found = match coerce::parse_kv(text, takes_command_line(module)) {
            Ok(found) => found,
            Err(error) => {
                self.problems.add(
                    Problem::error("bad-arguments", error.0)
                        .at(scope.at(node))
                        .with_help("write the arguments as a mapping, one on each line"),
                );
                return None;
            }
        };
        for (name, value) in found.options {
            arguments.put(name, marked_text(value.into()), node, node);
        }
        if let Some(raw) = found.raw {
            arguments.put(RAW_PARAMS, marked_text(raw.into()), node, node);
        }
        Some(())
    }

    /// Free-form text is an argument of few modules only; a lone expression can be the template of all arguments.
    fn check_free_form(&mut self, scope: &Scope, module: &str, arguments: &mut Arguments<'_>) -> Option<()> {
        if takes_free_form(module) {
            return Some(());
        }
        let Some(raw) = arguments.values.get(RAW_PARAMS).cloned() else { return Some(()) };
        match &raw {
            Value::Template(text) if inner_expression(text).is_some() => {
                arguments.values.remove(RAW_PARAMS);
                arguments.values.insert(VARIABLE_PARAMS, raw.clone());
                Some(())
            }
            Value::Str(text) | Value::Template(text) if is_known(module) && !text.is_empty() => {
                let place = arguments.place(RAW_PARAMS);
                let mut problem = Problem::error(
                    "free-form-not-supported",
                    format!("`{module}` takes no free-form text: `{}`", text.trim()),
                )
                .with_help(format!("write its arguments by name: `{module}: name=value`, or as a mapping"));
                if let Some(node) = place {
                    problem = problem.at(scope.at(node));
                }
                self.problems.add(problem);
                None
            }
            _ => Some(()),
        }
    }
}
