//! What rustle-plan prints: plays of batches, with metadata.

use rustle_schema::inventory::Host;
use rustle_value::Value;
use rustle_value::yaml::Node;

use super::losses::LOST;
use super::nodes::{field, items, text_field, texts, variant};
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::suggest::did_you_mean;

/// The strategies that planners know. To a runner they mean the same: its tasks in order.
const STRATEGIES: [&str; 7] =
    ["Linear", "Free", "HostPinned", "BinaryHybrid", "BinaryOnly", "SshOnly", "Rolling"];

impl Loader<'_> {
    /// The plays of a plan as rustle-plan prints it today.
    pub(super) fn current_plan(&mut self, scope: &Scope, root: &Node) -> Vec<Node> {
        self.planned_hosts(scope, root);
        self.planning_options(scope, root);
        for deployment in items(root, "binary_deployments") {
            self.deployment_notices(deployment);
        }
        self.note_loss(LOST);
        let plays = self.batched_plays(scope, root);
        self.check_total(scope, root);
        plays
    }

    /// The hosts of the plan, where no inventory was given. Their order in the file is random, so they are sorted.
    pub(super) fn planned_hosts(&mut self, _scope: &Scope, root: &Node) {
        let mut names = texts(root, "hosts");
        names.sort_unstable();
        names.dedup();
        if names.is_empty() || !self.options.inventory.is_empty() {
            return;
        }
        let inventory = &mut self.plan.inventory;
        let local = inventory.hosts.remove("localhost").unwrap_or_default();
        for (order, name) in names.iter().enumerate() {
            let vars = if *name == "localhost" { local.vars.clone() } else { Default::default() };
            let order = u32::try_from(order).unwrap_or(u32::MAX);
            inventory.hosts.insert((*name).to_owned(), Host { vars, order });
        }
        let hosts = names.iter().map(|name| (*name).to_owned()).collect();
        inventory.groups.entry("ungrouped".into()).or_default().hosts = hosts;
        self.note_loss(
            "the plan does not say which groups its hosts are in, nor their variables: give an inventory",
        );
    }

    fn planning_options(&mut self, scope: &Scope, root: &Node) {
        let Some(options) = root.get("metadata").and_then(|metadata| metadata.get("planning_options")) else {
            return;
        };
        if let Some((_, strategy)) = field(options, "strategy") {
            self.planned_strategy(scope, strategy);
        }
        if let Some(limit) = text_field(options, "limit") {
            self.note_loss(&format!("the plan was made for the hosts that match `{limit}`"));
        }
        for (name, what) in [("tags", "only for the tags"), ("skip_tags", "without the tags")] {
            let tags = texts(options, name);
            if !tags.is_empty() {
                self.note_loss(&format!("the plan was made {what} {}", tags.join(", ")));
            }
        }
        if options.get("check_mode").is_some_and(|it| it.to_value() == Value::Bool(true)) {
            self.note_loss("the plan was made in check mode: its tasks predict changes and make none");
        }
    }

    /// Looks at a strategy; all that are known mean the same here.
    pub(super) fn planned_strategy(&mut self, scope: &Scope, node: &Node) {
        match variant(node) {
            Some((name @ ("Free" | "HostPinned" | "Rolling"), _)) => {
                self.note_loss(&format!(
                    "strategy {name}: the runner runs its tasks in order, on its own host"
                ));
            }
            Some((name, _)) if STRATEGIES.contains(&name) => {}
            found => {
                let name = found.map_or("", |(name, _)| name);
                let mut problem = Problem::error("unknown-variant", format!("`{name}` is not a strategy"))
                    .at(scope.at(node));
                if let Some(help) = did_you_mean(name, STRATEGIES) {
                    problem = problem.with_help(help);
                }
                self.problems.add(problem);
            }
        }
    }

    /// What a binary deployment says that a runner does not heed.
    pub(super) fn deployment_notices(&mut self, deployment: &Node) {
        let name = text_field(deployment, "binary_name").or_else(|| text_field(deployment, "deployment_id"));
        if let Some(name) = name {
            self.note_loss(&format!("binary deployment `{name}`: all tasks run in this runner"));
        }
        match text_field(deployment, "execution_mode") {
            None | Some("Controller") => {}
            Some(mode) => self.note_loss(&format!("execution mode {mode} is noted and has no meaning yet")),
        }
    }

    /// Compares the number of tasks that the plan claims with what was read.
    pub(super) fn check_total(&mut self, scope: &Scope, root: &Node) {
        let Some((_, total)) = field(root, "total_tasks") else { return };
        let count = |play: &Node| -> usize {
            let mut ids: std::collections::HashSet<String> = std::collections::HashSet::new();
            let mut all = 0;
            for batch in items(play, "batches") {
                for task in items(batch, "tasks") {
                    all += 1;
                    let order = task.get("execution_order").and_then(Node::as_text).unwrap_or_default();
                    ids.insert(format!("{}\n{order}", text_field(task, "task_id").unwrap_or_default()));
                }
            }
            // A rolling play holds each task once for each batch of hosts.
            if super::batches::is_rolling(play) { ids.len() } else { all }
        };
        let found: usize = items(root, "plays").iter().map(count).sum();
        if total.to_value().as_int().is_some_and(|claimed| usize::try_from(claimed) != Ok(found)) {
            let claimed = total.as_text().unwrap_or_default();
            self.problems.add(
                Problem::warning(
                    "total-differs",
                    format!("the plan claims {claimed} tasks and holds {found}"),
                )
                .at(scope.at(total)),
            );
        }
    }
}
