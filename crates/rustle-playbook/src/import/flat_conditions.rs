//! The conditions of a flat plan: a variable, an operator, a value.

use rustle_value::Value;
use rustle_value::yaml::Node;

use super::conditions::is_text;
use super::nodes::{field, quoted, text, text_field};
use crate::fields::is_variable_name;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::suggest::did_you_mean;

/// The operators that planners know.
const OPERATORS: [&str; 9] = [
    "Equals",
    "NotEquals",
    "Contains",
    "StartsWith",
    "EndsWith",
    "GreaterThan",
    "LessThan",
    "Exists",
    "NotExists",
];

impl Loader<'_> {
    /// The expression for a condition.
    pub(super) fn flat_condition(&mut self, scope: &Scope, node: &Node) -> Option<Node> {
        let variable = text_field(node, "variable").unwrap_or_default();
        if !variable.split('.').all(is_variable_name) {
            let at = field(node, "variable").map_or(node, |(_, value)| value);
            let message = format!("a condition looks at a variable, and `{variable}` is no name for one");
            self.problems.add(Problem::error("invalid-name", message).at(scope.at(at)));
            return None;
        }
        let nothing = Node {
            value: rustle_value::yaml::NodeKind::Sequence(Default::default()),
            tag: None,
            span: node.span,
        };
        let value = node.get("value").unwrap_or(&nothing);
        let operand = literal(value);
        let expression = match text_field(node, "operator").unwrap_or_default() {
            "Equals" => format!("{variable} == {operand}"),
            "NotEquals" => format!("{variable} != {operand}"),
            "Contains" => format!("{operand} in {variable}"),
            "StartsWith" => format!("({variable} | string).startswith({operand})"),
            "EndsWith" => format!("({variable} | string).endswith({operand})"),
            "GreaterThan" if is_text(value) => format!("{variable} > {operand}"),
            "LessThan" if is_text(value) => format!("{variable} < {operand}"),
            "GreaterThan" => format!("({variable} | float) > {operand}"),
            "LessThan" => format!("({variable} | float) < {operand}"),
            "Exists" => format!("{variable} is defined"),
            "NotExists" => format!("{variable} is not defined"),
            other => {
                let at = field(node, "operator").map_or(node, |(_, value)| value);
                let mut problem = Problem::error("unknown-variant", format!("`{other}` is not an operator"))
                    .at(scope.at(at));
                if let Some(help) = did_you_mean(other, OPERATORS) {
                    problem = problem.with_help(help);
                }
                self.problems.add(problem);
                return None;
            }
        };
        Some(text(&expression, node.span))
    }
}

/// A value as a literal of the expression language.
fn literal(node: &Node) -> String {
    if let Some(items) = node.as_sequence() {
        return format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", "));
    }
    if let Some(entries) = node.as_mapping() {
        let entries = entries.iter().map(|(key, value)| format!("{}: {}", literal(key), literal(value)));
        return format!("{{{}}}", entries.collect::<Vec<_>>().join(", "));
    }
    match node.to_value() {
        Value::None => "none".into(),
        Value::Bool(bool) => bool.to_string(),
        number @ (Value::Int(_) | Value::BigInt(_) | Value::Float(_)) => number.to_string(),
        other => quoted(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::json::parse;

    #[test]
    fn literals_are_those_of_the_expression_language() {
        let (root, _) = parse(r#"[null, true, 1, 2.5, "it's", ["a"], {"k": "v"}]"#).ok().unwrap();
        assert_eq!(literal(&root), r"[none, true, 1, 2.5, 'it\'s', ['a'], {'k': 'v'}]");
    }
}
