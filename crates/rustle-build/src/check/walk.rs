//! Every task of a plan, with what surrounds it.

use std::collections::HashMap;
use std::rc::Rc;

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

impl<'a> Everything<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Everything<'a> {
        let mut all = Everything::default();
        for play in &plan.plays {
            all.role_uses.extend(&play.roles);
            for list in [&play.pre_tasks, &play.tasks, &play.post_tasks] {
                all.steps(list, None);
            }
            all.handlers(&play.handlers);
        }
        for list in plan.task_files.values() {
            all.steps(list, None);
        }
        for role in plan.roles.values() {
            all.role_uses.extend(&role.dependencies);
            role.tasks.values().for_each(|list| all.steps(list, None));
            role.handlers.values().for_each(|list| all.handlers(list));
        }
        all
    }

    /// All of one list.
    pub(crate) fn of_list(list: &'a [Step]) -> Everything<'a> {
        let mut all = Everything::default();
        all.steps(list, None);
        all
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

    fn handlers(&mut self, handlers: &'a [Task]) {
        self.tasks.extend(handlers.iter().map(|task| Visited { task, module: None, within: None }));
    }

    fn steps(&mut self, list: &'a [Step], within: Option<&Rc<Within<'a>>>) {
        for step in list {
            match step {
                Step::Task(task) => self.tasks.push(Visited { task, module: None, within: within.cloned() }),
                Step::Role(role) => self.role_uses.push(role),
                Step::Chunk(chunk) => self.chunks.push((self.tasks.len(), chunk)),
                Step::Block(block) => {
                    self.blocks.push(block);
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
}
