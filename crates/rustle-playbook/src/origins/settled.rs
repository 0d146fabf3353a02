//! Where the tasks of settled lists were written: enough to find it again in the text.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use rustle_value::yaml::{Node, NodeKind};

use super::{Holder, Origins, Owner, TaskOrigin};
use crate::document;
use crate::source::SourceFile;

/// Where a list begins: the number of its first task, and how many holders there were before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    task: u32,
    holders: usize,
}

/// A list that was settled.
#[derive(Debug, Default)]
pub(super) struct Settled {
    groups: Vec<Group>,
    holders: Vec<HolderPlace>,
    /// Tasks that the text does not say again.
    kept: Vec<(u32, TaskOrigin)>,
    /// Holders of keywords likewise.
    kept_holders: Vec<Holder>,
}

/// Tasks of one file.
#[derive(Debug)]
struct Group {
    file: Arc<SourceFile>,
    folders: Arc<[PathBuf]>,
    /// The keywords under which the actions stand.
    actions: Vec<Arc<str>>,
    tasks: Vec<TaskPlace>,
}

/// The mappings of a file that are looked for, by where they begin.
type Wanted = HashMap<u32, Option<Node>>;

/// Where a task begins.
#[derive(Debug)]
struct TaskPlace {
    id: u32,
    /// In bytes. A file that is longer than this counts is not settled.
    offset: u32,
    /// Which of the actions it has.
    action: u32,
}

/// A holder of keywords.
#[derive(Debug)]
struct HolderPlace {
    owner: Owner,
    file: Arc<SourceFile>,
    offset: u32,
    except: &'static [&'static str],
}

impl Origins {
    /// Where a list begins whose first task has this number.
    pub(crate) fn mark(&self, task: u32) -> Mark {
        Mark { task, holders: self.holders.len() }
    }

    /// Visits what [`Origins::settle`] would settle.
    pub(crate) fn visit_from<'a>(&'a self, from: Mark, visit: &mut dyn FnMut(&super::Occurrence<'a, '_>)) {
        self.tasks.range(from.task..).for_each(|(_, task)| task.visit(visit));
        let holders = self.holders.get(from.holders..).unwrap_or_default();
        holders.iter().filter(|holder| holder.place().is_some()).for_each(|holder| holder.visit(visit));
    }

    /// Drops what is known of the tasks and holders since `from` but where they begin. What was `made` of other nodes is put
    /// aside as it is.
    pub(crate) fn settle(&mut self, from: Mark, made: bool) {
        let mut settled = Settled::default();
        let mut actions: HashMap<Arc<str>, u32> = HashMap::new();
        for (id, task) in self.tasks.split_off(&from.task) {
            let (file, node, action, folders) = task.parts();
            let offset = u32::try_from(node.span.start.offset()).ok().filter(|_| !made);
            let Some(offset) = offset else {
                settled.kept.push((id, task));
                continue;
            };
            let same =
                |group: &&mut Group| Arc::ptr_eq(&group.file, file) && Arc::ptr_eq(&group.folders, folders);
            let group = match settled.groups.last_mut().filter(same) {
                Some(group) => group,
                None => {
                    actions.clear();
                    let (file, folders) = (file.clone(), folders.clone());
                    settled.groups.push(Group { file, folders, actions: Vec::new(), tasks: Vec::new() });
                    let Some(group) = settled.groups.last_mut() else { continue };
                    group
                }
            };
            let next = actions.len() as u32;
            let number = *actions.entry(action.clone()).or_insert(next);
            if number == next {
                group.actions.push(action.clone());
            }
            group.tasks.push(TaskPlace { id, offset, action: number });
        }
        settled.kept.shrink_to_fit();
        settled.groups.iter_mut().for_each(|group| group.tasks.shrink_to_fit());
        let holders = self.holders.split_off(from.holders.min(self.holders.len()));
        for holder in holders {
            match holder.place() {
                Some(_) if made => settled.kept_holders.push(holder),
                Some((offset, except)) => {
                    let Holder { owner, file, .. } = holder;
                    settled.holders.push(HolderPlace { owner, file, offset, except });
                }
                None => self.holders.push(holder),
            }
        }
        self.settled.push(settled);
    }

    /// Reads again where everything in these lists was written, which were settled, and nothing else; they are numbered in the
    /// order in which that was done.
    #[must_use]
    pub fn restored(&self, lists: &BTreeSet<usize>) -> Origins {
        let chosen = || lists.iter().filter_map(|number| self.settled.get(*number));
        let mut files: HashMap<*const SourceFile, (&SourceFile, Wanted)> = HashMap::new();
        for list in chosen() {
            let tasks = list
                .groups
                .iter()
                .flat_map(|group| group.tasks.iter().map(|task| (&group.file, task.offset)));
            let holders = list.holders.iter().map(|holder| (&holder.file, holder.offset));
            for (file, offset) in tasks.chain(holders) {
                let (_, wanted) = files.entry(Arc::as_ptr(file)).or_insert_with(|| (file, Wanted::new()));
                wanted.insert(offset, None);
            }
        }
        for (file, wanted) in files.values_mut() {
            if let Some(root) = document::root_of(&file.text) {
                find(&root, wanted);
            }
        }
        let mut origins = Origins { defaulted: self.defaulted.clone(), ..Origins::default() };
        let found = |file: &Arc<SourceFile>, offset: u32| {
            files.get(&Arc::as_ptr(file)).and_then(|(_, found)| found.get(&offset)).and_then(Clone::clone)
        };
        for list in chosen() {
            origins.tasks.extend(list.kept.iter().cloned());
            origins.holders.extend(list.kept_holders.iter().cloned());
            for group in &list.groups {
                for TaskPlace { id, offset, action } in &group.tasks {
                    let action = group.actions.get(*action as usize);
                    if let (Some(node), Some(action)) = (found(&group.file, *offset), action) {
                        let task = TaskOrigin::again(*id, &group.file, node, action, &group.folders);
                        origins.tasks.insert(*id, task);
                    }
                }
            }
            for HolderPlace { owner, file, offset, except } in &list.holders {
                if let Some(node) = found(file, *offset) {
                    origins.holders.extend(Holder::of_keywords(owner.clone(), file, &node, except));
                }
            }
        }
        origins
    }
}

/// Finds the mappings that begin where `wanted` says. No two mappings begin at the same place, but for those that an alias
/// repeats.
fn find(node: &Node, wanted: &mut Wanted) {
    match &node.value {
        NodeKind::Scalar { .. } => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| find(item, wanted)),
        NodeKind::Mapping(entries) => {
            let offset = u32::try_from(node.span.start.offset()).ok();
            if let Some(place) = offset.and_then(|offset| wanted.get_mut(&offset)) {
                *place = Some(node.clone());
            }
            entries.iter().for_each(|(_, value)| find(value, wanted));
        }
    }
}
