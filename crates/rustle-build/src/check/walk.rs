//! Every task of a plan, with what surrounds it.

use rustle_schema::plan::{Plan, RoleUse};
use rustle_schema::task::{Block, Step, Task};

/// A task and what surrounds it.
#[derive(Clone, Debug)]
pub(crate) struct Visited<'a> {
    pub(crate) task: &'a Task,
    /// The blocks it stands in, the outermost first, each with whether it stands in a part whose failure is rescued.
    pub(crate) blocks: Vec<(&'a Block, bool)>,
}

/// All of a plan.
#[derive(Debug, Default)]
pub(crate) struct Everything<'a> {
    /// Every task and handler, in the order of the plan.
    pub(crate) tasks: Vec<Visited<'a>>,
    pub(crate) blocks: Vec<&'a Block>,
    pub(crate) role_uses: Vec<&'a RoleUse>,
}

impl<'a> Everything<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Everything<'a> {
        let mut all = Everything::default();
        for play in &plan.plays {
            all.role_uses.extend(&play.roles);
            for list in [&play.pre_tasks, &play.tasks, &play.post_tasks] {
                all.steps(list, &mut Vec::new());
            }
            all.handlers(&play.handlers);
        }
        for list in plan.task_files.values() {
            all.steps(list, &mut Vec::new());
        }
        for role in plan.roles.values() {
            all.role_uses.extend(&role.dependencies);
            role.tasks.values().for_each(|list| all.steps(list, &mut Vec::new()));
            role.handlers.values().for_each(|list| all.handlers(list));
        }
        all
    }

    fn handlers(&mut self, handlers: &'a [Task]) {
        self.tasks.extend(handlers.iter().map(|task| Visited { task, blocks: Vec::new() }));
    }

    fn steps(&mut self, list: &'a [Step], around: &mut Vec<(&'a Block, bool)>) {
        for step in list {
            match step {
                Step::Task(task) => self.tasks.push(Visited { task, blocks: around.clone() }),
                Step::Role(role) => self.role_uses.push(role),
                // A plan that is being built is not packed yet.
                Step::Chunk(_) => {}
                Step::Block(block) => {
                    self.blocks.push(block);
                    let rescued = !block.rescue.is_empty();
                    for (list, rescued) in
                        [(&block.block, rescued), (&block.rescue, false), (&block.always, false)]
                    {
                        around.push((block, rescued));
                        self.steps(list, around);
                        around.pop();
                    }
                }
            }
        }
    }
}
