//! `vars_files` of a play.

use std::path::PathBuf;

use rustle_schema::names::BUNDLE_ROOT;
use rustle_value::{Map, Value};

use crate::loader::Loader;
use crate::origins::Owner;
use crate::project::normal;
use crate::scope::Scope;
use crate::static_name::{fixed_ends, fixed_text, static_text};
use rustle_value::yaml::Node;

impl Loader<'_> {
    /// The files of a `vars_files`: each a name, or a list of names of which the first that exists counts. Literal ones
    /// are read, and their variables become known.
    pub(crate) fn vars_files(&mut self, scope: &mut Scope, node: &Node) -> Vec<Value> {
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        let mut found = Vec::with_capacity(items.len());
        for item in items {
            match item.as_sequence() {
                Some(choices) => {
                    let names: Vec<(Value, &Node)> = self.texts(scope, "vars_files", item);
                    let dynamic = names.iter().any(|(name, _)| matches!(name, Value::Template(_)));
                    let resolved: Vec<Value> = names
                        .iter()
                        .filter_map(|(name, node)| self.resolve_vars_file(scope, name, node, false))
                        .collect();
                    if resolved.is_empty() && !dynamic && !choices.is_empty() {
                        let name = choices.iter().filter_map(Node::as_text).collect::<Vec<_>>().join("`, `");
                        self.missing_file("file of variables", &name, scope.at(item), &[]);
                    }
                    found.push(Value::from(resolved));
                }
                None if item.as_text().is_some() && !item.is_null() => {
                    let name = self.value(scope, item);
                    found.extend(self.resolve_vars_file(scope, &name, item, true));
                }
                None => self.wrong_type(scope, "vars_files", item, "a file's name or a list of names"),
            }
        }
        found
    }

    /// The name under which a runner finds a file of variables: a literal one in the bundle; a template as it is, with
    /// every file embedded that it can mean.
    fn resolve_vars_file(
        &mut self,
        scope: &mut Scope,
        name: &Value,
        node: &Node,
        required: bool,
    ) -> Option<Value> {
        let text = name.to_string();
        let literal = match name {
            Value::Template(_) => match fixed_text(scope, &Map::new(), &text) {
                Some(literal) => literal,
                None => {
                    self.definitions.add_anything();
                    self.embed_matching_vars(scope, &text);
                    // What the variables in it are at run time counts: `-e stage=test`. The file that is meant as long as
                    // nobody says so is read now, for the names that it defines.
                    if let Some(guess) = static_text(scope, &text) {
                        self.resolve_vars_file(scope, &Value::from(guess), node, false);
                    }
                    return Some(name.clone());
                }
            },
            _ => text.clone(),
        };
        let candidates: Vec<PathBuf> = scope
            .folders
            .iter()
            .flat_map(|folder| [folder.join("vars").join(&literal), folder.join(&literal)])
            .map(|path| normal(&path))
            .collect();
        let Some(path) = self.project.first_file(candidates.clone()) else {
            if required {
                self.missing_file("file of variables", &literal, scope.at(node), &candidates);
            }
            return None;
        };
        let Some(bundle) = self.project.bundle_name(&path) else {
            self.outside(&literal, scope.at(node), "move it into the project");
            return None;
        };
        let shown = self.project.display(&path);
        let vars = self.vars_file(&path, Owner::VarsFile(shown));
        scope.known.extend_from(&vars);
        self.embed(&path);
        Some(Value::from(format!("{BUNDLE_ROOT}/{bundle}")))
    }

    fn embed_matching_vars(&mut self, scope: &Scope, text: &str) {
        let (prefix, suffix) = fixed_ends(text);
        let folders: Vec<PathBuf> =
            scope.folders.iter().flat_map(|folder| [folder.join("vars"), folder.clone()]).collect();
        for folder in folders {
            let named = normal(&folder.join(prefix));
            let below = if prefix.is_empty() || prefix.ends_with('/') {
                named.clone()
            } else {
                normal(&named.join(".."))
            };
            for path in self.project.list(&below) {
                let shown = path.to_string_lossy();
                let matches = shown.starts_with(&*named.to_string_lossy()) && shown.ends_with(suffix);
                if matches && path.is_file() && (!prefix.is_empty() || !suffix.is_empty()) {
                    self.embed(&path);
                }
            }
        }
    }
}
