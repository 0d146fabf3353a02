//! Every task of a plan, with what surrounds it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use rustle_bundle::Shelf;
use rustle_schema::plan::{Plan, RoleUse};
use rustle_schema::task::{Action, Block, Chunk, Step, Task};

use crate::modules::{Module, Modules};

/// A task and what surrounds it.
#[derive(Clone, Debug)]
pub(crate) struct Visited<'a> {
    pub(crate) task: &'a Task,
    /// The module that it names, if there is one and it was looked for.
    pub(crate) module: Option<&'a Module>,
    /// The innermost block that it stands in.
    pub(crate) within: Option<Rc<Within<'a>>>,
}

/// A block around tasks. Its tasks share it.
#[derive(Debug)]
pub(crate) struct Within<'a> {
    pub(crate) block: &'a Block,
    /// Whether the tasks stand in the part whose failure is rescued.
    pub(crate) rescued: bool,
    /// The block around this one.
    outer: Option<Rc<Within<'a>>>,
}

impl<'a> Visited<'a> {
    /// The blocks that the task stands in, the innermost first.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Within<'a>> {
        std::iter::successors(self.within.as_deref(), |within| within.outer.as_deref())
    }
}

/// All of a plan that is here.
#[derive(Debug, Default)]
pub(crate) struct Everything<'a> {
    /// Every task and handler, in the order of the plan.
    pub(crate) tasks: Vec<Visited<'a>>,
    pub(crate) blocks: Vec<&'a Block>,
    pub(crate) role_uses: Vec<&'a RoleUse>,
    /// What stands for steps that are not here, and how many tasks stand before it.
    pub(crate) chunks: Vec<(usize, &'a Chunk)>,
}

/// Lists that were taken in and are here again.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// The steps, by the numbers of the lists.
    pub(crate) steps: BTreeMap<usize, Vec<Step>>,
    /// Those of them that are asked for. The others stand around these.
    pub(crate) wanted: BTreeSet<usize>,
}

impl<'a> Everything<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Everything<'a> {
        let mut walk = Walk { all: Everything::default(), lists: None, here: true };
        walk.plan(plan);
        walk.all
    }

    /// All of one list.
    pub(crate) fn of_list(list: &'a [Step]) -> Everything<'a> {
        let mut walk = Walk { all: Everything::default(), lists: None, here: true };
        walk.steps(list, None);
        walk.all
    }

    /// All of the lists of a plan that are asked for.
    pub(crate) fn of_lists(plan: &'a Plan, lists: &'a Lists) -> Everything<'a> {
        let mut walk = Walk { all: Everything::default(), lists: Some(lists), here: false };
        walk.plan(plan);
        walk.all
    }

    /// Looks for the modules that tasks name.
    pub(crate) fn find_modules(&mut self, modules: &'a Modules) {
        let mut known: HashMap<&str, Option<&'a Module>> = HashMap::new();
        for visited in &mut self.tasks {
            if let Action::Module { module, .. } = &visited.task.action {
                visited.module = *known.entry(module).or_insert_with(|| modules.get(module));
            }
        }
    }
}

struct Walk<'a> {
    all: Everything<'a>,
    lists: Option<&'a Lists>,
    /// Whether the walk is where everything is wanted.
    here: bool,
}

impl<'a> Walk<'a> {
    fn plan(&mut self, plan: &'a Plan) {
        for play in &plan.plays {
            self.role_uses(&play.roles);
            for list in [&play.pre_tasks, &play.tasks, &play.post_tasks] {
                self.steps(list, None);
            }
            self.handlers(&play.handlers);
        }
        for list in plan.task_files.values() {
            self.steps(list, None);
        }
        for role in plan.roles.values() {
            self.role_uses(&role.dependencies);
            role.tasks.values().for_each(|list| self.steps(list, None));
            role.handlers.values().for_each(|list| self.handlers(list));
        }
    }

    fn role_uses(&mut self, uses: &'a [RoleUse]) {
        if self.here {
            self.all.role_uses.extend(uses);
        }
    }

    fn handlers(&mut self, handlers: &'a [Task]) {
        handlers.iter().for_each(|task| self.task(task, None));
    }

    fn task(&mut self, task: &'a Task, within: Option<&Rc<Within<'a>>>) {
        if self.here {
            self.all.tasks.push(Visited { task, module: None, within: within.cloned() });
        }
    }

    fn steps(&mut self, list: &'a [Step], within: Option<&Rc<Within<'a>>>) {
        for step in list {
            match step {
                Step::Task(task) => self.task(task, within),
                Step::Role(role) => self.role_uses(std::slice::from_ref(role)),
                Step::Chunk(chunk) => self.chunk(chunk, within),
                Step::Block(block) => {
                    if self.here {
                        self.all.blocks.push(block);
                    }
                    let rescued = !block.rescue.is_empty();
                    for (list, rescued) in
                        [(&block.block, rescued), (&block.rescue, false), (&block.always, false)]
                    {
                        self.steps(list, Some(&Rc::new(Within { block, rescued, outer: within.cloned() })));
                    }
                }
            }
        }
    }

    fn chunk(&mut self, chunk: &'a Chunk, within: Option<&Rc<Within<'a>>>) {
        let found = self.lists.zip(Shelf::number(chunk));
        let steps = found
            .and_then(|(lists, number)| Some((lists.steps.get(&number)?, lists.wanted.contains(&number))));
        match steps {
            Some((steps, wanted)) => {
                let before = std::mem::replace(&mut self.here, wanted);
                self.steps(steps, within);
                self.here = before;
            }
            None => self.all.chunks.push((self.all.tasks.len(), chunk)),
        }
    }
}
