//! `include_tasks`: which task files it can reach.

use std::path::{Path, PathBuf};

use rustle_schema::names::BUNDLE_ROOT;
use rustle_schema::task::{Action, Directives};
use rustle_value::Value;

use crate::arguments::{Arguments, RAW_PARAMS};
use crate::keyword::Place;
use crate::loader::{Job, Loader};
use crate::problem::Problem;
use crate::project::slashed;
use crate::scope::Scope;
use crate::source::Location;
use crate::static_name::{fixed_ends, static_text};
use crate::task::Parts;
use rustle_value::yaml::Node;

/// The keywords that a dynamic include may have; all others do not reach the tasks that come in.
const INCLUDE_KEYWORDS: [&str; 14] = [
    "action",
    "args",
    "collections",
    "debugger",
    "ignore_errors",
    "loop",
    "loop_control",
    "name",
    "no_log",
    "register",
    "run_once",
    "tags",
    "vars",
    "when",
];

impl Loader<'_> {
    /// The action of an `include_tasks`.
    pub(crate) fn include_tasks(&mut self, scope: &Scope, parts: &Parts<'_>) -> Option<Action> {
        self.check_include_keywords(scope, parts);
        let (file, at) = self.included_file(scope, parts, &["apply"])?;
        let apply = self.apply(scope, &parts.written.arguments);
        let file = match &file {
            Value::Template(text) => match static_text(scope, text) {
                Some(known) => {
                    let path = self.find_task_file(scope, &known, &at)?;
                    self.reach_task_file(scope, &path);
                    file
                }
                None => {
                    self.reach_candidates(scope, text, at);
                    file
                }
            },
            other => {
                let name = other.as_str().unwrap_or_default();
                let path = self.find_task_file(scope, name, &at)?;
                let reached = self.reach_task_file(scope, &path)?;
                Value::from(format!("{BUNDLE_ROOT}/{reached}"))
            }
        };
        Some(Action::IncludeTasks { file, apply: Box::new(apply) })
    }

    /// The file that an `include_tasks` or `import_tasks` names, and where; arguments other than `allowed` are told.
    pub(crate) fn included_file(
        &mut self,
        scope: &Scope,
        parts: &Parts<'_>,
        allowed: &[&str],
    ) -> Option<(Value, Location)> {
        let (arguments, action) = (&parts.written.arguments, parts.written.canonical());
        self.check_options(scope, action, arguments, |name| {
            matches!(name, "file" | RAW_PARAMS) || allowed.contains(&name)
        });
        let name = if arguments.values.contains_key(RAW_PARAMS) { RAW_PARAMS } else { "file" };
        let at = arguments.at(scope, name, parts.written.key);
        match arguments.values.get(name) {
            Some(Value::Str(text)) if !text.trim().is_empty() => Some((Value::from(text.trim()), at)),
            Some(value @ Value::Template(_)) => Some((value.clone(), at)),
            _ => {
                self.problems.add(
                    Problem::error("missing-argument", format!("no file specified for {action}"))
                        .at(at)
                        .with_help(format!("write `{action}: file.yml`")),
                );
                None
            }
        }
    }

    /// Tells the arguments of an include or import that do not exist.
    pub(crate) fn check_options(
        &mut self,
        scope: &Scope,
        action: &str,
        arguments: &Arguments<'_>,
        allowed: impl Fn(&str) -> bool,
    ) {
        for (name, at) in arguments.names(scope) {
            if !allowed(name) {
                self.problems.add(
                    Problem::error("unknown-argument", format!("invalid options for {action}: {name}"))
                        .at(at)
                        .with_help(if name.contains("{{") {
                            "write the file's name under `file:`, so that `=` in an expression is not taken for an argument"
                        } else {
                            "variables for the tasks stand under `vars:`, beside the action"
                        }),
                );
            }
        }
    }

    /// `apply`: keywords for the tasks that come in.
    pub(crate) fn apply(&mut self, scope: &Scope, arguments: &Arguments<'_>) -> Directives {
        let mut directives = Directives::default();
        let Some(node) = arguments.place("apply") else { return directives };
        let Some(entries) = node.as_mapping() else {
            self.wrong_type(scope, "apply", node, "a mapping of keywords");
            return directives;
        };
        for (key, value) in entries {
            let Some(name) = self.key_text(scope, Place::Block, key) else { continue };
            let known =
                !matches!(name, "block" | "rescue" | "always" | "notify" | "name") && Place::Block.has(name);
            if !(known && self.directive(scope, &mut directives, name, key, value)) {
                self.unknown_keyword(scope, Place::Block, name, key);
            }
        }
        directives
    }

    /// Tells the keywords of a dynamic include that would be lost.
    pub(crate) fn check_include_keywords(&mut self, scope: &Scope, parts: &Parts<'_>) {
        let action = parts.written.canonical();
        for (key, _) in parts.node.as_mapping().unwrap_or_default() {
            let name = key.as_text().unwrap_or_default();
            let listen = scope.handlers && matches!(name, "listen" | "notify");
            let place = if scope.handlers { Place::Handler } else { Place::Task };
            if place.has(name) && !INCLUDE_KEYWORDS.contains(&name) && name != "timeout" && !listen {
                self.problems.add(
                    Problem::error("unknown-keyword", format!("`{name}` is not a keyword of `{action}`"))
                        .at(scope.at(key))
                        .labelled("it would not reach the tasks")
                        .with_help(format!(
                            "put it under `apply:` of `{action}`, or on the tasks themselves"
                        )),
                );
            }
        }
    }

    /// Where the task file `name` lies; if nowhere, that is told.
    pub(crate) fn find_task_file(&mut self, scope: &Scope, name: &str, at: &Location) -> Option<PathBuf> {
        let candidates = self.task_file_candidates(scope, name);
        let Some(path) = self.project.first_file(candidates.clone()) else {
            self.missing_file("task file", name, at.clone(), &candidates);
            return None;
        };
        if self.project.bundle_name(&path).is_none() {
            self.outside(
                name,
                at.clone(),
                "move it into the project, or choose a folder above it as the project's root",
            );
            return None;
        }
        Some(path)
    }

    /// Where the task file `name` is looked for: beside the file that asks, in the role, beside the playbook.
    fn task_file_candidates(&self, scope: &Scope, name: &str) -> Vec<PathBuf> {
        let mut folders = vec![scope.doc.folder().to_owned()];
        if let Some(role) = &scope.role {
            if scope.handlers {
                folders.push(role.dir.join("handlers"));
            }
            folders.push(role.dir.join("tasks"));
            folders.push(role.dir.clone());
        }
        folders.push(scope.playbook.to_path_buf());
        folders.push(scope.playbook.join("tasks"));
        let mut candidates: Vec<PathBuf> = Vec::new();
        for folder in folders {
            let path = crate::project::normal(&folder.join(name));
            if !candidates.contains(&path) {
                candidates.push(path);
            }
        }
        candidates
    }

    /// Sees to it that the task file at `path` is read; its name in the plan.
    fn reach_task_file(&mut self, scope: &Scope, path: &Path) -> Option<String> {
        let name = self.project.bundle_name(path)?;
        if self.asked.insert(name.clone()) {
            let job =
                Job::TaskFile { name: name.clone(), path: path.to_owned(), scope: Box::new(scope.clone()) };
            self.jobs.push_back(job);
        }
        Some(name)
    }

    /// Reaches every task file that a template can name.
    fn reach_candidates(&mut self, scope: &Scope, text: &str, at: Location) {
        let (prefix, suffix) = fixed_ends(text);
        let mut files = Vec::new();
        let bases = match &scope.role {
            Some(role) if scope.handlers => vec![role.dir.join("handlers"), role.dir.join("tasks")],
            Some(role) => vec![role.dir.join("tasks")],
            None => vec![
                scope.playbook.join("tasks"),
                scope.doc.folder().to_owned(),
                scope.playbook.to_path_buf(),
            ],
        };
        for (number, base) in bases.iter().enumerate() {
            let named = crate::project::normal(&base.join(prefix));
            let folder = if prefix.is_empty() || prefix.ends_with('/') {
                named.as_path()
            } else {
                named.parent().unwrap_or(base)
            };
            let everything = scope.role.is_some() || number == 0 || folder != &*scope.playbook;
            let below = if everything { self.project.files_below(folder) } else { self.project.list(folder) };
            let start = if folder == named { String::new() } else { slashed(&named) };
            files.extend(below.into_iter().filter(|path| {
                let shown = slashed(path);
                is_yaml(path) && shown.starts_with(&start) && shown.ends_with(suffix)
            }));
        }
        files.sort();
        files.dedup();
        let surely = |path: &Path| path.components().any(|part| part.as_os_str() == "tasks");
        files.retain(|path| surely(path) || self.looks_like_tasks(path));
        if files.is_empty() {
            let mut searched: Vec<String> = bases.iter().map(|base| self.project.display(base)).collect();
            searched.dedup();
            self.problems.add(
                Problem::warning("file-not-found", format!("no task file matches `{text}`"))
                    .at(at)
                    .with_note(format!("searched below: {}", searched.join(", "))),
            );
        }
        for path in files {
            self.reach_task_file(scope, &path);
        }
    }

    /// Whether a file that lies among others is a list of tasks rather than a playbook or a file of variables.
    fn looks_like_tasks(&mut self, path: &Path) -> bool {
        let known = self.project.documents.get(path).cloned().flatten();
        let root = match known {
            Some(doc) => doc.root.clone(),
            None => {
                let text = std::fs::read_to_string(path).unwrap_or_default();
                rustle_value::yaml::parse(&text).ok().and_then(|documents| documents.into_iter().next())
            }
        };
        let items = root.as_ref().and_then(Node::as_sequence).unwrap_or_default();
        !items.is_empty()
            && items.iter().all(|item| {
                item.as_mapping().is_some()
                    && item.get("hosts").is_none()
                    && item.get("import_playbook").is_none()
            })
    }

    /// Reads a task file that an include reaches.
    pub(crate) fn reached_task_file(&mut self, name: String, path: &Path, scope: &Scope) {
        let steps = match self.document(path) {
            Some(doc) => {
                let scope = scope.apart(&doc);
                let steps = doc
                    .root
                    .as_ref()
                    .map(|root| self.task_list(&scope, "a task file", root))
                    .unwrap_or_default();
                for step in &steps {
                    if let (rustle_schema::task::Step::Task(task), true) = (step, scope.handlers) {
                        self.enter_handler(&scope, task);
                    }
                }
                steps
            }
            None => Vec::new(),
        };
        self.plan.task_files.insert(name, steps);
    }
}

/// Whether the file's name is that of a YAML file.
pub(crate) fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}
