//! What a plan has lost of the playbook that it was made from, where it shows.

use rustle_value::yaml::{Node, NodeKind};

use super::nodes::{entries, text_field};
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::source::Location;

/// What never reaches a plan in batches.
pub(super) const LOST: &str = "the plan was made without the playbook's loops, registered results, variables, privilege \
                               escalation, error handling and listened topics: what depended on them is missing";

/// Arguments that make no sense if empty: a loop's item that was rendered to nothing.
const NEVER_EMPTY: [&str; 8] = ["name", "path", "dest", "src", "pkg", "package", "repo", "url"];

/// What an expression asks of a registered result.
const OF_RESULTS: [&str; 7] = ["rc", "stdout", "stderr", "stdout_lines", "changed", "failed", "stat"];

/// Tests that are made on registered results.
const TESTS: [&str; 9] =
    ["changed", "failed", "succeeded", "success", "skipped", "change", "failure", "skip", "reachable"];

impl Loader<'_> {
    /// Tells that something was lost, and notes it in the plan.
    pub(super) fn lost(&mut self, code: &'static str, message: String, at: Location) {
        self.note_loss(&message);
        self.problems.add(
            Problem::warning(code, message).at(at).with_help("build the runner from the playbook itself"),
        );
    }

    /// Notes a loss in the plan, once.
    pub(super) fn note_loss(&mut self, message: &str) {
        if !self.plan.notices.iter().any(|known| known == message) {
            self.plan.notices.push(message.to_owned());
        }
    }

    /// Tells what a task, as a plan holds it, has lost.
    pub(super) fn task_losses(&mut self, scope: &Scope, task: &Node) {
        let name = text_field(task, "name").unwrap_or("Unnamed task").to_owned();
        let module = text_field(task, "module").unwrap_or_default();
        for (key, value) in entries(task, "args") {
            let argument = key.as_text().unwrap_or_default();
            if let Some(at) = mentions_item(value) {
                let message = format!("the loop of task '{name}' is lost: `item` means nothing without it");
                self.lost("lost-loop", message, scope.at(at));
            } else if value.as_text() == Some("") && NEVER_EMPTY.contains(&argument) {
                let message = format!(
                    "`{argument}` of task '{name}' is empty: it was perhaps the item of a loop that is lost"
                );
                self.lost("lost-loop", message, scope.at(value));
            } else if (module, argument) == ("copy", "content") && value.to_value().as_bool().is_some() {
                let message =
                    format!("the content of task '{name}' is a boolean: the word that stood there is lost");
                self.lost("lost-text", message, scope.at(value));
            }
        }
    }

    /// Tells the names in an expression that only `register` could have defined.
    pub(super) fn lost_results(&mut self, scope: &Scope, expression: &Node) {
        for name in result_names(expression.as_text().unwrap_or_default()) {
            let message = format!("nothing in the plan registers `{name}`");
            self.lost("lost-register", message, scope.at(expression));
        }
    }
}

/// The first text that mentions `item` in a template.
fn mentions_item(node: &Node) -> Option<&Node> {
    match &node.value {
        NodeKind::Scalar { text, .. } => {
            let inner = text.split("{{").skip(1).filter_map(|part| part.split("}}").next());
            inner.flat_map(words).any(|word| word == "item").then_some(node)
        }
        NodeKind::Sequence(items) => items.iter().find_map(mentions_item),
        NodeKind::Mapping(entries) => entries.iter().find_map(|(_, value)| mentions_item(value)),
    }
}

/// Names and attributes of an expression; what is quoted is left out.
fn words(expression: &str) -> Vec<&str> {
    let bare = expression.split(['\'', '"']).step_by(2);
    bare.flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .collect()
}

/// The names in an expression that are used as registered results are.
fn result_names(expression: &str) -> Vec<String> {
    let words = words(expression);
    let mut found: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let fact = name.starts_with("ansible_") || matches!(name, "hostvars" | "groups" | "item");
        if !fact && !name.is_empty() && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    };
    for (index, word) in words.iter().enumerate() {
        let mut parts = word.split('.');
        let name = parts.next().unwrap_or_default();
        if parts.next().is_some_and(|attribute| OF_RESULTS.contains(&attribute)) {
            add(name);
        }
        let test = match words.get(index + 1..) {
            Some(["is", "not", test, ..] | ["is", test, ..]) => test,
            _ => continue,
        };
        if TESTS.contains(test) {
            add(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_told_from_facts() {
        assert_eq!(result_names("result.rc != 0 and other is not changed"), ["result", "other"]);
        assert_eq!(result_names("check is failed or check.stdout == 'a.rc'"), ["check"]);
        assert!(result_names("ansible_os_family == 'Debian' and x is defined and y.name == 1").is_empty());
    }
}
