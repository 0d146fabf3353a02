//! Where everything in a plan was written.

mod path;
mod snippets;
mod task;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use path::ValuePath;
pub use snippets::{Occurrence, Owner, Snippet, SnippetKind};
pub use task::TaskOrigin;
pub(crate) use task::{pair, piece};

use crate::source::SourceFile;
use rustle_value::yaml::Node;
use snippets::Keywords;

/// Where everything in a plan was written: tasks by their number, and every template and bare condition there is.
#[derive(Debug, Default)]
pub struct Origins {
    /// By the task's number.
    tasks: Vec<Option<TaskOrigin>>,
    /// What stands outside of tasks: variables and keywords of plays, blocks, roles, groups and hosts.
    holders: Vec<Holder>,
    /// The modules that `module_defaults` name, canonical.
    pub(crate) defaulted: BTreeSet<String>,
}

/// Something that holds values and is no task.
#[derive(Debug)]
struct Holder {
    owner: Owner,
    file: Arc<SourceFile>,
    node: Node,
    /// Whether the node holds keywords; variables otherwise.
    keywords: bool,
}

impl Origins {
    /// Where the task with this number was written.
    pub fn task(&self, id: u32) -> Option<&TaskOrigin> {
        self.tasks.get(usize::try_from(id).ok()?)?.as_ref()
    }

    /// Whether `module_defaults` give arguments to this module somewhere.
    pub fn has_module_defaults(&self, module: &str) -> bool {
        self.defaulted.contains(module)
    }

    /// Visits every template and every bare condition in the plan, in the order of the tasks and of what was loaded.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&Occurrence<'a, '_>)) {
        self.tasks.iter().flatten().for_each(|task| task.visit(visit));
        for holder in &self.holders {
            let keywords = if holder.keywords { Keywords::Shared } else { Keywords::None };
            snippets::visit(&holder.owner, &holder.file, &holder.node, keywords, visit);
        }
    }

    /// Every template and every bare condition in the plan, in the order of [`Origins::visit`].
    pub fn snippets(&self) -> impl Iterator<Item = Snippet<'_>> {
        let mut found = Vec::new();
        self.visit(&mut |occurrence| found.push(occurrence.snippet()));
        found.into_iter()
    }

    /// Notes where task `id` was written.
    pub(crate) fn add_task(&mut self, id: u32, origin: TaskOrigin) {
        let index = id as usize;
        if self.tasks.len() <= index {
            self.tasks.resize_with(index + 1, || None);
        }
        if let Some(slot) = self.tasks.get_mut(index) {
            *slot = Some(origin);
        }
    }

    /// Notes where values of `owner` were written: `node` is a mapping of `keywords` or of variables.
    pub(crate) fn add_holder(&mut self, owner: Owner, file: &Arc<SourceFile>, node: Node, keywords: bool) {
        self.holders.push(Holder { owner, file: file.clone(), node, keywords });
    }
}
