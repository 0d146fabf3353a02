//! Lists of tasks that bring each other in.

use rustle_bundle::Writer;
use rustle_runtime::schema::task::{Action, Directives, Step, Task};

use crate::harness::{Runner, plan, say};

/// All of them, for the harness.
pub const TESTS: [(&str, fn()); 1] =
    [("lists_that_include_each_other_have_chunks_of_their_own", lists_that_include_each_other)];

/// How many lists include each other: more than chunks may lie in chunks.
const LISTS: usize = 300;

fn include(number: usize) -> Step {
    let file = format!("/@bundle/t{number}.yml").into();
    let action = Action::IncludeTasks { file, apply: Box::default() };
    Step::Task(Box::new(Task::new(None, action, Directives::default())))
}

fn lists_that_include_each_other() {
    let mut plan = plan(vec![include(1)]);
    for number in 1..LISTS {
        plan.task_files.insert(format!("t{number}.yml"), vec![say("going on"), include(number + 1)]);
    }
    plan.task_files.insert(format!("t{LISTS}.yml"), vec![say("the end")]);
    let mut writer = Writer::default();
    // Every list is cut.
    writer.chunk_tasks(1);
    let done = Runner::of(&plan, writer).run(&[]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", done.stdout);
    assert!(done.stdout.contains(&format!("ok={} ", 2 * LISTS)), "{}", done.stdout);
}
