//! The task files that includes can reach when a runner runs.

use std::path::{Path, PathBuf};

use rustle_schema::task::Step;
use rustle_value::Value;
use rustle_value::yaml::Node;

use crate::definitions::Guess;
use crate::document::{Read, root_of};
use crate::documents::Found;
use crate::include_loop::LoopNames;
use crate::loader::{Job, Loader};
use crate::problem::Problem;
use crate::project::{normal, slashed};
use crate::scope::Scope;
use crate::source::Location;
use crate::static_name::{fixed_ends, names_in, static_text};

impl Loader<'_> {
    /// Reaches the task files of an include whose loop is written out.
    pub(crate) fn reach_loop(&mut self, scope: &Scope, names: LoopNames, at: &Location) {
        match names {
            LoopNames::Known(names) => {
                for name in names {
                    if let Some(path) = self.find_task_file(scope, &name, at) {
                        self.reach_task_file(scope, &path);
                    }
                }
            }
            LoopNames::FirstOf(names) => {
                for name in names {
                    let candidates = name.as_str().map(|name| self.task_file_candidates(scope, name));
                    match (&name, candidates) {
                        (Value::Template(text), _) => {
                            let files = self.reach_candidates(scope, text, None);
                            self.embed_all(&files);
                        }
                        (_, Some(candidates)) => {
                            if let Some(path) = self.project.first_file(candidates) {
                                self.reach_task_file(scope, &path);
                                self.embed_all(&[path]);
                            }
                        }
                        _ => {}
                    }
                }
            }
            LoopNames::Globs(patterns) => {
                for path in
                    patterns.iter().flat_map(|pattern| self.glob_files(scope, pattern)).collect::<Vec<_>>()
                {
                    self.reach_task_file(scope, &path);
                    self.embed_all(&[path]);
                }
            }
        }
    }

    /// Embeds task files that a lookup is to find when the runner runs: it looks for files, not for what was made of them.
    pub(crate) fn embed_all(&mut self, files: &[PathBuf]) {
        files.iter().for_each(|path| self.embed(path));
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

    /// Reaches the task file that a template means if the variables in it have the values that are known here. Whether
    /// there is such a file.
    pub(crate) fn guess_task_file(&mut self, scope: &Scope, text: &str, at: &Location) -> bool {
        let Some(known) = static_text(scope, text) else { return false };
        let candidates = self.task_file_candidates(scope, &known);
        let path =
            self.project.first_file(candidates).filter(|path| self.project.bundle_name(path).is_some());
        let Some(path) = path else {
            self.problems.add(
                Problem::warning("file-not-found", format!("the task file `{known}` was not found"))
                    .at(at.clone())
                    .labelled("unless a variable has another value by then"),
            );
            return false;
        };
        self.reach_task_file(scope, &path);
        let (names, scope) = (names_in(text), Box::new(scope.clone()));
        self.guesses.push(Guess { names, scope, text: text.to_owned(), role: None });
        true
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
            let path = normal(&folder.join(name));
            if !candidates.contains(&path) {
                candidates.push(path);
            }
        }
        candidates
    }

    /// Sees to it that the task file at `path` is read; its name in the plan.
    pub(crate) fn reach_task_file(&mut self, scope: &Scope, path: &Path) -> Option<String> {
        let name = self.project.bundle_name(path)?;
        if self.asked.insert(name.clone()) {
            let job =
                Job::TaskFile { name: name.clone(), path: path.to_owned(), scope: Box::new(scope.clone()) };
            self.jobs.push_back(job);
        }
        Some(name)
    }

    /// Reaches every task file that a template can name, and returns them; that there is none is told at `at`.
    pub(crate) fn reach_candidates(
        &mut self,
        scope: &Scope,
        text: &str,
        at: Option<Location>,
    ) -> Vec<PathBuf> {
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
            let named = normal(&base.join(prefix));
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
        if let (true, Some(at)) = (files.is_empty(), at) {
            let mut searched: Vec<String> = bases.iter().map(|base| self.project.display(base)).collect();
            searched.dedup();
            self.problems.add(
                Problem::warning("file-not-found", format!("no task file matches `{text}`"))
                    .at(at)
                    .with_note(format!("searched below: {}", searched.join(", "))),
            );
        }
        for path in &files {
            self.reach_task_file(scope, path);
        }
        files
    }

    /// Whether a file that lies among others is a list of tasks rather than a playbook or a file of variables.
    fn looks_like_tasks(&mut self, path: &Path) -> bool {
        if let Some(known) = self.project.documents.task_lists.get(path) {
            return *known;
        }
        let looks = self.is_task_list(path);
        self.project.documents.task_lists.insert(path.to_owned(), looks);
        looks
    }

    fn is_task_list(&self, path: &Path) -> bool {
        let root = match self.project.documents.find(path) {
            Found::Whole(Read { root, .. }) => root,
            Found::Text(doc) => root_of(&doc.file.text),
            Found::Nothing | Found::Unreadable => {
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
            Some(Read { doc, root }) => {
                let scope = scope.apart(&doc);
                let from = self.mark();
                let mut steps =
                    root.as_ref().map(|root| self.task_list(&scope, "a task file", root)).unwrap_or_default();
                for step in &steps {
                    if let (Step::Task(task), true) = (step, scope.handlers) {
                        self.enter_handler(&scope, task);
                    }
                }
                self.settled_file(&scope, from, &mut steps);
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
