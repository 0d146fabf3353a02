//! Where one task was written.

use std::sync::Arc;

use super::path::{Step, ValuePath};
use super::snippets::{self, Owner, Snippet};
use crate::node::{Node, NodeValue};
use crate::source::{Location, SourceFile};

/// Where a task was written, and everything in it.
#[derive(Debug)]
pub struct TaskOrigin {
    owner: Owner,
    file: Arc<SourceFile>,
    /// The whole task.
    node: Node,
    /// The name of the module.
    module: Location,
}

impl TaskOrigin {
    pub(crate) fn new(id: u32, file: &Arc<SourceFile>, node: Node, module: Location) -> TaskOrigin {
        TaskOrigin { owner: Owner::Task(id), file: file.clone(), node, module }
    }

    /// The whole task.
    pub fn location(&self) -> Location {
        self.of(&self.node)
    }

    /// The name of the module.
    pub fn module(&self) -> Location {
        self.module.clone()
    }

    /// The keyword `name` itself: the key.
    pub fn keyword(&self, name: &str) -> Option<Location> {
        self.entry(name).map(|(key, _)| self.of(key))
    }

    /// The value at `path`, which begins with a keyword: `when[0]`, `vars.port`.
    pub fn value(&self, path: impl Into<ValuePath>) -> Option<Location> {
        self.resolve(&path.into()).map(|node| self.of(node))
    }

    /// The value of an argument: `src`, `sub.key[0]`.
    pub fn arg(&self, path: impl Into<ValuePath>) -> Option<Location> {
        let _ = path.into();
        None
    }

    /// The name of an argument: its key.
    pub fn arg_name(&self, path: impl Into<ValuePath>) -> Option<Location> {
        let _ = path.into();
        None
    }

    /// Where the byte at `offset` of the text at `path` (`args.src`, `when[0]`) was written.
    pub fn template_at(&self, path: impl Into<ValuePath>, offset: usize) -> Option<Location> {
        let node = self.resolve(&path.into())?;
        let start = node.locate(offset, &self.file.text).offset;
        Some(Location::new(&self.file, start..node.span.end.offset.max(start)))
    }

    /// The templates and conditions of the task.
    pub fn snippets(&self) -> impl Iterator<Item = Snippet<'_>> {
        snippets::of_node(&self.owner, &self.file, &self.node, ValuePath::root()).into_iter()
    }

    fn of(&self, node: &Node) -> Location {
        Location::new(&self.file, node.span.start.offset..node.span.end.offset)
    }

    fn entry(&self, name: &str) -> Option<&(Node, Node)> {
        entry(&self.node, name)
    }

    fn resolve(&self, path: &ValuePath) -> Option<&Node> {
        path.steps().iter().try_fold(&self.node, |node, step| match (step, &node.value) {
            (Step::Key(key), _) => entry(node, key).map(|(_, value)| value),
            (Step::Index(index), NodeValue::Sequence(items)) => items.get(*index),
            _ => None,
        })
    }
}

fn entry<'a>(node: &'a Node, name: &str) -> Option<&'a (Node, Node)> {
    let NodeValue::Mapping(entries) = &node.value else { return None };
    entries.iter().find(|(key, _)| matches!(&key.value, NodeValue::Scalar { text, .. } if text == name))
}
