//! Variables: `vars` of anything, and files of variables.

use std::path::Path;

use rustle_value::{Map, Value};

use crate::document::Read;
use crate::fields::{is_variable_name, mended_name};
use crate::kind::kind;
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::scope::Scope;
use rustle_value::yaml::Node;

impl Loader<'_> {
    /// The mapping of a `vars` keyword.
    pub(crate) fn vars(&mut self, scope: &Scope, node: &Node) -> Map {
        let Some(entries) = node.as_mapping() else {
            self.wrong_type(scope, "vars", node, "a mapping of variables");
            return Map::new();
        };
        for (key, _) in entries {
            self.check_variable_name(scope, key);
        }
        match self.value(scope, node) {
            Value::Map(map) => {
                self.definitions.add_all(&map);
                map
            }
            _ => Map::new(),
        }
    }

    /// Tells if `key` cannot be the name of a variable.
    pub(crate) fn check_variable_name(&mut self, scope: &Scope, key: &Node) {
        let text = key.as_text().unwrap_or_default();
        if key.to_value().as_str().is_some_and(is_variable_name) {
            return;
        }
        let shown = key.as_text().unwrap_or(kind(key));
        let mut problem = Problem::error("invalid-name", format!("invalid variable name `{shown}`"))
            .at(scope.at(key))
            .with_note("names begin with a letter or `_` and hold letters, digits and `_`");
        if let Some(better) = mended_name(text) {
            problem = problem.with_help(format!("`{better}` would be one"));
        }
        self.problems.add(problem);
    }

    /// The variables in the file at `path`, whose root must be a mapping. `scope` gives the playbook and the role.
    pub(crate) fn vars_file(&mut self, path: &Path, owner: Owner) -> Map {
        let Some(Read { doc, root }) = self.any_document(path) else { return Map::new() };
        let first = self.vaults.len();
        if let Some(text) = &doc.vault {
            let variables = self.vault_variables(&doc, text);
            self.vaults_are_of(&owner, first);
            return variables;
        }
        let Some(root) = &root else { return Map::new() };
        if root.as_mapping().is_none() {
            self.problems.add(
                Problem::error(
                    "wrong-type",
                    format!("a file of variables must hold a mapping, not {}", kind(root)),
                )
                .at(doc.location(root)),
            );
            return Map::new();
        }
        let value = self.trusted(&doc.file, root);
        self.vaults_are_of(&owner, first);
        self.origins.add_variables(owner, &doc.file, root.clone());
        match value {
            Value::Map(map) => {
                self.definitions.add_all(&map);
                map
            }
            _ => Map::new(),
        }
    }

    /// The files that hold the variables of `name` in `folder`, as for `group_vars/` and `host_vars/`: `name` itself (a
    /// file, or a folder of files), else `name.yml`, `name.yaml`, `name.json`.
    pub(crate) fn vars_files_of(&mut self, folder: &Path, name: &str) -> Vec<std::path::PathBuf> {
        for extension in ["", ".yml", ".yaml", ".json"] {
            let path = folder.join(format!("{name}{extension}"));
            if self.project.is_folder(&path) {
                return self.vars_files_below(&path, 0);
            }
            if self.project.is_file(&path) {
                return vec![path];
            }
        }
        Vec::new()
    }

    /// The variable files in a folder and the folders below it, sorted.
    pub(crate) fn vars_files_below(&mut self, folder: &Path, depth: usize) -> Vec<std::path::PathBuf> {
        let mut found = Vec::new();
        for path in self.project.list(folder) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned());
            if path.is_dir() {
                if extension.is_none() && depth < 32 {
                    found.extend(self.vars_files_below(&path, depth + 1));
                }
            } else if matches!(extension.as_deref(), None | Some("yml" | "yaml" | "json")) {
                found.push(path);
            }
        }
        found
    }
}
