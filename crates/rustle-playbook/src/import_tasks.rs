//! `import_tasks`: a file read in its place.

use std::path::{Path, PathBuf};

use rustle_schema::task::{Block, Step};
use rustle_value::Value;

use crate::directives::inherit;
use crate::document::Read;
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::source::Location;
use crate::static_name::{names_in, static_text};
use crate::suggest::closest;
use crate::task::Parts;

impl Loader<'_> {
    /// What an `import_tasks` stands for: a block of the file's tasks; among handlers the tasks themselves.
    pub(crate) fn import_tasks(&mut self, scope: &Scope, parts: Parts<'_>) -> Vec<Step> {
        self.check_import_keywords(scope, &parts);
        let Some((file, at)) = self.included_file(scope, &parts, &[]) else { return Vec::new() };
        let mut known = scope.clone();
        known.known.extend_from(&parts.directives.vars);
        let Some(name) = self.static_name(&known, &file, &at) else { return Vec::new() };
        let Some(path) = self.find_task_file(scope, &name, &at) else { return Vec::new() };
        if self.is_import_loop(scope, &path, &at) || self.is_too_deep(scope, parts.node) {
            return Vec::new();
        }
        let Some(Read { doc, root }) = self.document(&path) else { return Vec::new() };
        let inner = known.within(&doc, at.clone());
        let from = self.mark();
        let mut steps = match &root {
            Some(root) => self.task_list(&inner, "a task file", root),
            None => {
                let message = format!("`{name}` is empty and has no tasks to import");
                self.problems.add(Problem::warning("empty-file", message).at(at));
                Vec::new()
            }
        };
        self.settled_file(&inner, from, &mut steps);
        let notify = self.notify(scope, parts.own.notify);
        if scope.handlers {
            return steps.into_iter().map(|step| with_keywords(step, &parts.directives)).collect();
        }
        self.hold_keywords(scope, Owner::Block, parts.node, &[]);
        vec![Step::Block(Box::new(Block {
            directives: parts.directives,
            block: steps,
            notify,
            import: true,
            position: scope.position(parts.node),
            ..Block::default()
        }))]
    }

    /// Tells the keywords that an import cannot have, or that say nothing there.
    pub(crate) fn check_import_keywords(&mut self, scope: &Scope, parts: &Parts<'_>) {
        let action = parts.written.canonical();
        if let Some((key, _)) = parts.own.loops.loops.first() {
            let instead = action.replace("import", "include");
            self.problems.add(
                Problem::error("loop-on-import", format!("you cannot use loops on '{action}' statements"))
                    .at(scope.at(key))
                    .with_help(format!("use '{instead}' instead")),
            );
        }
        for (key, _) in parts.node.as_mapping().unwrap_or_default() {
            let name = key.as_text().unwrap_or_default();
            if matches!(
                name,
                "register" | "changed_when" | "failed_when" | "until" | "retries" | "delay" | "loop_control"
            ) {
                let message = format!("`{name}` has no effect on `{action}`");
                self.problems.add(Problem::warning("no-effect", message).at(scope.at(key)));
            }
        }
    }

    /// A name that must be known now.
    pub(crate) fn static_name(&mut self, scope: &Scope, name: &Value, at: &Location) -> Option<String> {
        match name {
            Value::Template(text) => {
                let given = names_in(text).iter().any(|name| self.options.given.contains(name));
                let known = static_text(scope, text).filter(|_| !given);
                if known.is_none() {
                    self.problems.add(
                        Problem::error("static-name", format!("Error when evaluating variable in import path '{text}'"))
                            .at(at.clone())
                            .labelled("its value is not known when the runner is built")
                            .with_note("static imports cannot use facts, inventory variables or anything that is computed")
                            .with_help("use the dynamic form: `include_tasks`, `include_role`"),
                    );
                }
                known
            }
            other => other.as_str().map(str::to_owned),
        }
    }

    /// Whether the file at `path` is being read already; the ring is told.
    pub(crate) fn is_import_loop(&mut self, scope: &Scope, path: &Path, at: &Location) -> bool {
        let paths = scope.files.paths();
        let Some(first) = paths.iter().position(|known| *known == path) else {
            return false;
        };
        let ring: Vec<String> =
            paths.iter().skip(first).copied().chain([path]).map(|path| self.project.display(path)).collect();
        let mut problem = Problem::error("import-loop", format!("endless import: {}", ring.join(" -> ")))
            .at(at.clone())
            .labelled("this file is being imported already");
        let mut link = Some(&scope.files);
        while let Some(chain) = link {
            if let (Some(from), true) = (&chain.from, chain.path != *path) {
                problem =
                    problem.and_at(from.clone(), format!("imports `{}`", self.project.display(&chain.path)));
            }
            if chain.path == *path {
                break;
            }
            link = chain.outer.as_ref();
        }
        self.problems.add(problem);
        true
    }

    /// Tells that a file without which nothing can be built is not in any of the places where it was looked for.
    pub(crate) fn missing_file(&mut self, what: &str, name: &str, at: Location, searched: &[PathBuf]) {
        let problem = Problem::error("file-not-found", format!("the {what} `{name}` was not found"));
        self.not_found(problem.at(at), name, searched);
    }

    /// Tells `problem`: the file `name` is not in any of the places where it was looked for.
    pub(crate) fn not_found(&mut self, problem: Problem, name: &str, searched: &[PathBuf]) {
        let mut names = Vec::new();
        for path in searched {
            let Some(folder) = path.parent() else { continue };
            names.extend(
                self.project
                    .list(folder)
                    .iter()
                    .filter_map(|path| path.file_name()?.to_str().map(str::to_owned)),
            );
        }
        names.sort();
        names.dedup();
        let base = name.rsplit('/').next().unwrap_or(name);
        let mut problem = problem.labelled("no such file");
        let mut shown: Vec<String> = Vec::new();
        for path in searched.iter().map(|path| self.project.display(path)) {
            if !shown.contains(&path) {
                shown.push(path);
            }
        }
        if !shown.is_empty() {
            problem = problem.with_note(format!("searched: {}", shown.join(", ")));
        }
        if let Some(meant) = closest(base, names.iter().map(String::as_str)) {
            problem = problem.with_help(format!("did you mean `{meant}`?"));
        }
        self.problems.add(problem);
    }
}

/// `step` with the keywords that surround it put into it.
fn with_keywords(mut step: Step, outer: &rustle_schema::task::Directives) -> Step {
    match &mut step {
        Step::Task(task) => inherit(outer, &mut task.directives),
        Step::Block(block) => inherit(outer, &mut block.directives),
        Step::Role(role) => inherit(outer, &mut role.directives),
        // A plan that is being built is not packed yet.
        Step::Chunk(_) => {}
    }
    step
}
