//! Where the tasks of settled lists were written: enough to find it again in the text.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
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
    /// In bytes: no file that is read is longer than this counts.
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

    /// Who reads settled lists again.
    #[must_use]
    pub fn again(&self) -> Again<'_> {
        Again { origins: self, roots: HashMap::new() }
    }
}

/// Reads settled lists again, some at a time. A file of which more is wanted the next time is not parsed once more.
#[derive(Debug)]
pub struct Again<'a> {
    origins: &'a Origins,
    /// What the files say of which something was wanted last.
    roots: HashMap<*const SourceFile, Option<Node>>,
}

impl Again<'_> {
    /// Reads again where everything in these lists was written, which were settled, and nothing else; they are numbered in the
    /// order in which that was done.
    #[must_use]
    pub fn restored(&mut self, lists: &BTreeSet<usize>) -> Origins {
        let chosen = || lists.iter().filter_map(|number| self.origins.settled.get(*number));
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
        let mut roots = HashMap::new();
        for (key, (file, wanted)) in &mut files {
            let root = self.roots.remove(key).unwrap_or_else(|| document::root_of(&file.text));
            let first = wanted.keys().min().copied().unwrap_or_default();
            let last = wanted.keys().max().copied().unwrap_or_default();
            root.iter().for_each(|root| find(root, first..=last, wanted));
            roots.insert(*key, root);
        }
        let mut origins = Origins { defaulted: self.origins.defaulted.clone(), ..Origins::default() };
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
        self.roots = roots;
        origins
    }
}

/// Finds the mappings that begin where `wanted` says, all of them within `range`. No two mappings begin at the same place, but
/// for those that an alias repeats.
fn find(node: &Node, range: RangeInclusive<u32>, wanted: &mut Wanted) {
    match &node.value {
        NodeKind::Scalar { .. } => {}
        NodeKind::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                // An item ends before the next one begins, unless that is an alias, which has the place of what it repeats.
                let next = items.get(index + 1).and_then(start).filter(|next| Some(*next) > start(item));
                let before = next.is_some_and(|next| next <= *range.start());
                let behind = start(item).is_some_and(|start| start > *range.end());
                if !before && !behind {
                    find(item, range.clone(), wanted);
                }
            }
        }
        NodeKind::Mapping(entries) => {
            if let Some(place) = start(node).and_then(|offset| wanted.get_mut(&offset)) {
                *place = Some(node.clone());
            }
            entries.iter().for_each(|(_, value)| find(value, range.clone(), wanted));
        }
    }
}

/// The byte at which a node begins.
fn start(node: &Node) -> Option<u32> {
    u32::try_from(node.span.start.offset()).ok()
}
