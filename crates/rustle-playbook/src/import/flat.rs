//! A flat list of tasks, with real dependencies.

use std::collections::HashMap;

use rustle_value::yaml::{Node, Span};

use super::conditions::variant_name;
use super::nodes::{
    entries, entry, field, items, list, mapping, plain, quoted, seconds, text, text_field, variant,
};
use super::order::{drop_own, sorted};
use super::tasks::{first_key, yes};
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::suggest::did_you_mean;

/// The task types and the modules that they stand for.
const TYPES: [(&str, &str); 5] = [
    ("Command", "command"),
    ("Copy", "copy"),
    ("Template", "template"),
    ("Package", "package"),
    ("Service", "service"),
];

/// Sections that say how a plan was deployed, and mean nothing to a runner.
const SECTIONS: [&str; 4] = ["deployment_config", "deployment", "modules", "module_definitions"];

impl Loader<'_> {
    /// The one play of a flat plan.
    pub(super) fn flat_plan(&mut self, scope: &Scope, root: &Node) -> Vec<Node> {
        self.flat_inventory(scope, root);
        if let Some((_, strategy)) = field(root, "strategy") {
            self.planned_strategy(scope, strategy);
        }
        for section in SECTIONS.iter().filter(|name| field(root, name).is_some()) {
            self.note_loss(&format!(
                "`{section}` says how the plan was deployed, and has no meaning to a runner"
            ));
        }
        let template = root.get("facts_template");
        if template.is_some_and(|template| !entries(template, "custom_facts").is_empty()) {
            self.note_loss("the custom facts of the plan are not gathered");
        }
        let tasks = self.flat_order(scope, items(root, "tasks"));
        let tasks: Vec<Node> = tasks.into_iter().filter_map(|task| self.flat_task(scope, task)).collect();
        let start = Span::new(root.span.start, root.span.start.offset());
        let grouped = self.plan.inventory.groups.values().any(|group| !group.hosts.is_empty());
        let hosts = list(vec![text(if grouped { "all" } else { "localhost" }, start)], start);
        let mut play = vec![entry("hosts", hosts), entry("tasks", list(tasks, root.span))];
        let description = root.get("metadata").and_then(|metadata| field(metadata, "description"));
        if let Some((_, description)) = description {
            play.insert(0, entry("name", description.clone()));
        }
        vec![mapping(play, root.span)]
    }

    /// The tasks, each behind those it depends on.
    fn flat_order<'n>(&mut self, scope: &Scope, tasks: &'n [Node]) -> Vec<&'n Node> {
        let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, task) in tasks.iter().enumerate() {
            by_id.entry(text_field(task, "id").unwrap_or_default()).or_default().push(index);
        }
        let mut depends = vec![Vec::new(); tasks.len()];
        for (index, (task, needs)) in tasks.iter().zip(&mut depends).enumerate() {
            for name in items(task, "dependencies") {
                self.dependency(scope, name, &by_id, "task", needs);
            }
            drop_own(needs, index);
            needs.sort_unstable();
            needs.dedup();
        }
        match sorted(tasks.len(), &depends, |index| index as u64) {
            Ok(order) => order.into_iter().filter_map(|index| tasks.get(index)).collect(),
            Err(ring) => {
                let members: Vec<(&Node, &str)> =
                    ring.iter().filter_map(|index| Some((tasks.get(*index)?, "id"))).collect();
                self.dependency_ring(scope, &members);
                Vec::new()
            }
        }
    }

    fn flat_task(&mut self, scope: &Scope, task: &Node) -> Option<Node> {
        let mut written = Vec::new();
        written.extend(field(task, "name").cloned());
        let (module, at) = self.flat_module(scope, task)?;
        let mut arguments = Vec::new();
        for (key, value) in entries(task, "args") {
            match key.as_text() {
                Some("loop") if value.as_sequence().is_some() => written.push((key.clone(), value.clone())),
                Some("variables") if module == "template" => {
                    written.push((text("vars", key.span), value.clone()))
                }
                _ => arguments.push((key.clone(), value.clone())),
            }
        }
        let args_span = field(task, "args").map_or(at.span, |(_, node)| node.span);
        let raw = arguments.iter().position(|(key, _)| key.as_text() == Some("_raw_params"));
        match raw.filter(|_| arguments.len() == 1).and_then(|index| arguments.get(index)) {
            Some((_, raw)) if raw.as_text().is_some() => written.push((text(&module, at.span), raw.clone())),
            _ => written.push((text(&module, at.span), mapping(arguments, args_span))),
        }
        let mut when: Vec<Node> = self.flat_target(scope, task).into_iter().collect();
        for condition in items(task, "conditions") {
            when.extend(self.flat_condition(scope, condition));
        }
        if !when.is_empty() {
            let span = field(task, "conditions").map_or(task.span, |(key, _)| key.span);
            written.push((text("when", span), list(when, span)));
        }
        if let Some((key, value)) = field(task, "timeout")
            && let Some(seconds) = seconds(value)
        {
            written.push((key.clone(), plain(&seconds.to_string(), value.span)));
        }
        if let Some((_, policy)) = field(task, "retry_policy") {
            self.retry_policy(scope, policy, &mut written);
        }
        self.failure_policy(scope, task, &mut written);
        Some(mapping(written, task.span))
    }

    /// The module of a task: what `module` says, else what its type stands for.
    fn flat_module<'n>(&mut self, scope: &Scope, task: &'n Node) -> Option<(String, &'n Node)> {
        let kind = field(task, "task_type").map(|(_, node)| node);
        let typed = kind.and_then(|node| match variant(node)? {
            ("Custom", Some(content)) => text_field(content, "module_name").map(str::to_owned),
            (name, _) => {
                TYPES.iter().find(|(known, _)| *known == name).map(|(_, module)| (*module).to_owned())
            }
        });
        match (field(task, "module"), typed, kind) {
            (Some((_, node)), typed, kind) => {
                let module = node.as_text().unwrap_or_default().to_owned();
                if let (Some(typed), Some(kind)) = (typed.filter(|typed| *typed != module), kind) {
                    self.problems.add(
                        Problem::note(
                            "type-differs",
                            format!(
                                "the task's type says `{typed}`, its module `{module}`: the module counts"
                            ),
                        )
                        .at(scope.at(kind)),
                    );
                }
                Some((module, node))
            }
            (None, Some(typed), Some(kind)) => Some((typed, kind)),
            (None, _, Some(kind)) => {
                let name = variant_name(kind).to_owned();
                let mut problem =
                    Problem::error("unknown-variant", format!("`{name}` is not a type of task"))
                        .at(scope.at(kind));
                if let Some(help) = did_you_mean(&name, TYPES.iter().map(|(name, _)| *name).chain(["Custom"]))
                {
                    problem = problem.with_help(help);
                }
                self.problems.add(problem);
                None
            }
            (None, _, None) => {
                let message = "no module/action detected in task";
                self.problems.add(Problem::error("no-action", message).at(scope.at(first_key(task))));
                None
            }
        }
    }

    /// The condition for the hosts that a task is for; none if for all.
    fn flat_target(&mut self, scope: &Scope, task: &Node) -> Option<Node> {
        let (_, target) = field(task, "target_hosts")?;
        let listed = |content: &Node| {
            content
                .as_sequence()
                .unwrap_or_default()
                .iter()
                .filter_map(Node::as_text)
                .map(quoted)
                .collect::<Vec<_>>()
        };
        match variant(target) {
            Some(("All", None)) => None,
            Some(("Hosts", Some(content))) => {
                Some(text(&format!("inventory_hostname in [{}]", listed(content).join(", ")), content.span))
            }
            Some(("Groups", Some(content))) => {
                let groups: Vec<String> =
                    listed(content).iter().map(|group| format!("{group} in group_names")).collect();
                let expression = if groups.is_empty() { "false".to_owned() } else { groups.join(" or ") };
                Some(text(&expression, content.span))
            }
            Some(("Expression", Some(content))) => self.host_pattern(scope, content),
            _ => {
                let message = format!("`{}` does not say which hosts a task is for", variant_name(target));
                self.problems.add(
                    Problem::error("unknown-variant", message)
                        .at(scope.at(target))
                        .with_note("`All`, `Groups`, `Hosts` and `Expression` do"),
                );
                None
            }
        }
    }

    /// `{max_attempts, delay, backoff}`
    fn retry_policy(&mut self, scope: &Scope, policy: &Node, written: &mut Vec<(Node, Node)>) {
        if let Some((_, attempts)) = field(policy, "max_attempts") {
            let retries = attempts.to_value().as_int().map_or(0, |attempts| attempts - 1);
            if retries > 0 {
                written.push((text("retries", attempts.span), plain(&retries.to_string(), attempts.span)));
            }
        }
        if let Some((key, delay)) = field(policy, "delay")
            && let Some(seconds) = seconds(delay)
        {
            written.push((key.clone(), plain(&seconds.to_string(), delay.span)));
        }
        if let Some((_, backoff)) =
            field(policy, "backoff").filter(|(_, backoff)| backoff.as_text() != Some("Fixed"))
        {
            let name = variant_name(backoff).to_owned();
            let message = format!("backoff {name} is not supported yet: every delay is the same");
            self.note_loss(&message);
            self.problems.add(Problem::warning("unsupported-backoff", message).at(scope.at(backoff)));
        }
    }

    fn failure_policy(&mut self, scope: &Scope, task: &Node, written: &mut Vec<(Node, Node)>) {
        let Some((_, policy)) = field(task, "failure_policy") else { return };
        match policy.as_text() {
            Some("Abort") => {}
            Some("Continue") => written.push(yes("ignore_errors", policy)),
            Some("Rollback") => {
                self.problems.add(
                    Problem::error("rollback-not-supported", "a failed task cannot be rolled back")
                        .at(scope.at(policy))
                        .with_help("`Abort` stops the run, `Continue` goes on"),
                );
            }
            _ => {
                let name = variant_name(policy).to_owned();
                let mut problem =
                    Problem::error("unknown-variant", format!("`{name}` is not a failure policy"))
                        .at(scope.at(policy));
                if let Some(help) = did_you_mean(&name, ["Abort", "Continue", "Rollback"]) {
                    problem = problem.with_help(help);
                }
                self.problems.add(problem);
            }
        }
    }
}
