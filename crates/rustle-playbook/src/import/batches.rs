//! Plays whose tasks are spread over batches.

use std::collections::{HashMap, HashSet};

use rustle_value::yaml::{Node, Span};

use super::nodes::{entry, field, items, list, mapping, text, text_field, texts, variant};
use super::order::{drop_own, sorted};
use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::suggest::did_you_mean;

/// A task of a batch.
struct Planned<'n> {
    node: &'n Node,
    batch: usize,
    /// The hosts it is for; several where rolling batches were put together.
    hosts: Vec<&'n str>,
}

/// Whether the play holds each task once for each batch of hosts.
pub(super) fn is_rolling(play: &Node) -> bool {
    let strategy = play.get("strategy").and_then(variant).is_some_and(|(name, _)| name == "Rolling");
    let named =
        |batch: &Node| text_field(batch, "batch_id").is_some_and(|id| id.starts_with("rolling-batch"));
    strategy || items(play, "batches").iter().any(named)
}

impl Loader<'_> {
    /// The plays of a plan in batches, as plays of a playbook.
    pub(super) fn batched_plays(&mut self, scope: &Scope, root: &Node) -> Vec<Node> {
        items(root, "plays").iter().map(|play| self.batched_play(scope, play)).collect()
    }

    fn batched_play(&mut self, scope: &Scope, play: &Node) -> Node {
        if let Some((_, strategy)) = field(play, "strategy") {
            self.planned_strategy(scope, strategy);
        }
        let batches = items(play, "batches");
        for group in batches.iter().flat_map(|batch| items(batch, "parallel_groups")) {
            let name = text_field(group, "group_id").unwrap_or_default();
            self.note_loss(&format!(
                "parallel group `{name}` is noted and has no meaning yet: its tasks run in order"
            ));
        }
        let planned = planned_tasks(play, batches);
        let depends = self.batch_dependencies(scope, batches, &planned);
        let rank = |index: usize| match planned.get(index) {
            Some(task) => {
                let order = task.node.get("execution_order").and_then(|node| node.to_value().as_int());
                order.and_then(|order| u64::try_from(order).ok()).unwrap_or(index as u64)
            }
            None => 0,
        };
        let order = sorted(depends.len(), &depends, rank).unwrap_or_else(|ring| {
            let member = |index: &usize| match planned.get(*index) {
                Some(task) => Some((task.node, "task_id")),
                None => Some((batches.get(index.checked_sub(planned.len())?)?, "batch_id")),
            };
            let members: Vec<(&Node, &str)> = ring.iter().filter_map(member).collect();
            self.dependency_ring(scope, &members);
            Vec::new()
        });
        let handlers = items(play, "handlers");
        let names: HashSet<&str> =
            handlers.iter().filter_map(|handler| text_field(handler, "name")).collect();
        let play_hosts = texts(play, "hosts");
        let mut tasks = Vec::with_capacity(order.len());
        for task in order.into_iter().filter_map(|index| planned.get(index)) {
            let hosts = differing_hosts(&play_hosts, &task.hosts);
            tasks.extend(self.planned_task(scope, task.node, hosts, &names));
        }
        let handlers =
            handlers.iter().filter_map(|handler| self.planned_task(scope, handler, None, &names)).collect();
        let mut entries = vec![
            entry("hosts", self.play_hosts(scope, play)),
            entry("tasks", list(tasks, play.span)),
            entry("handlers", list(handlers, play.span)),
        ];
        if let Some((key, name)) =
            field(play, "name").filter(|(_, name)| name.as_text() != Some("Unnamed play"))
        {
            entries.insert(0, (key.clone(), name.clone()));
        }
        mapping(entries, play.span)
    }

    /// The hosts of a play. A play for a group or a pattern has none in the plan.
    fn play_hosts(&mut self, scope: &Scope, play: &Node) -> Node {
        if let Some((_, hosts)) = field(play, "hosts").filter(|_| !items(play, "hosts").is_empty()) {
            let mut sorted: Vec<Node> = hosts.as_sequence().unwrap_or_default().to_vec();
            sorted.sort_by(|a, b| a.as_text().cmp(&b.as_text()));
            sorted.dedup_by(|a, b| a.as_text() == b.as_text());
            return list(sorted, hosts.span);
        }
        let start = Span::new(play.span.start, play.span.start.offset());
        let grouped = self.plan.inventory.groups.values().any(|group| !group.hosts.is_empty());
        if let Some((key, hosts)) = field(play, "hosts") {
            let name = text_field(play, "name").unwrap_or_default();
            let message =
                format!("the plan does not say which hosts play '{name}' is for: it runs on every host");
            self.lost("lost-hosts", message, scope.at(key));
            return list(vec![text(if grouped { "all" } else { "localhost" }, hosts.span)], hosts.span);
        }
        list(vec![text(if grouped { "all" } else { "localhost" }, start)], start)
    }

    /// What each task depends on: those it names, and the beginning of its batch, which is an item of its own behind all
    /// tasks and depends on the tasks of the batches that its batch names.
    fn batch_dependencies(
        &mut self,
        scope: &Scope,
        batches: &[Node],
        planned: &[Planned<'_>],
    ) -> Vec<Vec<usize>> {
        let mut by_batch: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, batch) in batches.iter().enumerate() {
            // The beginning counts too, so that an empty batch hands on what it waits for.
            by_batch
                .entry(text_field(batch, "batch_id").unwrap_or_default())
                .or_default()
                .push(planned.len() + index);
        }
        for (index, task) in planned.iter().enumerate() {
            let batch = batches.get(task.batch).and_then(|batch| text_field(batch, "batch_id"));
            by_batch.entry(batch.unwrap_or_default()).or_default().push(index);
            by_id.entry(text_field(task.node, "task_id").unwrap_or_default()).or_default().push(index);
        }
        let mut depends: Vec<Vec<usize>> = vec![Vec::new(); planned.len() + batches.len()];
        for (index, task) in planned.iter().enumerate() {
            let Some(needs) = depends.get_mut(index) else { continue };
            needs.push(planned.len() + task.batch);
            for name in items(task.node, "dependencies") {
                self.dependency(scope, name, &by_id, "task", needs);
            }
            drop_own(needs, index);
        }
        for (index, batch) in batches.iter().enumerate() {
            let Some(needs) = depends.get_mut(planned.len() + index) else { continue };
            for name in items(batch, "dependencies") {
                self.dependency(scope, name, &by_batch, "batch", needs);
            }
        }
        for needs in &mut depends {
            needs.sort_unstable();
            needs.dedup();
        }
        depends
    }

    /// Puts what `name` stands for into `needs`; an unknown name is told.
    pub(super) fn dependency(
        &mut self,
        scope: &Scope,
        name: &Node,
        known: &HashMap<&str, Vec<usize>>,
        what: &str,
        needs: &mut Vec<usize>,
    ) {
        let id = name.as_text().unwrap_or_default();
        match known.get(id) {
            Some(tasks) => needs.extend(tasks),
            None => {
                let mut problem =
                    Problem::error("unknown-dependency", format!("there is no {what} `{id}` to depend on"))
                        .at(scope.at(name));
                let mut names: Vec<&str> = known.keys().copied().collect();
                names.sort_unstable();
                if let Some(help) = did_you_mean(id, names) {
                    problem = problem.with_help(help);
                }
                self.problems.add(problem);
            }
        }
    }

    /// Tells tasks or batches that depend on each other in a ring; each comes with the name of the field that holds its id.
    pub(super) fn dependency_ring(&mut self, scope: &Scope, members: &[(&Node, &str)]) {
        let Some(first) = members.first() else { return };
        let name = |(node, id): &(&Node, &str)| text_field(node, id).unwrap_or("?").to_owned();
        let ring: Vec<String> = members.iter().chain([first]).map(name).collect();
        let place = |(node, id): &(&Node, &str)| {
            field(node, id).map_or_else(|| scope.at(node), |(_, id)| scope.at(id))
        };
        let mut problem =
            Problem::error("dependency-ring", format!("tasks depend on each other: {}", ring.join(" -> ")))
                .at(place(first))
                .labelled("it waits for the next one, and the last one waits for it");
        for member in members.iter().skip(1) {
            problem = problem.and_at(place(member), "also on the ring");
        }
        self.problems.add(problem);
    }
}

/// The tasks of all batches in their order. A rolling play holds each task once for each batch of hosts: those are put
/// together.
fn planned_tasks<'n>(play: &'n Node, batches: &'n [Node]) -> Vec<Planned<'n>> {
    let rolling = is_rolling(play);
    let mut planned: Vec<Planned<'n>> = Vec::new();
    let mut known: HashMap<(String, usize), usize> = HashMap::new();
    for (batch, node) in batches.iter().enumerate() {
        let mut times: HashMap<String, usize> = HashMap::new();
        for task in items(node, "tasks") {
            let hosts = texts(task, "hosts");
            if rolling {
                let key = same_task(task);
                let time = times.entry(key.clone()).or_default();
                *time += 1;
                if let Some(first) =
                    known.get(&(key.clone(), *time)).and_then(|index| planned.get_mut(*index))
                {
                    first.hosts.extend(hosts);
                    continue;
                }
                known.insert((key, *time), planned.len());
            }
            planned.push(Planned { node: task, batch, hosts });
        }
    }
    planned
}

/// What makes a task of one rolling batch the same as one of another: everything but its hosts.
fn same_task(task: &Node) -> String {
    let mut fields: Vec<String> = task
        .as_mapping()
        .unwrap_or_default()
        .iter()
        .filter(|(key, _)| !matches!(key.as_text(), Some("hosts" | "estimated_duration")))
        .map(|(key, value)| format!("{}={:?}", key.as_text().unwrap_or_default(), canonical(value)))
        .collect();
    fields.sort_unstable();
    fields.join("\n")
}

/// A value whose keys are sorted: their order in the file is random.
fn canonical(node: &Node) -> rustle_value::Value {
    if let Some(items) = node.as_sequence() {
        return items.iter().map(canonical).collect();
    }
    let Some(entries) = node.as_mapping() else { return node.to_value() };
    let mut entries: Vec<_> =
        entries.iter().map(|(key, value)| (key.as_text().unwrap_or_default(), canonical(value))).collect();
    entries.sort_by(|a, b| a.0.cmp(b.0));
    rustle_value::Value::Map(entries.into_iter().collect())
}

/// The hosts of a task, if they are not those of its play.
fn differing_hosts<'n>(play: &[&'n str], task: &[&'n str]) -> Option<Vec<&'n str>> {
    let set = |names: &[&'n str]| names.iter().copied().collect::<std::collections::BTreeSet<_>>();
    let hosts = set(task);
    (!hosts.is_empty() && hosts != set(play)).then(|| hosts.into_iter().collect())
}
