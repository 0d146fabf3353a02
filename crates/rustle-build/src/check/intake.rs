//! Checks lists of steps while they are read. A list of which nothing is to be told, whatever else the plan holds, is packed
//! and forgotten but for what it says of the plan as a whole; the others are read again when that is known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_bundle::{BundleError, Shelf};
use rustle_playbook::{FinishedList, Settle};
use rustle_schema::task::{Action, Chunk, Step};
use rustle_template::Options;

use crate::check::defined::Definitions;
use crate::check::readings::{Needs, Readings};
use crate::check::task::Unlinked;
use crate::check::walk::{Everything, Lists, Visited};
use crate::check::{Ground, files, task, template_files, texts};
use crate::modules::Modules;

/// Takes lists as they are read.
pub(crate) struct Intake<'a> {
    modules: &'a Modules,
    /// The steps of the lists.
    pub(crate) shelf: Shelf,
    lists: Vec<List>,
    pub(crate) definitions: Definitions,
    pub(crate) readings: Readings,
    /// The modules that tasks name.
    pub(crate) named: BTreeSet<String>,
    /// Why a list could not be packed.
    pub(crate) error: Option<BundleError>,
}

/// What is known of a list that was taken.
struct List {
    chunk: Chunk,
    /// How many tasks it has itself.
    tasks: usize,
    /// The list in which it stands.
    outer: Option<usize>,
    needs: Needs,
    met: Vec<Met>,
}

/// How many tasks are read again together.
const MOST: usize = 10_000;

/// What is met in a list, in its order.
pub(crate) enum Met {
    /// A task that names the file of a template.
    Template(TemplateUse),
    /// Tasks that need a crate of this name, which is not linked.
    Unlinked(String, Unlinked),
    /// Another list, by its number.
    List(usize),
}

/// What a plan consists of, as far as more than one list is concerned.
pub(crate) enum Item<'i, 'v> {
    /// A task that was kept.
    Task(&'i Visited<'v>),
    /// What was met in the list with this number.
    Met(usize, &'i Met),
}

/// A task that names the file of a template literally.
pub(crate) struct TemplateUse {
    pub(crate) task: u32,
    /// Where it is looked for.
    pub(crate) folders: Arc<[PathBuf]>,
    pub(crate) name: String,
    pub(crate) options: Options,
}

impl Met {
    fn list(&self) -> Option<usize> {
        match self {
            Met::List(number) => Some(*number),
            Met::Template(_) | Met::Unlinked(..) => None,
        }
    }
}

impl<'a> Intake<'a> {
    pub(crate) fn new(modules: &'a Modules) -> Intake<'a> {
        Intake {
            modules,
            shelf: Shelf::default(),
            lists: Vec::new(),
            definitions: Definitions::default(),
            readings: Readings::new(),
            named: BTreeSet::new(),
            error: None,
        }
    }

    /// Goes through what was kept of a plan and through what was met in lists, in the order of the plan.
    pub(crate) fn in_order<'i, 'v>(&'i self, live: &'i Everything<'v>, each: &mut dyn FnMut(Item<'i, 'v>)) {
        let mut chunks = live.chunks.iter().peekable();
        for (index, visited) in live.tasks.iter().enumerate() {
            while let Some((_, chunk)) = chunks.next_if(|(before, _)| *before <= index) {
                self.list_in_order(Shelf::number(chunk), each);
            }
            each(Item::Task(visited));
        }
        chunks.for_each(|(_, chunk)| self.list_in_order(Shelf::number(chunk), each));
    }

    fn list_in_order<'i, 'v>(&'i self, number: Option<usize>, each: &mut dyn FnMut(Item<'i, 'v>)) {
        let Some((number, list)) = number.and_then(|number| Some((number, self.lists.get(number)?))) else {
            return;
        };
        for met in &list.met {
            match met {
                Met::List(inner) => self.list_in_order(Some(*inner), each),
                other => each(Item::Met(number, other)),
            }
        }
    }

    /// The lists of which something may be to be told, as many together as are good to have in memory: those that use one of
    /// the names with these numbers, and those in `more`.
    pub(crate) fn doubtful(&self, names: &BTreeSet<u32>, more: &BTreeSet<usize>) -> Vec<BTreeSet<usize>> {
        let mut found: Vec<BTreeSet<usize>> = Vec::new();
        let mut tasks = MOST;
        for (number, list) in self.lists.iter().enumerate() {
            if !more.contains(&number) && !list.needs.are_doubtful(names) {
                continue;
            }
            if tasks >= MOST {
                tasks = 0;
                found.push(BTreeSet::new());
            }
            tasks += list.tasks;
            found.last_mut().into_iter().for_each(|lists| lists.extend([number]));
        }
        found
    }

    /// The steps of these lists and of those around them.
    pub(crate) fn lists(&self, wanted: BTreeSet<usize>) -> Result<Lists, BundleError> {
        let mut steps = BTreeMap::new();
        for number in &wanted {
            let mut next = Some(*number);
            while let Some((number, list)) = next.and_then(|number| Some((number, self.lists.get(number)?)))
                && !steps.contains_key(&number)
            {
                steps.insert(number, self.shelf.steps(&list.chunk)?);
                next = list.outer;
            }
        }
        Ok(Lists { steps, wanted })
    }

    /// Whether something may be to be told of a task, and not of its texts.
    fn is_doubtful(&self, ground: &Ground<'_>, visited: &Visited<'_>) -> bool {
        let mut problems = Vec::new();
        task::check(ground, visited, &mut problems);
        files::check(ground, visited, &mut problems);
        !problems.is_empty()
    }

    fn arguments(&mut self, ground: &Ground<'_>, visited: &Visited<'_>, needs: &mut Needs) {
        for (use_, _, text) in texts::expressions(ground, visited) {
            self.readings.argument(text.2, use_, needs);
        }
    }
}

impl Settle for Intake<'_> {
    fn settle(&mut self, list: &FinishedList<'_>, steps: &mut Vec<Step>) -> bool {
        let ground = Ground { origins: list.origins, modules: self.modules, root: Path::new("") };
        let mut all = Everything::of_list(steps);
        all.find_modules(self.modules);
        let mut needs = Needs::default();
        self.readings.list(list, &mut needs);
        let mut met = Vec::new();
        let mut chunks = all.chunks.iter().peekable();
        for (index, visited) in all.tasks.iter().enumerate() {
            while let Some((_, chunk)) = chunks.next_if(|(before, _)| *before <= index) {
                met.extend(Shelf::number(chunk).map(Met::List));
            }
            needs.doubtful = needs.doubtful || self.is_doubtful(&ground, visited);
            self.arguments(&ground, visited, &mut needs);
            if let Some(used) = template_files::use_of(&ground, visited) {
                // Tasks of one list look in the same folders: the first of those that name a file counts.
                let known = |met: &Met| matches!(met, Met::Template(it) if it.name == used.name && Arc::ptr_eq(&it.folders, &used.folders));
                if !met.iter().any(known) {
                    met.push(Met::Template(used));
                }
            }
            if let Some((package, unlinked)) = Unlinked::of(&ground, visited) {
                let first = met.iter_mut().find_map(|met| match met {
                    Met::Unlinked(name, first) if *name == package => Some(first),
                    _ => None,
                });
                match first {
                    Some(first) => first.add(&unlinked),
                    None => met.push(Met::Unlinked(package, unlinked)),
                }
            }
            if let Action::Module { module, .. } = &visited.task.action
                && !self.named.contains(module)
            {
                self.named.insert(module.clone());
            }
        }
        met.extend(chunks.filter_map(|(_, chunk)| Shelf::number(chunk)).map(Met::List));
        self.readings.facts.tasks(&all.tasks);
        self.definitions.list(self.modules, &all, list.nested);
        let tasks = all.tasks.len();
        match self.shelf.put(steps) {
            Ok(chunk) => {
                let number = self.lists.len();
                for inner in met.iter().filter_map(Met::list) {
                    self.lists.get_mut(inner).into_iter().for_each(|list| list.outer = Some(number));
                }
                self.lists.push(List { chunk: chunk.clone(), tasks, outer: None, needs, met });
                *steps = vec![Step::Chunk(Box::new(chunk))];
                true
            }
            Err(error) => {
                self.error = Some(error);
                false
            }
        }
    }
}
