//! Values of keywords, checked for their types.

use rustle_value::{Value, coerce};

use crate::kind::kind;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use rustle_value::yaml::Node;

impl Loader<'_> {
    /// Tells that the value of `name` is of the wrong kind; `wanted` says of which it must be.
    pub(crate) fn wrong_type(&mut self, scope: &Scope, name: &str, node: &Node, wanted: &str) {
        let found = kind(node);
        self.problems.add(
            Problem::error("wrong-type", format!("`{name}` must be {wanted}, not {found}"))
                .at(scope.at(node))
                .labelled(found),
        );
    }

    /// A boolean, or a template of one.
    pub(crate) fn boolean(&mut self, scope: &Scope, name: &str, node: &Node) -> Option<Value> {
        match self.value(scope, node) {
            value @ Value::Template(_) => Some(value),
            value => match coerce::as_boolean(&value) {
                Some(bool) => Some(Value::Bool(bool)),
                None if value.as_str().is_some() => {
                    self.problems.add(
                        Problem::error("wrong-type", format!("`{name}` must be a boolean, not `{value}`"))
                            .at(scope.at(node))
                            .labelled("not a boolean")
                            .with_help("write `true` or `false`"),
                    );
                    None
                }
                None => {
                    self.wrong_type(scope, name, node, "a boolean");
                    None
                }
            },
        }
    }

    /// Text, or a template of it. Numbers and booleans count as the text they are written as.
    pub(crate) fn text(&mut self, scope: &Scope, name: &str, node: &Node) -> Option<Value> {
        if node.as_text().is_none() || node.is_null() {
            self.wrong_type(scope, name, node, "text");
            return None;
        }
        Some(match self.value(scope, node) {
            value @ (Value::Str(_) | Value::Template(_)) => value,
            other => Value::from(rustle_value::python::str(&other)),
        })
    }

    /// An integer, or a template of one.
    pub(crate) fn integer(&mut self, scope: &Scope, name: &str, node: &Node) -> Option<Value> {
        let value = self.value(scope, node);
        match (&value, coerce::int(&value)) {
            (Value::Template(_), _) => Some(value),
            (Value::Bool(_), _) | (_, Err(_)) => {
                self.wrong_type(scope, name, node, "an integer");
                None
            }
            (_, Ok(int)) => Some(Value::Int(int)),
        }
    }

    /// A number of seconds, or a template of one.
    pub(crate) fn number(&mut self, scope: &Scope, name: &str, node: &Node) -> Option<Value> {
        let value = self.value(scope, node);
        match (&value, coerce::float(&value)) {
            (Value::Template(_) | Value::Int(_), _) => Some(value),
            (Value::Bool(_), _) | (_, Err(_)) => {
                self.wrong_type(scope, name, node, "a number");
                None
            }
            (_, Ok(float)) => Some(Value::Float(float)),
        }
    }

    /// One text or a list of texts, each text or a template, with where each stands.
    pub(crate) fn texts<'n>(&mut self, scope: &Scope, name: &str, node: &'n Node) -> Vec<(Value, &'n Node)> {
        let items = match node.as_sequence() {
            Some(items) => items,
            None if node.as_text().is_some() => std::slice::from_ref(node),
            None => {
                self.wrong_type(scope, name, node, "text or a list of texts");
                return Vec::new();
            }
        };
        let wanted = if node.as_sequence().is_some() { "a list of texts" } else { "text or a list of texts" };
        let mut found = Vec::with_capacity(items.len());
        for item in items {
            match self.value(scope, item) {
                value @ (Value::Str(_) | Value::Template(_)) => found.push((value, item)),
                Value::Int(number) => found.push((Value::from(number.to_string()), item)),
                _ => self.wrong_type(scope, name, item, wanted),
            }
        }
        found
    }

    /// The name of a variable for `register` and its like; anything else is told.
    pub(crate) fn variable_name(&mut self, scope: &Scope, name: &str, node: &Node) -> Option<String> {
        match node.to_value().as_str() {
            Some(text) if is_variable_name(text) => Some(text.to_owned()),
            _ => {
                let shown = node.as_text().unwrap_or(kind(node));
                let mut problem = Problem::error(
                    "invalid-name",
                    format!("`{name}` must name a variable, and `{shown}` is no name for one"),
                )
                .at(scope.at(node))
                .with_note("names begin with a letter or `_` and hold letters, digits and `_`");
                if let Some(better) = node.as_text().and_then(mended_name) {
                    problem = problem.with_help(format!("`{better}` would be one"));
                }
                self.problems.add(problem);
                None
            }
        }
    }
}

/// Words that the expression language does not read as names.
const RESERVED: [&str; 7] = ["true", "false", "none", "True", "False", "None", "not"];

/// Whether `name` can be the name of a variable.
pub(crate) fn is_variable_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&name)
}

/// `name` with its bad characters replaced, if that makes a name.
pub(crate) fn mended_name(name: &str) -> Option<String> {
    let mended: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    (is_variable_name(&mended) && mended.chars().any(|c| c != '_')).then_some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_variables() {
        assert!(["a", "_a1", "A_b"].iter().all(|name| is_variable_name(name)));
        assert!(
            ["", "1a", "a-b", "a.b", "ä", "not", "True", "a b"].iter().all(|name| !is_variable_name(name))
        );
        assert_eq!(mended_name("a-b.c").as_deref(), Some("a_b_c"));
        assert_eq!(mended_name("1a"), None);
        assert_eq!(mended_name("--"), None);
    }
}
