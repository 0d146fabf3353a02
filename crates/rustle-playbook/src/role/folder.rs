//! What is in a role's folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_schema::plan::RoleUse;
use rustle_schema::task::{Step, Task};
use rustle_value::{Map, coerce};

use super::RoleFolder;
use crate::document::Read;
use crate::keyword::Place;
use crate::kind::kind;
use crate::loader::{Job, Loader};
use crate::origins::Owner;
use crate::problem::Problem;
use crate::scope::{Chain, Scope};
use crate::suggest::did_you_mean;
use rustle_value::yaml::Node;

/// The extensions of a role's files, in the order in which they are tried.
const EXTENSIONS: [&str; 3] = [".yml", ".yaml", ".json"];

impl Loader<'_> {
    /// The files that stand for `entry` (`main`, or what a `_from` names) in a folder of a role. Variables may be spread
    /// over a folder of that name.
    pub(crate) fn role_entry(
        &mut self,
        role: &RoleFolder,
        folder: &str,
        entry: &str,
        spread: bool,
    ) -> Vec<PathBuf> {
        let folder = role.dir.join(folder);
        let exact = (entry != "main").then_some("");
        let last = (entry == "main").then_some("");
        for extension in exact.into_iter().chain(EXTENSIONS).chain(last) {
            let path = crate::project::normal(&folder.join(format!("{entry}{extension}")));
            if !path.starts_with(&folder) {
                return Vec::new();
            }
            if self.project.is_folder(&path) {
                if spread {
                    return self.vars_files_below(&path, 0);
                }
            } else if self.project.is_file(&path) {
                return vec![path];
            }
        }
        Vec::new()
    }

    /// Reads what every use of a role needs: `meta/`, `defaults/main`, `vars/main` and `handlers/main`.
    pub(crate) fn role_files(&mut self, role: &Arc<RoleFolder>, scope: &Scope) {
        self.role_meta(role, scope);
        self.role_vars(role, "defaults", "main");
        self.role_vars(role, "vars", "main");
        if let Some(path) = self.role_entry(role, "handlers", "main", false).into_iter().next() {
            self.role_handlers(role, "main", &path, scope);
        }
    }

    /// Reads `defaults/` or `vars/`. Whether there was such a file.
    pub(crate) fn role_vars(&mut self, role: &Arc<RoleFolder>, folder: &str, entry: &str) -> bool {
        let files = self.role_entry(role, folder, entry, true);
        let mut vars = Map::new();
        for path in &files {
            vars.extend_from(&self.vars_file(path, Owner::Role(role.key.clone())));
        }
        if let (false, Some(known)) = (files.is_empty(), self.plan.roles.get_mut(&role.key)) {
            let table = if folder == "defaults" { &mut known.defaults } else { &mut known.vars };
            table.insert(entry_name(entry), vars);
        }
        !files.is_empty()
    }

    /// Reads a handler file of a role.
    pub(crate) fn role_handlers(&mut self, role: &Arc<RoleFolder>, entry: &str, path: &Path, scope: &Scope) {
        let Some(Read { doc, root }) = self.document(path) else { return };
        let mut inner = Scope::new(&doc, &scope.playbook, &self.options.extra_vars).in_role(role);
        inner.handlers = true;
        let steps =
            root.as_ref().map(|root| self.task_list(&inner, "a handler file", root)).unwrap_or_default();
        let handlers = self.handler_tasks(&inner, steps);
        if let Some(known) = self.plan.roles.get_mut(&role.key) {
            known.handlers.insert(entry_name(entry), handlers);
        }
    }

    /// The tasks among the steps of a handler list, entered as handlers.
    pub(crate) fn handler_tasks(&mut self, scope: &Scope, steps: Vec<Step>) -> Vec<Task> {
        let mut handlers = Vec::with_capacity(steps.len());
        for step in steps {
            if let Step::Task(task) = step {
                self.enter_handler(scope, &task);
                handlers.push(*task);
            }
        }
        handlers
    }

    /// Reads a task file of a role.
    pub(crate) fn role_tasks(&mut self, role: &Arc<RoleFolder>, entry: &str, path: &Path, scope: &Scope) {
        let Some(Read { doc, root }) = self.document(path) else { return };
        let mut inner = Scope::new(&doc, &scope.playbook, &self.options.extra_vars).in_role(role);
        inner.files = Chain::begin(path);
        inner.unit = Some(Arc::new((role.key.clone(), entry_name(entry))));
        let from = self.mark();
        let check = self.argument_check(role, entry);
        let written =
            root.as_ref().map(|root| self.task_list(&inner, "a task file", root)).unwrap_or_default();
        let mut steps = check.into_iter().chain(written).collect();
        self.settled_file(&inner, from, &mut steps);
        if let Some(known) = self.plan.roles.get_mut(&role.key) {
            known.tasks.insert(entry_name(entry), steps);
        }
    }

    /// Sees to it that a task file of a role is read. Whether there is one.
    pub(crate) fn reach_role_tasks(&mut self, role: &Arc<RoleFolder>, entry: &str, scope: &Scope) -> bool {
        let Some(path) = self.role_entry(role, "tasks", entry, false).into_iter().next() else {
            return false;
        };
        if self.asked.insert(format!("{}//tasks//{}", role.bundle, entry_name(entry))) {
            let (role, entry, scope) = (role.clone(), entry.to_owned(), Box::new(scope.clone()));
            self.jobs.push_back(Job::RoleTasks { role, entry, path, scope });
        }
        true
    }

    /// Sees to it that a handler file of a role is read. Whether there is one.
    pub(crate) fn reach_role_handlers(&mut self, role: &Arc<RoleFolder>, entry: &str, scope: &Scope) -> bool {
        let Some(path) = self.role_entry(role, "handlers", entry, false).into_iter().next() else {
            return false;
        };
        if self.asked.insert(format!("{}//handlers//{}", role.bundle, entry_name(entry))) {
            let (role, entry, scope) = (role.clone(), entry.to_owned(), Box::new(scope.clone()));
            self.jobs.push_back(Job::RoleHandlers { role, entry, path, scope });
        }
        true
    }

    /// `meta/main.yml`.
    fn role_meta(&mut self, role: &Arc<RoleFolder>, scope: &Scope) {
        let specs = self.role_entry(role, "meta", "argument_specs", false).into_iter().next();
        let own_file = specs.is_some();
        if let Some(Read { doc, root }) = specs.and_then(|path| self.document(&path)) {
            let scope = Scope::new(&doc, &scope.playbook, &self.options.extra_vars).in_role(role);
            let entries = root.as_ref().and_then(Node::as_mapping).unwrap_or_default();
            for (_, specs) in entries.iter().filter(|(key, _)| key.as_text() == Some("argument_specs")) {
                self.argument_specs(role, &scope, specs);
            }
        }
        let Some(path) = self.role_entry(role, "meta", "main", false).into_iter().next() else { return };
        let Some(Read { doc, root }) = self.document(&path) else { return };
        let Some(root) = &root else { return };
        let scope = Scope::new(&doc, &scope.playbook, &self.options.extra_vars).in_role(role);
        let Some(entries) = root.as_mapping() else {
            let message =
                format!("the 'meta/main.yml' for role {} must be a mapping, not {}", role.name, kind(root));
            self.problems.add(Problem::error("wrong-type", message).at(scope.at(root)));
            return;
        };
        let mut dependencies = Vec::new();
        let mut duplicates = false;
        for (key, value) in entries {
            match key.as_text().unwrap_or_default() {
                "dependencies" => dependencies = self.dependencies(&scope, role, value),
                "allow_duplicates" if !value.is_null() => {
                    duplicates = self
                        .boolean(&scope, "allow_duplicates", value)
                        .is_some_and(|value| coerce::as_boolean(&value) == Some(true));
                }
                "allow_duplicates" | "galaxy_info" | "collections" => {}
                // What stands in a file of its own counts instead.
                "argument_specs" if own_file => {}
                "argument_specs" => self.argument_specs(role, &scope, value),
                name => self.unknown_meta_key(&scope, name, key),
            }
        }
        if let Some(known) = self.plan.roles.get_mut(&role.key) {
            known.dependencies = dependencies;
            known.allow_duplicates = duplicates;
        }
    }

    fn unknown_meta_key(&mut self, scope: &Scope, name: &str, key: &Node) {
        let known = ["dependencies", "allow_duplicates", "galaxy_info", "argument_specs", "collections"];
        if Place::Role.has(name) {
            self.problems.add(
                Problem::warning("no-effect", format!("`{name}` has no effect in a role's `meta/main.yml`"))
                    .at(scope.at(key)),
            );
            return;
        }
        let mut problem = Problem::error(
            "unknown-keyword",
            format!("`{name}` is not a keyword of a role's `meta/main.yml`"),
        )
        .at(scope.at(key))
        .labelled("unknown keyword");
        if let Some(help) = did_you_mean(name, known) {
            problem = problem.with_help(help);
        }
        self.problems.add(problem);
    }

    fn dependencies(&mut self, scope: &Scope, role: &Arc<RoleFolder>, node: &Node) -> Vec<RoleUse> {
        if node.is_null() {
            return Vec::new();
        }
        let Some(items) = node.as_sequence() else {
            self.wrong_type(scope, "dependencies", node, "a list of roles");
            return Vec::new();
        };
        let mut found = Vec::with_capacity(items.len());
        for item in items {
            if let Some(used) = self.role_use(scope, item) {
                self.role_graph.depends(&role.key, &used.role, scope.at(item));
                found.push(used);
            }
        }
        found
    }
}

/// The key of a role's file in the plan: its name without the extension.
pub(crate) fn entry_name(entry: &str) -> String {
    EXTENSIONS.iter().find_map(|extension| entry.strip_suffix(extension)).unwrap_or(entry).to_owned()
}
