//! Tasks and handlers of a plan in batches.

use std::collections::HashSet;

use rustle_value::yaml::{Node, NodeKind};

use super::nodes::{entries, entry, field, items, list, mapping, plain, quoted, text};
use crate::builtin::takes_free_form;
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;

impl Loader<'_> {
    /// A task of a plan as one of a playbook; `hosts` are those it is for, if not its play's, and `handlers` the names of
    /// its play's handlers.
    pub(super) fn planned_task(
        &mut self,
        scope: &Scope,
        task: &Node,
        hosts: Option<Vec<&str>>,
        handlers: &HashSet<&str>,
    ) -> Option<Node> {
        self.task_losses(scope, task);
        let mut written = Vec::new();
        if let Some(name) = field(task, "name").filter(|(_, name)| name.as_text() != Some("Unnamed task")) {
            written.push(name.clone());
        }
        written.extend(self.planned_action(scope, task)?);
        let mut when = Vec::new();
        let mut tags = items(task, "tags").to_vec();
        if let Some(hosts) = hosts {
            let span = field(task, "hosts").map_or(task.span, |(_, node)| node.span);
            let hosts: Vec<String> = hosts.into_iter().map(quoted).collect();
            when.push(text(&format!("inventory_hostname in [{}]", hosts.join(", ")), span));
        }
        for condition in items(task, "conditions") {
            self.planned_condition(scope, condition, &mut when, &mut tags, &mut written);
        }
        let span = |name: &str| field(task, name).map_or(task.span, |(key, _)| key.span);
        if !when.is_empty() {
            written.push((text("when", span("conditions")), list(when, span("conditions"))));
        }
        let mut seen = HashSet::new();
        tags.retain(|tag| seen.insert(tag.as_text().unwrap_or_default().to_owned()));
        if !tags.is_empty() {
            written.push((text("tags", span("tags")), list(tags, span("tags"))));
        }
        let notify = self.planned_notify(scope, task, handlers);
        if !notify.is_empty() {
            written.push((text("notify", span("notify")), list(notify, span("notify"))));
        }
        Some(mapping(written, task.span))
    }

    /// The handlers that a task notifies, as far as the plan has them.
    fn planned_notify(&mut self, scope: &Scope, task: &Node, handlers: &HashSet<&str>) -> Vec<Node> {
        let mut kept = Vec::new();
        for name in items(task, "notify") {
            let known = name.as_text().is_some_and(|name| handlers.contains(name) || name.contains("{{"));
            if known {
                kept.push(name.clone());
                continue;
            }
            let shown = name.as_text().unwrap_or_default();
            let message =
                format!("nothing in the plan is called '{shown}' or listens to it: the handler is lost");
            self.lost("lost-handler", message, scope.at(name));
        }
        kept
    }

    /// The entries that say what a task does.
    fn planned_action(&mut self, scope: &Scope, task: &Node) -> Option<Vec<(Node, Node)>> {
        let Some((_, module)) = field(task, "module") else {
            self.problems.add(
                Problem::error("no-action", "no module/action detected in task")
                    .at(scope.at(first_key(task))),
            );
            return None;
        };
        let name = module.as_text().unwrap_or_default();
        let arguments = entries(task, "args");
        let args_span = field(task, "args").map_or(module.span, |(_, node)| node.span);
        let raw =
            arguments.iter().find(|(key, _)| key.as_text() == Some("_raw_params")).map(|(_, value)| value);
        match name {
            "block" => return self.planned_block(scope, task, raw),
            "include" => return Some(vec![(text("include_tasks", module.span), raw.cloned()?)]),
            _ => {}
        }
        let others: Vec<(Node, Node)> =
            arguments.iter().filter(|(key, _)| key.as_text() != Some("_raw_params")).cloned().collect();
        let key = text(name, module.span);
        let Some(raw) = raw.filter(|raw| !raw.is_null()) else {
            return Some(vec![(key, mapping(others, args_span))]);
        };
        // A command that was a boolean or a number in the plan was a word in the playbook.
        let raw = match &raw.value {
            NodeKind::Scalar { text: word, .. } => text(word, raw.span),
            _ => raw.clone(),
        };
        let is_pairs = raw.as_text().is_some_and(|text| text.contains('='));
        if others.is_empty() && (takes_free_form(name) || is_pairs) {
            return Some(vec![(key, raw)]);
        }
        if takes_free_form(name) {
            return Some(vec![(key, raw), entry("args", mapping(others, args_span))]);
        }
        let mut all = others;
        all.push((text("_raw_params", raw.span), raw));
        Some(vec![(key, mapping(all, args_span))])
    }

    /// The pseudo module `block`: its children are tasks as a playbook has them. `rescue` and `always` are lost.
    fn planned_block(&mut self, scope: &Scope, task: &Node, raw: Option<&Node>) -> Option<Vec<(Node, Node)>> {
        let (_, module) = field(task, "module")?;
        let message = "`rescue` and `always` of a block are lost".to_owned();
        self.lost("lost-block", message, scope.at(module));
        match raw {
            Some(children) if children.as_sequence().is_some() => {
                Some(vec![(text("block", module.span), children.clone())])
            }
            _ => {
                let at = raw.unwrap_or(module);
                self.problems.add(
                    Problem::error("wrong-type", "a block in a plan holds a list of tasks").at(scope.at(at)),
                );
                None
            }
        }
    }
}

/// Where a task begins.
pub(super) fn first_key(task: &Node) -> &Node {
    task.as_mapping().and_then(<[(Node, Node)]>::first).map_or(task, |(key, _)| key)
}

/// An entry whose value is `true`.
pub(super) fn yes(key: &str, at: &Node) -> (Node, Node) {
    entry(key, plain("true", at.span))
}
