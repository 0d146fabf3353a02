//! Where everything in a plan was written.

mod path;
mod settled;
mod snippets;
mod task;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use path::ValuePath;
pub use settled::Again;
pub(crate) use settled::Mark;
pub use snippets::{Occurrence, Owner, Snippet, SnippetKind};
pub use task::{TaskOrigin, file_candidates};
pub(crate) use task::{pair, piece};

use crate::source::SourceFile;
use rustle_value::yaml::{Node, NodeKind};
use settled::Settled;
use snippets::Keywords;

/// Where everything in a plan was written: tasks by their number, and every template and bare condition there is.
#[derive(Debug, Default)]
pub struct Origins {
    /// By the task's number.
    tasks: BTreeMap<u32, TaskOrigin>,
    /// What stands outside of tasks: variables and keywords of plays, blocks, roles, groups and hosts.
    holders: Vec<Holder>,
    /// The lists that were settled: their tasks and holders are not among those above.
    settled: Vec<Settled>,
    /// The modules that `module_defaults` name, canonical.
    pub(crate) defaulted: BTreeSet<String>,
}

/// Something that holds values and is no task.
#[derive(Clone, Debug)]
struct Holder {
    owner: Owner,
    file: Arc<SourceFile>,
    node: Node,
    holds: Holds,
}

/// What the node of a holder holds.
#[derive(Clone, Copy, Debug)]
enum Holds {
    Variables,
    /// Keywords: those of a mapping that begins where the node does, without these.
    Keywords(&'static [&'static str]),
}

impl Holder {
    /// The keywords of `node`, without those in `except`, if there are any.
    fn of_keywords(
        owner: Owner,
        file: &Arc<SourceFile>,
        node: &Node,
        except: &'static [&'static str],
    ) -> Option<Holder> {
        let entries = node.as_mapping().unwrap_or_default().iter();
        let kept = |(key, _): &&(Node, Node)| key.as_text().is_some_and(|name| !except.contains(&name));
        let kept: Vec<_> = entries.filter(kept).cloned().collect();
        if kept.is_empty() {
            return None;
        }
        let node = Node { value: NodeKind::Mapping(kept.into()), tag: None, span: node.span };
        Some(Holder { owner, file: file.clone(), node, holds: Holds::Keywords(except) })
    }

    /// Where the mapping begins of which it holds the keywords, and without which.
    fn place(&self) -> Option<(u32, &'static [&'static str])> {
        match self.holds {
            Holds::Variables => None,
            Holds::Keywords(except) => Some((u32::try_from(self.node.span.start.offset()).ok()?, except)),
        }
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&Occurrence<'a, '_>)) {
        let keywords = match self.holds {
            Holds::Variables => Keywords::None,
            Holds::Keywords(_) => Keywords::Shared,
        };
        snippets::visit(&self.owner, &self.file, &self.node, keywords, visit);
    }
}

impl Origins {
    /// Where the task with this number was written.
    pub fn task(&self, id: u32) -> Option<&TaskOrigin> {
        self.tasks.get(&id)
    }

    /// Whether `module_defaults` give arguments to this module somewhere.
    pub fn has_module_defaults(&self, module: &str) -> bool {
        self.defaulted.contains(module)
    }

    /// Visits every template and every bare condition in the plan, in the order of the tasks and of what was loaded, but for
    /// the lists that were [settled](crate::Settle).
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&Occurrence<'a, '_>)) {
        self.tasks.values().for_each(|task| task.visit(visit));
        self.holders.iter().for_each(|holder| holder.visit(visit));
    }

    /// Every template and every bare condition in the plan, in the order of [`Origins::visit`].
    pub fn snippets(&self) -> impl Iterator<Item = Snippet<'_>> {
        let mut found = Vec::new();
        self.visit(&mut |occurrence| found.push(occurrence.snippet()));
        found.into_iter()
    }

    /// Notes where task `id` was written.
    pub(crate) fn add_task(&mut self, id: u32, origin: TaskOrigin) {
        self.tasks.insert(id, origin);
    }

    /// Notes where variables of `owner` were written.
    pub(crate) fn add_variables(&mut self, owner: Owner, file: &Arc<SourceFile>, node: Node) {
        self.holders.push(Holder { owner, file: file.clone(), node, holds: Holds::Variables });
    }

    /// Notes where the keywords of `node` were written, without those in `except`.
    pub(crate) fn add_keywords(
        &mut self,
        owner: Owner,
        file: &Arc<SourceFile>,
        node: &Node,
        except: &'static [&'static str],
    ) {
        self.holders.extend(Holder::of_keywords(owner, file, node, except));
    }
}
