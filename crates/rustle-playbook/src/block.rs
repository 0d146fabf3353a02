//! Blocks, and lists of tasks.

use rustle_schema::task::{Block, Step};

use crate::keyword::Place;
use crate::kind::kind;
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::scope::Scope;
use rustle_value::yaml::Node;

/// How many blocks and imports may stand within one another.
const DEEPEST: usize = 100;

impl Loader<'_> {
    /// Whether too many blocks and imports stand around `node`; that is told.
    pub(crate) fn is_too_deep(&mut self, scope: &Scope, node: &Node) -> bool {
        if scope.depth >= DEEPEST {
            let message = format!("more than {DEEPEST} blocks and imports stand within one another");
            self.problems.add(Problem::error("nested-too-deep", message).at(scope.at(node)));
        }
        scope.depth >= DEEPEST
    }

    /// The steps of a task list; `name` says what it is. Nothing is an empty list.
    pub(crate) fn task_list(&mut self, scope: &Scope, name: &str, node: &Node) -> Vec<Step> {
        if node.is_null() {
            return Vec::new();
        }
        let Some(items) = node.as_sequence() else {
            let found = kind(node);
            let mut problem =
                Problem::error("wrong-type", format!("{name} must be a list of tasks, not {found}"))
                    .at(scope.at(node))
                    .labelled(found);
            if node.as_mapping().is_some() {
                problem = problem.with_help("each task of a list begins with `- `");
            }
            self.problems.add(problem);
            return Vec::new();
        };
        let mut steps = Vec::with_capacity(items.len());
        let (mut from, mut settled) = (self.mark(), 0);
        for item in items {
            steps.append(&mut self.steps_of(scope, item));
            settled = self.settled_portion(scope, &mut from, &mut steps, settled);
        }
        steps
    }

    /// A block, which stands alone in the list.
    pub(crate) fn block(&mut self, scope: &Scope, node: &Node) -> Vec<Step> {
        if scope.handlers {
            self.problems.add(
                Problem::error("block-in-handlers", "using a block as a handler is not supported")
                    .at(scope.at(node)),
            );
            return Vec::new();
        }
        if self.is_too_deep(scope, node) {
            return Vec::new();
        }
        let mut block = Block { position: scope.position(node), ..Block::default() };
        let mut scope = Scope { depth: scope.depth + 1, ..scope.clone() };
        let entries = node.as_mapping().unwrap_or_default();
        for (key, value) in entries {
            let Some(name) = self.key_text(&scope, Place::Block, key) else { continue };
            match name {
                "block" | "rescue" | "always" => {}
                _ if Place::Block.has(name) && self.is_empty_keyword(&scope, name, key, value) => {}
                "name" => block.name = self.text(&scope, name, value),
                "notify" => {
                    let names = self.texts(&scope, name, value);
                    block.notify = self.notify(&scope, names);
                }
                _ if Place::Block.has(name)
                    && self.directive(&scope, &mut block.directives, name, key, value) => {}
                _ => self.block_keyword(&scope, name, key),
            }
        }
        self.hold_keywords(&scope, Owner::Block, node, &["block", "rescue", "always"]);
        if !block.directives.vars.is_empty() {
            scope.known.extend_from(&block.directives.vars);
        }
        for (key, value) in entries {
            let list = match key.as_text() {
                Some("block") => &mut block.block,
                Some("rescue") => &mut block.rescue,
                Some("always") => &mut block.always,
                _ => continue,
            };
            let name = key.as_text().unwrap_or_default();
            if value.is_null() {
                let message = format!("`{name}` must be a list of tasks, not nothing");
                self.problems.add(Problem::error("wrong-type", message).at(scope.at(key)));
            }
            *list = self.task_list(&scope, &format!("`{name}`"), value);
            let empty =
                node.get("block").is_none_or(|block| block.as_sequence().is_none_or(<[Node]>::is_empty));
            if name != "block" && empty && value.as_sequence().is_some_and(|list| !list.is_empty()) {
                let message = format!("`{name}` cannot be used without `block`");
                self.problems.add(Problem::error("no-block", message).at(scope.at(key)));
            }
        }
        vec![Step::Block(Box::new(block))]
    }

    /// Tells that `name` is no keyword of a block; one of a task gets a hint of its own.
    fn block_keyword(&mut self, scope: &Scope, name: &str, key: &Node) {
        if Place::Task.has(name) || name.starts_with("with_") {
            self.problems.add(
                Problem::error("unknown-keyword", format!("`{name}` is not a keyword of a block"))
                    .at(scope.at(key))
                    .labelled("unknown keyword")
                    .with_help(if name == "loop" || name.starts_with("with_") {
                        "a block cannot be repeated: put its tasks into a file, and loop over `include_tasks`"
                    } else {
                        "put it on the tasks of the block"
                    }),
            );
        } else {
            self.unknown_keyword(scope, Place::Block, name, key);
        }
    }

    /// Notes where the keywords of `node` were written, without those in `except`.
    pub(crate) fn hold_keywords(
        &mut self,
        scope: &Scope,
        owner: Owner,
        node: &Node,
        except: &'static [&'static str],
    ) {
        self.origins.add_keywords(owner, &scope.doc.file, node, except);
    }
}
