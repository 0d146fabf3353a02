//! Every task of a plan.

use rustle_schema::plan::Plan;
use rustle_schema::task::{Step, Task};

/// Every task and handler, in the order of the plan.
pub(crate) fn tasks(plan: &Plan) -> Vec<&Task> {
    let mut found = Vec::new();
    for play in &plan.plays {
        for list in [&play.pre_tasks, &play.tasks, &play.post_tasks] {
            steps(list, &mut found);
        }
        found.extend(&play.handlers);
    }
    for list in plan.task_files.values() {
        steps(list, &mut found);
    }
    for role in plan.roles.values() {
        role.tasks.values().for_each(|list| steps(list, &mut found));
        found.extend(role.handlers.values().flatten());
    }
    found
}

fn steps<'a>(list: &'a [Step], found: &mut Vec<&'a Task>) {
    for step in list {
        match step {
            Step::Task(task) => found.push(task),
            Step::Block(block) => {
                for list in [&block.block, &block.rescue, &block.always] {
                    steps(list, found);
                }
            }
            Step::Role(_) => {}
        }
    }
}
