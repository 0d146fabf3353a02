//! What can be listed instead of a run, as `ansible-playbook` lists it.

use std::collections::BTreeSet;
use std::fmt::Write;

use rustle_schema::plan::{Plan, Play, RoleUse};
use rustle_schema::task::{Action, Step, Task};
use rustle_value::Value;

use crate::hosts::Hosts;
use crate::registry::MODULES;
use crate::settings::Settings;

/// Something that can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// The hosts of each play.
    Hosts,
    /// The tasks.
    Tasks,
    /// The tags.
    Tags,
    /// The modules that the executable has.
    Modules,
}

impl Listing {
    /// All of them.
    pub const ALL: [Listing; 4] = [Listing::Tasks, Listing::Tags, Listing::Hosts, Listing::Modules];

    /// Its option.
    pub fn flag(self) -> &'static str {
        match self {
            Listing::Hosts => "list-hosts",
            Listing::Tasks => "list-tasks",
            Listing::Tags => "list-tags",
            Listing::Modules => "list-modules",
        }
    }

    /// What its option says of itself.
    pub fn help(self) -> &'static str {
        match self {
            Listing::Hosts => "Lists the hosts of each play",
            Listing::Tasks => "Lists the tasks that would be looked at",
            Listing::Tags => "Lists the tags",
            Listing::Modules => "Lists the modules that this executable has",
        }
    }
}

/// The text of `listings`.
pub fn text(plan: &Plan, hosts: &Hosts<'_>, settings: &Settings, listings: &[Listing]) -> String {
    let mut text = String::new();
    if listings.iter().any(|listing| *listing != Listing::Modules) {
        let _ = writeln!(text, "\nplaybook: {}", plan.name);
        for (index, play) in plan.plays.iter().enumerate() {
            let _ = write!(text, "\n  play #{} ", index + 1);
            one(&mut text, plan, play, hosts, settings, listings);
        }
    }
    if listings.contains(&Listing::Modules) {
        let mut names: Vec<&str> = MODULES.iter().map(|module| module.name).collect();
        names.sort_unstable();
        names.dedup();
        names.iter().for_each(|name| {
            let _ = writeln!(text, "{name}");
        });
    }
    text
}

fn one(
    text: &mut String,
    plan: &Plan,
    play: &Play,
    hosts: &Hosts<'_>,
    settings: &Settings,
    listings: &[Listing],
) {
    let patterns: Vec<String> = play.hosts.iter().map(Value::to_string).collect();
    let tags = tag_names(&play.directives.tags);
    let _ = writeln!(text, "({}): {}\tTAGS: [{}]", patterns.join(","), play.name, tags.join(","));
    if listings.contains(&Listing::Hosts) {
        // A regular expression is the template engine's; without a run there is none, and it matches nothing here.
        let found = hosts.select(&patterns, &|_, _| Ok(false)).unwrap_or_default();
        let quoted: Vec<String> = patterns.iter().map(|pattern| format!("'{pattern}'")).collect();
        let _ = writeln!(text, "    pattern: [{}]\n    hosts ({}):", quoted.join(", "), found.len());
        found.iter().for_each(|host| {
            let _ = writeln!(text, "      {host}");
        });
    }
    let mut walk = Walk { plan, settings, lines: Vec::new(), all_tags: BTreeSet::new(), depth: 0 };
    walk.steps(&play.pre_tasks, "", &tags);
    play.roles.iter().for_each(|role| walk.role(role, &tags));
    walk.steps(&play.tasks, "", &tags);
    walk.steps(&play.post_tasks, "", &tags);
    if listings.contains(&Listing::Tasks) {
        let _ = writeln!(text, "    tasks:");
        walk.lines.iter().for_each(|line| {
            let _ = writeln!(text, "      {line}");
        });
    }
    if listings.contains(&Listing::Tags) {
        let all: Vec<&str> = walk.all_tags.iter().map(String::as_str).collect();
        let _ = writeln!(text, "      TASK TAGS: [{}]", all.join(", "));
    }
}

/// How deep roles may depend on roles.
const DEPTH: usize = 64;

struct Walk<'a> {
    plan: &'a Plan,
    settings: &'a Settings,
    lines: Vec<String>,
    all_tags: BTreeSet<String>,
    depth: usize,
}

impl Walk<'_> {
    fn steps(&mut self, steps: &[Step], role: &str, tags: &[String]) {
        for step in steps {
            match step {
                Step::Task(task) => self.task(task, role, tags),
                Step::Block(block) => {
                    let tags = [tags, &tag_names(&block.directives.tags)].concat();
                    [&block.block, &block.rescue, &block.always]
                        .into_iter()
                        .for_each(|it| self.steps(it, role, &tags));
                }
                Step::Role(entry) => self.role(entry, tags),
                // What is listed is the whole plan.
                Step::Chunk(_) => {}
            }
        }
    }

    fn role(&mut self, entry: &RoleUse, tags: &[String]) {
        let Some(role) = self.plan.roles.get(&entry.role).filter(|_| self.depth < DEPTH) else { return };
        self.depth += 1;
        let tags = [tags, &tag_names(&entry.directives.tags)].concat();
        role.dependencies.iter().for_each(|dependency| self.role(dependency, &tags));
        let file = entry.from.tasks.as_ref().map_or("main".into(), Value::to_string);
        let stem = [".yml", ".yaml", ".json"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(&file);
        if let Some(steps) = role.tasks.get(stem) {
            self.steps(steps, &role.name, &tags);
        }
        self.depth -= 1;
    }

    fn task(&mut self, task: &Task, role: &str, tags: &[String]) {
        if matches!(task.action, Action::Meta(_)) {
            return;
        }
        let mut tags: Vec<String> = [tags, &tag_names(&task.directives.tags)].concat();
        tags.sort();
        tags.dedup();
        if !self.settings.selects(&tags) {
            return;
        }
        let name = task.name.as_ref().map_or_else(|| action(task), Value::to_string);
        let name = if role.is_empty() { name } else { format!("{role} : {name}") };
        self.lines.push(format!("{name}\tTAGS: [{}]", tags.join(", ")));
        self.all_tags.extend(tags);
    }
}

fn action(task: &Task) -> String {
    crate::executor::action_name(task).to_owned()
}

/// Tags as they are written; templates stay as they are.
fn tag_names(tags: &[Value]) -> Vec<String> {
    tags.iter()
        .flat_map(|tag| match tag.as_items() {
            Some(items) => tag_names(items),
            None => vec![tag.to_string()],
        })
        .collect()
}
