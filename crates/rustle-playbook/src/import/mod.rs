//! Plans in the JSON of rustle-plan, in any of its four shapes.
//!
//! A plan becomes the nodes of a playbook that says the same, each standing where the plan has it; from there on it is
//! read as playbooks are.

mod batches;
mod conditions;
mod current;
mod flat;
mod flat_conditions;
mod flat_inventory;
pub(crate) mod json;
mod legacy;
mod losses;
mod minimal;
mod nodes;
mod order;
mod tasks;

use std::path::Path;
use std::sync::Arc;

use rustle_value::yaml::Node;

use crate::document::Document;
use crate::loader::Loader;
use crate::play::Given;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::source::{Location, SourceFile};
use nodes::{field, items};

/// The shapes that a plan can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Plays of batches, with metadata: what rustle-plan prints.
    Current,
    /// The same with an older form of binary deployments.
    Legacy,
    /// Plays of batches and nothing else, as written by hand.
    Minimal,
    /// A flat list of tasks with real dependencies.
    Flat,
}

impl Loader<'_> {
    /// Reads a plan. Whether there is one.
    pub(crate) fn plan_json(&mut self, text: &[u8], name: &str) -> bool {
        let file = self.source_file(name.to_owned(), text);
        let Some((doc, root)) = self.json_document(&file) else { return false };
        let folder: Arc<Path> = Arc::from(self.project.root.as_path());
        self.playbooks.push(folder.clone());
        let scope = Scope::new(&doc, &folder, &self.options.extra_vars);
        let Some(shape) = shape(&root) else {
            self.problems.add(
                Problem::error("unknown-shape", "this is no plan: it has neither `plays` nor `tasks`")
                    .at(Location::new(&file, 0..root.span.end().min(1))),
            );
            return false;
        };
        self.inventory(&folder);
        let plays = match shape {
            Shape::Current => self.current_plan(&scope, &root),
            Shape::Legacy => self.legacy_plan(&scope, &root),
            Shape::Minimal => self.minimal_plan(&scope, &root),
            Shape::Flat => self.flat_plan(&scope, &root),
        };
        // What the plays are made of they share.
        drop(root);
        for play in &plays {
            self.play(&scope, play, &Given::default());
        }
        if plays.is_empty() {
            self.problems.add(
                Problem::warning("empty-playbook", "the plan has no plays").at(Location::new(&file, 0..0)),
            );
        }
        true
    }

    fn json_document(&mut self, file: &Arc<SourceFile>) -> Option<(Arc<Document>, Node)> {
        match json::parse(&file.text) {
            Ok((root, twice)) => {
                for twice in &twice {
                    self.duplicate_key(file, &twice.key, twice.span, twice.before);
                }
                self.project.sources.push(file.path.clone());
                let path = self.project.root.join(&file.path);
                Some((
                    Arc::new(Document { path, file: file.clone(), source: 0, vault: None, made: true }),
                    root,
                ))
            }
            Err(error) => {
                let end = error.offset
                    + file
                        .text
                        .get(error.offset..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(0, char::len_utf8);
                self.problems.add(
                    Problem::error("json-syntax", format!("this is not JSON: {}", error.message))
                        .at(Location::new(file, error.offset..end)),
                );
                None
            }
        }
    }
}

fn shape(root: &Node) -> Option<Shape> {
    if field(root, "plays").is_some_and(|(_, plays)| plays.as_sequence().is_some()) {
        let old = ["task_ids", "target_architecture", "estimated_savings", "secrets", "controller_endpoint"];
        let is_old = |deployment: &Node| {
            let requirements = deployment.get("compilation_requirements");
            old.iter().any(|name| deployment.get(name).is_some())
                || requirements
                    .is_some_and(|node| node.get("modules").is_some() || node.get("target_triple").is_some())
        };
        return Some(if items(root, "binary_deployments").iter().any(is_old) {
            Shape::Legacy
        } else if root.get("metadata").is_some() {
            Shape::Current
        } else {
            Shape::Minimal
        });
    }
    field(root, "tasks").filter(|(_, tasks)| tasks.as_sequence().is_some()).map(|_| Shape::Flat)
}
