//! One play.

use rustle_schema::plan::Play;
use rustle_schema::task::Directives;
use rustle_template::trust::marked_text;
use rustle_value::{Map, Value};

use crate::keyword::Place;
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::scope::Scope;
use rustle_value::yaml::Node;

/// Keywords that hold lists, which may well be empty.
const LISTS: [&str; 6] = ["vars_files", "roles", "handlers", "pre_tasks", "tasks", "post_tasks"];

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
        if self.is_task(scope, node) {
            return;
        }
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
            if !LISTS.contains(&keyword)
                && Place::Play.has(keyword)
                && self.is_empty_keyword(&scope, keyword, key, value)
            {
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
                // A runner runs for its own host. Whoever deploys it to many reads these.
                "serial" => {
                    play.serial =
                        self.texts(&scope, keyword, value).into_iter().map(|(text, _)| text).collect();
                }
                "max_fail_percentage" => play.max_fail_percentage = self.text(&scope, keyword, value),
                "strategy" => self.strategy(&scope, value),
                _ if LISTS.contains(&keyword) => {}
                // The old name of `remote_user`. Elsewhere it is a module.
                "user" => self.no_connection(&scope, keyword, key),
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
        let lists = LISTS.get(1..).unwrap_or_default();
        self.hold_keywords(&scope, Owner::Play(self.plan.plays.len()), node, lists);
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
                let from = self.mark();
                *list = self.task_list(scope, &format!("`{name}`"), tasks);
                self.settled(scope, from, list);
            }
        }
        if let Some(handlers) = given("handlers") {
            let mut scope = scope.clone();
            scope.handlers = true;
            let steps = self.task_list(&scope, "`handlers`", handlers);
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
        self.problems.add(
            Problem::error("missing-hosts", "the field 'hosts' is required but was not set")
                .at(scope.at(first_key(node)))
                .with_help("write `hosts: all`, or the name of a group"),
        );
    }

    /// Whether `node` is a task that stands where a play should; that is told.
    fn is_task(&mut self, scope: &Scope, node: &Node) -> bool {
        let names_module = |key: &Node| {
            key.as_text()
                .is_some_and(|name| crate::builtin::is_known(name) || name.contains('.') || name == "action")
        };
        let module = node.as_mapping().unwrap_or_default().iter().find(|(key, _)| names_module(key));
        let Some((key, _)) = module.filter(|_| node.get("hosts").is_none() && node.get("tasks").is_none())
        else {
            return false;
        };
        self.problems.add(
            Problem::error("missing-hosts", "a task stands here, where a play is expected")
                .at(scope.at(key))
                .labelled("the module of a task")
                .with_help("a playbook is a list of plays, and tasks stand under `tasks:` of a play"),
        );
        true
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

/// The first key of a mapping: enough to mark where it stands.
fn first_key(node: &Node) -> &Node {
    node.as_mapping().and_then(<[(Node, Node)]>::first).map_or(node, |(key, _)| key)
}

/// The name of a play without one: its hosts.
fn play_name(hosts: &[Value]) -> Value {
    match hosts {
        [only] => only.clone(),
        _ => {
            let names: Vec<String> = hosts.iter().map(Value::to_string).collect();
            marked_text(names.join(",").into())
        }
    }
}
