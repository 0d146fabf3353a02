//! Conditions: `when`, `changed_when`, `failed_when`, `until`, `break_when`.

use rustle_value::Value;

use crate::kind::kind_of;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use rustle_value::yaml::Node;

impl Loader<'_> {
    /// The conditions of the keyword `name`: one, or a list that must hold altogether.
    pub(crate) fn conditions(&mut self, scope: &Scope, name: &str, node: &Node) -> Vec<Value> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        items.iter().filter_map(|item| self.condition(scope, name, item)).collect()
    }

    fn condition(&mut self, scope: &Scope, name: &str, node: &Node) -> Option<Value> {
        let value = self.value(scope, node);
        match &value {
            Value::Bool(_) => Some(value),
            Value::Str(text) if !text.trim().is_empty() => Some(value),
            Value::Template(text) => {
                self.problems.add(
                    braces_problem(name, text).at(scope.at(node)).labelled("this is an expression already"),
                );
                Some(value)
            }
            Value::Str(_) | Value::None => {
                self.problems.add(
                    Problem::error("empty-condition", format!("a condition of `{name}` is empty"))
                        .at(scope.at(node))
                        .with_help("remove it, or write `true`"),
                );
                None
            }
            other => {
                let found = kind_of(other);
                self.problems.add(
                    Problem::error(
                        "wrong-type",
                        format!("a condition of `{name}` must be an expression or a boolean, not {found}"),
                    )
                    .at(scope.at(node))
                    .labelled(found),
                );
                None
            }
        }
    }
}

fn braces_problem(name: &str, text: &str) -> Problem {
    let problem =
        Problem::warning("braces-in-condition", format!("`{name}` is a bare expression and needs no braces"));
    match inner_expression(text) {
        Some(inner) => problem.with_help(format!("write `{inner}`")),
        None => problem,
    }
}

/// The expression in a text that is nothing but `{{ expression }}`.
pub(crate) fn inner_expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim_matches('-').trim();
    (!inner.contains("{{") && !inner.contains("}}") && !inner.is_empty()).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_expression_is_found() {
        assert_eq!(inner_expression("{{ a == 1 }}"), Some("a == 1"));
        assert_eq!(inner_expression(" {{- a -}} "), Some("a"));
        assert_eq!(inner_expression("{{ a }} and {{ b }}"), None);
        assert_eq!(inner_expression("{% if a %}x{% endif %}"), None);
    }
}
