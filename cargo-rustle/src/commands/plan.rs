//! `cargo rustle plan`: what a playbook was compiled to.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustle_build::{Prepared, build_bundle};
use rustle_schema::plan::Plan;
use rustle_schema::task::{Action, Step, Task};

use crate::commands::{given, inventories, inventory, project, root};
use crate::failure::{Context, Result, warn};
use crate::project::{Project, alone};
use crate::show;

pub fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    Command::new("plan")
        .about("Shows what a playbook is compiled to")
        .arg(
            Arg::new("playbook")
                .value_name("PLAYBOOK")
                .value_parser(value_parser!(PathBuf))
                .help("A playbook or plan (.json) [default: the project's]"),
        )
        .arg(inventory())
        .arg(given::arg())
        .arg(root().requires("playbook"))
        .arg(project())
        .arg(flag("json", "The whole plan as JSON").conflicts_with_all(["list-tasks", "list-modules"]))
        .arg(flag("list-tasks", "The tasks, one a line").conflicts_with("list-modules"))
        .arg(flag("list-modules", "The modules, one a line"))
}

pub fn run(matches: &ArgMatches) -> Result {
    let mut options = match matches.get_one::<PathBuf>("playbook") {
        Some(playbook) => alone(playbook, &inventories(matches), matches.get_one("root"))?,
        None => Project::of(matches.get_one("project"))?.options()?,
    };
    given::apply(&given::of(matches), &mut options);
    let prepared = build_bundle(&options)?;
    warn(&prepared.warnings);
    if matches.get_flag("json") {
        let json = serde_json::to_string_pretty(&whole(&prepared)?).context("the plan")?;
        println!("{json}");
    } else if matches.get_flag("list-modules") {
        prepared.modules.iter().for_each(|name| println!("{name}"));
    } else if matches.get_flag("list-tasks") {
        print!("{}", tasks(&whole(&prepared)?));
    } else {
        let plan = whole(&prepared)?;
        println!("{}", plan.name);
        print!("{}", show::summary(&prepared));
        println!("  hosts    {}", plan.inventory.hosts.keys().cloned().collect::<Vec<_>>().join(", "));
        for notice in &plan.notices {
            println!("  note     {notice}");
        }
        println!();
        print!("{}", tasks(&plan));
    }
    Ok(ExitCode::SUCCESS)
}

fn whole(prepared: &Prepared) -> Result<Plan> {
    prepared.plan().context("the plan")
}

/// The tasks of every play, indented as blocks are.
fn tasks(plan: &Plan) -> String {
    let mut lines = Lines { plan, text: String::new() };
    for play in &plan.plays {
        let hosts: Vec<String> = play.hosts.iter().map(ToString::to_string).collect();
        lines.line(0, &format!("play: {} ({})", play.name, hosts.join(", ")));
        lines.steps(1, &play.pre_tasks);
        for role in &play.roles {
            lines.line(1, &format!("role: {}", role.role));
            lines.role(2, &role.role);
        }
        lines.steps(1, &play.tasks);
        lines.steps(1, &play.post_tasks);
        for handler in &play.handlers {
            lines.task(1, "handler: ", handler);
        }
    }
    lines.text
}

struct Lines<'a> {
    plan: &'a Plan,
    text: String,
}

impl Lines<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.text.push_str(&"  ".repeat(depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn steps(&mut self, depth: usize, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Task(task) => self.task(depth, "", task),
                Step::Role(role) => {
                    self.line(depth, &format!("role: {}", role.role));
                    self.role(depth + 1, &role.role);
                }
                // What is shown is the whole plan.
                Step::Chunk(_) => {}
                Step::Block(block) if block.import => self.steps(depth, &block.block),
                Step::Block(block) => {
                    let name = block.name.as_ref().map(|name| format!(": {name}")).unwrap_or_default();
                    self.line(depth, &format!("block{name}"));
                    self.steps(depth + 1, &block.block);
                    for (title, steps) in [("rescue", &block.rescue), ("always", &block.always)] {
                        if !steps.is_empty() {
                            self.line(depth, title);
                            self.steps(depth + 1, steps);
                        }
                    }
                }
            }
        }
    }

    /// The tasks of a role's `tasks/main.yml`. Roles do not nest endlessly: depth is bounded all the same.
    fn role(&mut self, depth: usize, name: &str) {
        let plan = self.plan;
        if let Some(steps) = plan.roles.get(name).and_then(|role| role.tasks.get("main"))
            && depth < 20
        {
            self.steps(depth, steps);
        }
    }

    fn task(&mut self, depth: usize, prefix: &str, task: &Task) {
        let what = match &task.action {
            Action::Module { written, .. } => written.clone(),
            Action::Meta(meta) => {
                format!("meta: {}", serde_json::to_string(meta).unwrap_or_default().trim_matches('"'))
            }
            Action::IncludeTasks { file, .. } => format!("include_tasks: {file}"),
            Action::IncludeRole { name, .. } => format!("include_role: {name}"),
        };
        let mut text = match &task.name {
            Some(name) => format!("{prefix}{name} [{what}]"),
            None => format!("{prefix}{what}"),
        };
        if !task.directives.tags.is_empty() {
            let tags: Vec<String> = task.directives.tags.iter().map(ToString::to_string).collect();
            text.push_str(&format!(" tags: {}", tags.join(", ")));
        }
        self.line(depth, &text);
    }
}
