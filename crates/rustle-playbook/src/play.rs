//! One play.

use rustle_schema::plan::Play;
use rustle_schema::task::Directives;
use rustle_value::{Map, Value};

use crate::keyword::Place;
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::scope::Scope;
use rustle_value::yaml::Node;

/// What an `import_playbook` gives to the plays that come in.
#[derive(Clone, Default)]
pub(crate) struct Given {
    pub vars: Map,
    pub tags: Vec<Value>,
    pub when: Vec<Value>,
}

impl Loader<'_> {
    /// Reads a play.
    pub(crate) fn play(&mut self, scope: &Scope, node: &Node, given: &Given) {
        let entries = node.as_mapping().unwrap_or_default();
        let mut play = Play {
            position: scope.position(node),
            gather_facts: Value::Bool(true),
            directives: Directives {
                tags: given.tags.clone(),
                when: given.when.clone(),
                ..Directives::default()
            },
            ..Play::default()
        };
        let mut scope = scope.clone();
        scope.play = Some(self.plan.plays.len());
        let mut name = None;
        let mut directives = Directives::default();
        for (key, value) in entries {
            let Some(keyword) = self.key_text(&scope, Place::Play, key) else { continue };
            if keyword == "hosts" {
                play.hosts = self.hosts(&scope, key, value);
                continue;
            }
            if Place::Play.has(keyword) && self.is_empty_keyword(&scope, keyword, key, value) {
                continue;
            }
            match keyword {
                "name" => name = self.text(&scope, keyword, value),
                "gather_facts" => {
                    play.gather_facts = self.boolean(&scope, keyword, value).unwrap_or(Value::Bool(true))
                }
                "gather_subset" => {
                    play.gather_subset =
                        self.texts(&scope, keyword, value).into_iter().map(|(text, _)| text).collect();
                }
                "force_handlers" => play.force_handlers = self.boolean(&scope, keyword, value),
                "strategy" => self.strategy(&scope, value),
                "vars_files" | "roles" | "handlers" | "pre_tasks" | "tasks" | "post_tasks" => {}
                "when" => self.unknown_keyword(&scope, Place::Play, keyword, key),
                _ if self.directive(&scope, &mut directives, keyword, key, value) => {}
                _ => self.unknown_keyword(&scope, Place::Play, keyword, key),
            }
        }
        if node.get("hosts").is_none() {
            self.missing_hosts(&scope, node);
        }
        play.directives.tags.append(&mut directives.tags);
        directives.tags = std::mem::take(&mut play.directives.tags);
        directives.when = std::mem::take(&mut play.directives.when);
        directives.vars.extend_from(&given.vars);
        play.directives = directives;
        let lists = ["handlers", "pre_tasks", "tasks", "post_tasks", "roles"];
        self.hold_keywords(&scope, Owner::Play(self.plan.plays.len()), node, &lists);
        scope.known = play.directives.vars.clone();
        if let Some(files) = node.get("vars_files").filter(|node| !node.is_null()) {
            play.vars_files = self.vars_files(&mut scope, files);
        }
        scope.known.extend_from(&self.options.extra_vars);
        self.play_lists(&scope, node, &mut play);
        play.name = name.unwrap_or_else(|| play_name(&play.hosts));
        self.plan.plays.push(play);
    }

    /// The roles, tasks and handlers of a play.
    fn play_lists(&mut self, scope: &Scope, node: &Node, play: &mut Play) {
        let given = |name: &str| node.get(name).filter(|node| !node.is_null());
        if let Some(roles) = given("roles") {
            play.roles = self.role_list(scope, roles);
        }
        for (name, list) in [
            ("pre_tasks", &mut play.pre_tasks),
            ("tasks", &mut play.tasks),
            ("post_tasks", &mut play.post_tasks),
        ] {
            if let Some(tasks) = given(name) {
                *list = self.task_list(scope, name, tasks);
            }
        }
        if let Some(handlers) = given("handlers") {
            let mut scope = scope.clone();
            scope.handlers = true;
            let steps = self.task_list(&scope, "handlers", handlers);
            play.handlers = self.handler_tasks(&scope, steps);
        }
    }

    fn hosts(&mut self, scope: &Scope, key: &Node, node: &Node) -> Vec<Value> {
        let empty = node.is_null()
            || node.as_text().is_some_and(|text| text.trim().is_empty())
            || node.as_sequence().is_some_and(<[Node]>::is_empty);
        if empty {
            self.problems.add(
                Problem::error("missing-hosts", "the list of hosts is empty")
                    .at(scope.at(key))
                    .with_help("write `hosts: all`, or the name of a group"),
            );
            return Vec::new();
        }
        self.texts(scope, "hosts", node).into_iter().map(|(text, _)| text).collect()
    }

    fn missing_hosts(&mut self, scope: &Scope, node: &Node) {
        let first = node.as_mapping().and_then(<[(Node, Node)]>::first).map_or(node, |(key, _)| key);
        let has_module = node.as_mapping().unwrap_or_default().iter().any(|(key, _)| {
            key.as_text()
                .is_some_and(|name| !Place::Play.has(name) && (Place::Task.has(name) || name.contains('.')))
        });
        let problem = Problem::error("missing-hosts", "the field 'hosts' is required but was not set")
            .at(scope.at(first));
        self.problems.add(if has_module {
            problem.with_help("this looks like a task: a playbook is a list of plays, and tasks stand under `tasks:` of one")
        } else {
            problem.with_help("write `hosts: all`, or the name of a group")
        });
    }

    fn strategy(&mut self, scope: &Scope, node: &Node) {
        let name = node.as_text().map(rustle_schema::names::canonical);
        if name != Some("linear") {
            self.problems.add(
                Problem::error("unsupported-keyword", "only `strategy: linear` is supported yet")
                    .at(scope.at(node))
                    .with_help(
                        "a runner acts on its own host: the order of the tasks is the same in all strategies",
                    ),
            );
        }
    }
}

/// The name of a play without one: its hosts.
fn play_name(hosts: &[Value]) -> Value {
    match hosts {
        [only] => only.clone(),
        _ => {
            let names: Vec<String> = hosts.iter().map(Value::to_string).collect();
            crate::value::text_value(names.join(",").into())
        }
    }
}
