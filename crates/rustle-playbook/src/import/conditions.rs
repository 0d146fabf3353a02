//! The conditions of tasks in batches, and patterns of hosts.

use rustle_value::Value;
use rustle_value::yaml::{Node, Style};

use super::nodes::{field, items, quoted, text, text_field, variant};
use super::tasks::yes;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::suggest::did_you_mean;

/// The conditions that planners know.
const KINDS: [&str; 7] = ["When", "Tag", "Host", "SkipTag", "CheckMode", "Skip", "Only"];

impl Loader<'_> {
    /// Puts a condition into `when`, `tags` or the task itself.
    pub(super) fn planned_condition(
        &mut self,
        scope: &Scope,
        node: &Node,
        when: &mut Vec<Node>,
        tags: &mut Vec<Node>,
        written: &mut Vec<(Node, Node)>,
    ) {
        let Some((kind, Some(content))) = variant(node) else {
            self.unknown_condition(scope, node, "");
            return;
        };
        match kind {
            "When" => {
                if let Some((_, expression)) = field(content, "expression") {
                    self.lost_results(scope, expression);
                    when.push(expression.clone());
                }
            }
            "Skip" => {
                if let Some((_, condition)) = field(content, "condition") {
                    self.lost_results(scope, condition);
                    let shown = condition.as_text().unwrap_or_default();
                    when.push(text(&format!("not ({shown})"), condition.span));
                }
            }
            // It repeats the task's tags.
            "Tag" => tags.extend(items(content, "tags").iter().cloned()),
            "SkipTag" => {
                self.note_loss("tags that were skipped when the plan was made are skipped with `--skip-tags`")
            }
            "Host" => {
                if let Some((_, pattern)) = field(content, "pattern") {
                    when.extend(self.host_pattern(scope, pattern));
                }
            }
            "Only" => {
                let hosts: Vec<String> =
                    items(content, "hosts").iter().filter_map(Node::as_text).map(quoted).collect();
                when.push(text(&format!("inventory_hostname in [{}]", hosts.join(", ")), content.span));
            }
            // A plan that was made in check mode is to make no changes, whatever the runner is told.
            "CheckMode" => {
                if content.get("enabled").is_some_and(|enabled| enabled.to_value() == Value::Bool(true)) {
                    written.push(yes("check_mode", content));
                }
            }
            other => self.unknown_condition(scope, node, other),
        }
    }

    fn unknown_condition(&mut self, scope: &Scope, node: &Node, kind: &str) {
        let mut problem = Problem::error("unknown-variant", format!("`{kind}` is not a kind of condition"))
            .at(scope.at(node));
        if let Some(help) = did_you_mean(kind, KINDS) {
            problem = problem.with_help(help);
        }
        self.problems.add(problem);
    }

    /// The expression for a pattern of hosts; `None` for one that means all of them.
    pub(super) fn host_pattern(&mut self, scope: &Scope, node: &Node) -> Option<Node> {
        let pattern = node.as_text().unwrap_or_default().trim();
        if matches!(pattern, "all" | "*" | "") {
            return None;
        }
        if pattern.contains([',', ':', '!', '&', '~', '[', '{']) {
            self.problems.add(
                Problem::error(
                    "unsupported-pattern",
                    format!("the pattern of hosts `{pattern}` is not supported in a plan yet"),
                )
                .at(scope.at(node))
                .with_help("the name of a host or of a group, with `*` and `?`, is"),
            );
            return None;
        }
        let expression = if pattern.contains(['*', '?']) {
            let regex: String = pattern
                .chars()
                .map(|c| match c {
                    '*' => ".*".to_owned(),
                    '?' => ".".to_owned(),
                    c if c.is_alphanumeric() || c == '_' || c == '-' => c.to_string(),
                    c => format!("\\{c}"),
                })
                .collect();
            let regex = quoted(&format!("{regex}$"));
            format!("([inventory_hostname] + group_names) | select('match', {regex}) | list | length > 0")
        } else {
            let name = quoted(pattern);
            format!("inventory_hostname == {name} or {name} in group_names")
        };
        Some(text(&expression, node.span))
    }
}

/// Whether a scalar was text in the plan, rather than a number or a boolean.
pub(super) fn is_text(node: &Node) -> bool {
    matches!(&node.value, rustle_value::yaml::NodeKind::Scalar { style, .. } if *style != Style::Plain)
}

/// The name of a variant for messages.
pub(super) fn variant_name(node: &Node) -> &str {
    variant(node).map_or_else(|| text_field(node, "type").unwrap_or_default(), |(name, _)| name)
}
