//! Checks lists of steps while they are read. A list of which nothing is to be told, whatever else the plan holds, is packed
//! and forgotten but for what it says of the plan as a whole; the others are read again when that is known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_bundle::{BundleError, Shelf};
use rustle_playbook::{FinishedList, Settle};
use rustle_schema::plan::Plan;
use rustle_schema::task::{Action, Step};
use rustle_template::Options;

use crate::check::defined::Definitions;
use crate::check::readings::{Needs, Readings};
use crate::check::walk::{Everything, Visited};
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
    needs: Needs,
    met: Vec<Met>,
}

/// What is met in a list, in its order.
pub(crate) enum Met {
    /// A task that names the file of a template.
    Template(TemplateUse),
    /// Another list, by its number.
    List(usize),
}

/// A task that names the file of a template literally.
pub(crate) struct TemplateUse {
    pub(crate) task: u32,
    /// Where it is looked for.
    pub(crate) folders: Arc<[PathBuf]>,
    pub(crate) name: String,
    pub(crate) options: Options,
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

    /// What is met in the list with this number.
    pub(crate) fn met(&self, list: usize) -> &[Met] {
        self.lists.get(list).map_or(&[], |list| &list.met)
    }

    /// The lists of which something may be to be told: those that use one of the names with these numbers, those in `more`,
    /// and the lists in which these stand.
    pub(crate) fn doubtful(&self, names: &BTreeSet<u32>, more: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        // What stands in a list was taken before.
        for (number, list) in self.lists.iter().enumerate() {
            let holds = |met: &Met| matches!(met, Met::List(inner) if found.contains(inner));
            if more.contains(&number) || list.needs.are_doubtful(names) || list.met.iter().any(holds) {
                found.insert(number);
            }
        }
        found
    }

    /// The plan with the steps of these lists in their places.
    pub(crate) fn with_lists(&self, plan: &Plan, lists: &BTreeSet<usize>) -> Result<Plan, BundleError> {
        let mut plan = plan.clone();
        for play in &mut plan.plays {
            for list in [&mut play.pre_tasks, &mut play.tasks, &mut play.post_tasks] {
                self.expand(list, lists)?;
            }
        }
        for list in plan.task_files.values_mut() {
            self.expand(list, lists)?;
        }
        for list in plan.roles.values_mut().flat_map(|role| role.tasks.values_mut()) {
            self.expand(list, lists)?;
        }
        Ok(plan)
    }

    fn expand(&self, list: &mut Vec<Step>, lists: &BTreeSet<usize>) -> Result<(), BundleError> {
        for step in std::mem::take(list) {
            match step {
                Step::Chunk(chunk) if Shelf::number(&chunk).is_some_and(|number| lists.contains(&number)) => {
                    let mut steps = self.shelf.steps(&chunk)?;
                    self.expand(&mut steps, lists)?;
                    list.append(&mut steps);
                }
                Step::Block(mut block) => {
                    for list in [&mut block.block, &mut block.rescue, &mut block.always] {
                        self.expand(list, lists)?;
                    }
                    list.push(Step::Block(block));
                }
                other => list.push(other),
            }
        }
        Ok(())
    }

    /// Whether something may be to be told of a task, and not of its texts.
    fn is_doubtful(&self, ground: &Ground<'_>, visited: &Visited<'_>) -> bool {
        let (mut problems, mut missing) = (Vec::new(), BTreeMap::new());
        task::check(ground, visited, &mut missing, &mut problems);
        files::check(ground, visited, &mut problems);
        !problems.is_empty() || !missing.is_empty()
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
            if let Action::Module { module, .. } = &visited.task.action
                && !self.named.contains(module)
            {
                self.named.insert(module.clone());
            }
        }
        met.extend(chunks.filter_map(|(_, chunk)| Shelf::number(chunk)).map(Met::List));
        self.readings.facts.tasks(&all.tasks);
        self.definitions.list(self.modules, &all, list.nested);
        match self.shelf.put(steps) {
            Ok(chunk) => {
                self.lists.push(List { needs, met });
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
