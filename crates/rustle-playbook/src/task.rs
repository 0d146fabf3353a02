//! One task or handler.

use rustle_schema::task::{Action, Directives, Step, Task};
use rustle_value::Value;

use crate::action::Written;
use crate::keyword::Place;
use crate::kind::kind;
use crate::loader::Loader;
use crate::looping::LoopKeywords;
use crate::origins::TaskOrigin;
use crate::problem::Problem;
use crate::scope::Scope;
use rustle_value::yaml::Node;

/// The keywords of a task that do not go into its [`Directives`].
#[derive(Default)]
pub(crate) struct Own<'n> {
    pub name: Option<Value>,
    pub register: Option<String>,
    pub changed_when: Vec<Value>,
    pub failed_when: Vec<Value>,
    pub until: Vec<Value>,
    pub retries: Option<Value>,
    pub delay: Option<Value>,
    /// Names of handlers, and where each stands.
    pub notify: Vec<(Value, &'n Node)>,
    pub listen: Vec<Value>,
    pub loops: LoopKeywords<'n>,
}

/// A task whose keywords are read, and whose action is known and not looked at yet.
pub(crate) struct Parts<'n> {
    pub node: &'n Node,
    pub written: Written<'n>,
    pub directives: Directives,
    pub own: Own<'n>,
}

impl Loader<'_> {
    /// The steps that one entry of a task list stands for: none if it is wrong, several if it is an import among handlers.
    pub(crate) fn steps_of(&mut self, scope: &Scope, node: &Node) -> Vec<Step> {
        if node.as_mapping().is_none() {
            let found = kind(node);
            let mut problem = Problem::error("wrong-type", format!("a task must be a mapping, not {found}"))
                .at(scope.at(node))
                .labelled(found);
            if node.as_text().is_some_and(|text| text.contains('=') || text.contains(' ')) {
                problem = problem.with_help("is there a `:` missing behind the name of the module?");
            }
            self.problems.add(problem);
            return Vec::new();
        }
        if ["block", "rescue", "always"].iter().any(|name| node.get(name).is_some()) {
            return self.block(scope, node);
        }
        let Some(parts) = self.parts(scope, node) else { return Vec::new() };
        match parts.written.canonical() {
            "import_tasks" => self.import_tasks(scope, parts),
            "import_role" => self.import_role(scope, parts),
            _ => self.task(scope, parts).map(|task| Step::Task(Box::new(task))).into_iter().collect(),
        }
    }

    /// Reads the keywords of a task and finds its action.
    fn parts<'n>(&mut self, scope: &Scope, node: &'n Node) -> Option<Parts<'n>> {
        let place = if scope.handlers { Place::Handler } else { Place::Task };
        let mut directives = Directives::default();
        let mut own = Own::default();
        let mut others = Vec::new();
        for entry in node.as_mapping()? {
            let (key, value) = entry;
            let Some(name) = self.key_text(scope, place, key) else { continue };
            if name.starts_with("with_") {
                own.loops.loops.push((key, value));
            } else if place.has(name) {
                let known = matches!(name, "args" | "action" | "loop")
                    || self.is_empty_keyword(scope, name, key, value);
                if name == "loop" {
                    own.loops.loops.push((key, value));
                }
                if !known && !self.own_keyword(scope, &mut own, name, key, value) {
                    self.directive(scope, &mut directives, name, key, value);
                }
            } else if name == "listen" {
                self.unknown_keyword(scope, place, name, key);
            } else if !self.directive(scope, &mut directives, name, key, value) {
                others.push(entry);
            }
        }
        let local = node.get("local_action").is_some();
        if local && others.is_empty() && node.get("action").is_none() {
            return None;
        }
        let written = self.action(scope, node, &others)?;
        Some(Parts { node, written, directives, own })
    }

    /// Reads a keyword that only tasks have. Whether `name` is one.
    fn own_keyword<'n>(
        &mut self,
        scope: &Scope,
        own: &mut Own<'n>,
        name: &str,
        key: &'n Node,
        value: &'n Node,
    ) -> bool {
        match name {
            // An empty name is none.
            "name" => own.name = self.text(scope, name, value).filter(|name| name.as_str() != Some("")),
            "register" => {
                own.register = self.variable_name(scope, name, value);
                own.register.iter().for_each(|name| self.definitions.add_unknown(name));
            }
            "changed_when" => own.changed_when = self.conditions(scope, name, value),
            "failed_when" => own.failed_when = self.conditions(scope, name, value),
            "until" => own.until = self.conditions(scope, name, value),
            "retries" => own.retries = self.integer(scope, name, value),
            "delay" => own.delay = self.number(scope, name, value),
            "notify" => own.notify = self.texts(scope, name, value),
            "listen" => {
                own.listen = self.texts(scope, name, value).into_iter().map(|(text, _)| text).collect()
            }
            "loop_control" => own.loops.control = Some((key, value)),
            _ => return false,
        }
        true
    }

    /// A task whose action is a module, `meta`, `include_tasks` or `include_role`.
    fn task(&mut self, scope: &Scope, parts: Parts<'_>) -> Option<Task> {
        let action = match parts.written.canonical() {
            "meta" => Action::Meta(self.meta(scope, &parts.written)?),
            "include_tasks" => self.include_tasks(scope, &parts)?,
            "include_role" => self.include_role(scope, &parts)?,
            "include" => {
                self.problems.add(
                    Problem::error("no-action", "`include` was removed from the language")
                        .at(scope.at(parts.written.key))
                        .with_help("write `include_tasks`, or `import_tasks` where the file's name is fixed"),
                );
                return None;
            }
            "import_playbook" => {
                self.problems.add(
                    Problem::error("no-action", "`import_playbook` stands among plays, not among tasks")
                        .at(scope.at(parts.written.key)),
                );
                return None;
            }
            _ => self.module(scope, &parts),
        };
        let Parts { node, written, directives, own } = parts;
        let looping = self.looping(scope, &own.loops);
        let id = self.next_task;
        self.next_task += 1;
        self.origins
            .add_task(id, TaskOrigin::new(id, &scope.doc.file, node.clone(), written.key, &scope.folders));
        let notify = self.notify(scope, own.notify);
        Some(Task {
            id,
            name: own.name,
            action,
            directives,
            looping: looping.map(Box::new),
            register: own.register,
            changed_when: own.changed_when,
            failed_when: own.failed_when,
            until: own.until,
            retries: own.retries,
            delay: own.delay,
            notify,
            listen: own.listen,
            position: scope.position(node),
        })
    }

    /// Notes the variables that a module is known to set.
    fn note_definitions(&mut self, module: &str, arguments: &Value) {
        match (module, arguments) {
            ("set_fact", Value::Map(map)) if map.keys().all(|key| !key.has_template()) => {
                self.definitions.add_all(map);
            }
            ("set_fact", _) => self.definitions.add_anything(),
            ("include_vars", arguments) if arguments.has_template() => self.definitions.add_anything(),
            _ => {}
        }
    }

    fn module(&mut self, scope: &Scope, parts: &Parts<'_>) -> Action {
        let module = parts.written.canonical();
        self.embed_named_files(scope, module, parts);
        let args = parts.written.arguments.as_value();
        self.note_definitions(module, &args);
        if !self.modules.contains(module) {
            self.modules.insert(module.to_owned());
        }
        Action::Module { module: module.to_owned(), written: parts.written.module.clone(), args }
    }
}
