//! `module_defaults`: arguments for all tasks of a module.

use rustle_schema::names::canonical;
use rustle_value::yaml::Node;
use rustle_value::{Map, Value};

use crate::loader::Loader;
use crate::problem::Problem;
use crate::scope::Scope;

impl Loader<'_> {
    /// The value of `module_defaults`: a mapping of modules to arguments, or a list of such mappings.
    pub(crate) fn module_defaults(&mut self, scope: &Scope, node: &Node) -> Vec<Map> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        let mut found = Vec::with_capacity(items.len());
        for item in items {
            let Some(entries) = item.as_mapping() else {
                self.wrong_type(scope, "module_defaults", item, "a mapping of modules to their arguments");
                continue;
            };
            let mut defaults = Map::new();
            for (key, value) in entries {
                if let Some(name) = self.defaulted_module(scope, key)
                    && let Some(arguments) = self.default_arguments(scope, value)
                {
                    self.origins.defaulted.insert(name.clone());
                    defaults.insert(name, arguments);
                }
            }
            found.push(defaults);
        }
        found
    }

    fn defaulted_module(&mut self, scope: &Scope, key: &Node) -> Option<String> {
        let written = key.as_text()?;
        if written.starts_with("group/") {
            self.problems.add(
                Problem::error(
                    "unsupported-keyword",
                    "defaults for a group of modules are not supported yet",
                )
                .at(scope.at(key))
                .with_help("write them for each module"),
            );
            return None;
        }
        if !self.is_module(written) {
            self.problems.add(
                Problem::warning("no-effect", format!("there is no module `{written}` that has defaults"))
                    .at(scope.at(key)),
            );
        }
        Some(canonical(written).to_owned())
    }

    fn default_arguments(&mut self, scope: &Scope, node: &Node) -> Option<Value> {
        match self.value(scope, node) {
            value @ (Value::Map(_) | Value::Template(_)) => Some(value),
            Value::None => None,
            _ => {
                self.wrong_type(scope, "module_defaults", node, "a mapping of arguments for each module");
                None
            }
        }
    }
}
