//! What a role says of its arguments: `meta/argument_specs.yml`, or `argument_specs` in `meta/main.yml`.

use std::sync::Arc;

use rustle_schema::names::BUNDLE_ROOT;
use rustle_schema::task::{Action, Directives, Position, Step, Task};
use rustle_template::trust::marked_text;
use rustle_value::yaml::Node;
use rustle_value::{Map, Value};

use super::RoleFolder;
use crate::loader::Loader;
use crate::scope::Scope;

/// The module that checks arguments.
const MODULE: &str = "validate_argument_spec";

/// What is said of the arguments of one task file of a role.
#[derive(Debug)]
pub(crate) struct ArgumentSpec {
    /// The name of the task that checks them.
    task: String,
    /// The arguments, by name.
    options: Value,
    /// Where it stands.
    position: Position,
}

impl Loader<'_> {
    /// Reads the specifications of a role, one for each of its task files.
    pub(crate) fn argument_specs(&mut self, role: &Arc<RoleFolder>, scope: &Scope, node: &Node) {
        if node.is_null() {
            return;
        }
        let Some(entries) = node.as_mapping() else {
            self.wrong_type(scope, "argument_specs", node, "a mapping");
            return;
        };
        for (key, value) in entries {
            let entry = key.as_text().unwrap_or_default().to_owned();
            let Value::Map(spec) = self.value(scope, value) else {
                self.wrong_type(scope, &entry, value, "a mapping");
                continue;
            };
            if spec.is_empty() {
                continue;
            }
            let mut task = format!("Validating arguments against arg spec '{entry}'");
            if let Some(short) = spec.get("short_description") {
                task += &format!(" - {short}");
            }
            let options = spec.get("options").filter(|it| !it.is_none()).cloned();
            let options = options.unwrap_or_else(|| Value::Map(Map::new()));
            let spec = ArgumentSpec { task, options, position: scope.position(key) };
            self.specs.insert((role.key.clone(), entry), spec);
        }
    }

    /// The task that checks the arguments of a task file of a role, if they are specified.
    pub(crate) fn argument_check(&mut self, role: &Arc<RoleFolder>, entry: &str) -> Option<Step> {
        let spec = self.specs.get(&(role.key.clone(), entry.to_owned()))?;
        let context = Map::from([
            ("type", Value::str("role")),
            ("name", Value::str(&role.name)),
            ("argument_spec_name", Value::str(entry)),
            ("path", Value::from(format!("{BUNDLE_ROOT}/{}", role.bundle))),
        ]);
        let args = Map::from([
            ("argument_spec", spec.options.clone()),
            ("validate_args_context", Value::Map(context)),
        ]);
        let name = marked_text(spec.task.as_str().into());
        let written = format!("ansible.builtin.{MODULE}");
        let action = Action::Module { module: MODULE.to_owned(), written, args: Value::Map(args) };
        let directives = Directives { tags: vec![Value::str("always")], ..Directives::default() };
        let position = spec.position;
        let task = Task { id: self.next_task, position, ..Task::new(Some(name), action, directives) };
        self.next_task += 1;
        self.modules.insert(MODULE.to_owned());
        Some(Step::Task(Box::new(task)))
    }
}
