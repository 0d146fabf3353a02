//! The head of a plan: all of it but its long lists of steps.

use rustle_schema::plan::{Plan, Play, Role};
use rustle_schema::task::Step;

use crate::error::BundleError;
use crate::frames::Frames;
use crate::shelf::Shelf;
use crate::sink::Sink;
use crate::steps;

/// How many chunks' worth of tasks stay in the head at most, if each list of it is short.
const CHUNKS: u64 = 4;

/// Writes the long lists of `plan` as chunks of `tasks` tasks, and returns what is left. Some of its steps may lie on `shelf`.
pub(crate) fn of<S: Sink>(
    plan: &Plan,
    tasks: u64,
    shelf: Option<&Shelf>,
    frames: &mut Frames<S>,
) -> Result<Plan, BundleError> {
    let left: u64 = lists(plan).map(|list| list.iter().map(Step::tasks).sum::<u64>().min(tasks)).sum();
    let inline = left <= tasks.saturating_mul(CHUNKS);
    let mut cut = |list: &[Step]| steps::list(list, tasks, inline, shelf, frames);
    let mut plays = Vec::with_capacity(plan.plays.len());
    for play in &plan.plays {
        plays.push(Play {
            name: play.name.clone(),
            hosts: play.hosts.clone(),
            gather_facts: play.gather_facts.clone(),
            gather_subset: play.gather_subset.clone(),
            directives: play.directives.clone(),
            vars_files: play.vars_files.clone(),
            force_handlers: play.force_handlers.clone(),
            serial: play.serial.clone(),
            max_fail_percentage: play.max_fail_percentage.clone(),
            pre_tasks: cut(&play.pre_tasks)?,
            roles: play.roles.clone(),
            tasks: cut(&play.tasks)?,
            post_tasks: cut(&play.post_tasks)?,
            handlers: play.handlers.clone(),
            position: play.position,
        });
    }
    let mut roles = std::collections::BTreeMap::new();
    for (name, role) in &plan.roles {
        let tasks = role.tasks.iter().map(|(file, list)| Ok((file.clone(), cut(list)?)));
        let role = Role {
            name: role.name.clone(),
            path: role.path.clone(),
            tasks: tasks.collect::<Result<_, BundleError>>()?,
            handlers: role.handlers.clone(),
            defaults: role.defaults.clone(),
            vars: role.vars.clone(),
            dependencies: role.dependencies.clone(),
            allow_duplicates: role.allow_duplicates,
        };
        roles.insert(name.clone(), role);
    }
    let task_files = plan.task_files.iter().map(|(file, list)| Ok((file.clone(), cut(list)?)));
    Ok(Plan {
        format: plan.format,
        name: plan.name.clone(),
        sources: plan.sources.clone(),
        plays,
        inventory: plan.inventory.clone(),
        task_files: task_files.collect::<Result<_, BundleError>>()?,
        roles,
        modules: plan.modules.clone(),
        facts: plan.facts.clone(),
        notices: plan.notices.clone(),
    })
}

/// Every list of steps in a plan, those within blocks left out.
pub(crate) fn lists(plan: &Plan) -> impl Iterator<Item = &Vec<Step>> {
    let plays = plan.plays.iter().flat_map(|play| [&play.pre_tasks, &play.tasks, &play.post_tasks]);
    let roles = plan.roles.values().flat_map(|role| role.tasks.values());
    plays.chain(plan.task_files.values()).chain(roles)
}

/// The same, to be changed.
pub(crate) fn lists_mut(plan: &mut Plan) -> impl Iterator<Item = &mut Vec<Step>> {
    let plays =
        plan.plays.iter_mut().flat_map(|play| [&mut play.pre_tasks, &mut play.tasks, &mut play.post_tasks]);
    let roles = plan.roles.values_mut().flat_map(|role| role.tasks.values_mut());
    plays.chain(plan.task_files.values_mut()).chain(roles)
}
