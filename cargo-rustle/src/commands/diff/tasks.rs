//! Tasks and handlers, list by list: which are new, which are gone, and what of the others has changed.

use std::collections::BTreeMap;

use rustle_build::catalogue;
use rustle_schema::module_spec::ArgSpec;
use rustle_schema::plan::Plan;
use serde_json::{Map, Value, json};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::leaves::{self, Difference};
use crate::commands::plain;
use crate::failure::{Context, Result};

/// What stands for what nobody may see.
const HIDDEN: &str = "(hidden by no_log)";

/// Every list of steps of a plan, flat, and all else of the plan.
#[derive(Debug, Default)]
pub struct Lists {
    lists: BTreeMap<String, Vec<Step>>,
    /// The plan without its steps and positions.
    pub rest: Value,
}

/// One task, or the keywords of a block.
#[derive(Clone, Debug)]
struct Step {
    /// By which it is found again: its name, or the module's.
    key: String,
    title: String,
    position: String,
    hidden: bool,
    content: Value,
}

/// What has become of a task.
#[derive(Clone, Debug)]
pub struct Change {
    list: String,
    title: String,
    old: Option<String>,
    new: Option<String>,
    differences: Vec<Difference>,
}

impl Change {
    /// For people.
    pub fn text(&self) -> String {
        let Change { list, title, old, new, differences } = self;
        let (sign, position) = match (old, new) {
            (None, Some(new)) => ("+", new.clone()),
            (Some(old), None) => ("-", old.clone()),
            (Some(old), Some(new)) if old == new => ("~", new.clone()),
            (old, new) => (
                "~",
                format!("{} -> {}", old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default()),
            ),
        };
        let line = format!("  {sign} {list}: {title} ({position})\n");
        differences.iter().fold(line, |text, difference| format!("{text}    {}", difference.text()))
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let what = match (&self.old, &self.new) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        json!({
            "what": what, "list": self.list, "title": self.title, "old_position": self.old, "new_position": self.new,
            "differences": self.differences.iter().map(Difference::json).collect::<Vec<_>>(),
        })
    }
}

impl Lists {
    /// The lists of `plan`.
    ///
    /// # Errors
    /// If the plan cannot be written as JSON.
    pub fn of(plan: &Plan) -> Result<Lists> {
        let mut json = serde_json::to_value(plan).context("the plan")?;
        let sources = plan.sources.clone();
        let mut lists = Lists::default();
        let names: Vec<String> = plan
            .plays
            .iter()
            .map(|play| plain(&serde_json::to_value(&play.name).unwrap_or_default()))
            .collect();
        let mut plays = Map::new();
        for (number, play) in json["plays"].as_array_mut().into_iter().flatten().enumerate() {
            let mut name = format!("play {}", names.get(number).map_or("", String::as_str));
            if plays.contains_key(&name) {
                name = format!("{name} ({})", number + 1);
            }
            for section in ["pre_tasks", "tasks", "post_tasks", "handlers"] {
                lists.take(&format!("{name}, {section}"), play, section, &sources);
            }
            without_positions(play);
            plays.insert(name, play.take());
        }
        json["plays"] = Value::Object(plays);
        for (name, role) in json["roles"].as_object_mut().into_iter().flatten() {
            for section in ["tasks", "handlers"] {
                for (file, mut steps) in
                    role[section].as_object_mut().map(std::mem::take).into_iter().flatten()
                {
                    lists.add(&format!("role {name}, {section}/{file}"), &mut steps, &sources);
                }
            }
        }
        for (name, mut steps) in json["task_files"].as_object_mut().map(std::mem::take).into_iter().flatten()
        {
            lists.add(&name, &mut steps, &sources);
        }
        if let Some(plan) = json.as_object_mut() {
            plan.remove("sources");
        }
        without_positions(&mut json);
        lists.rest = json;
        Ok(lists)
    }

    fn take(&mut self, name: &str, play: &mut Value, section: &str, sources: &[String]) {
        if let Some(mut steps) = play.as_object_mut().and_then(|play| play.remove(section)) {
            self.add(name, &mut steps, sources);
        }
    }

    fn add(&mut self, name: &str, steps: &mut Value, sources: &[String]) {
        let mut flat = Vec::new();
        flatten("", steps, sources, false, &mut flat);
        self.lists.insert(name.to_owned(), flat);
    }
}

/// Steps in the order in which they are written, with those of blocks behind their block.
fn flatten(within: &str, steps: &mut Value, sources: &[String], hidden: bool, into: &mut Vec<Step>) {
    for step in steps.as_array_mut().into_iter().flatten() {
        // A handler is a task without a word that says so.
        let kind = step
            .as_object()
            .and_then(|step| step.keys().next().cloned())
            .filter(|_| step.as_object().is_some_and(|it| it.len() == 1));
        let (kind, body) = match kind.as_deref() {
            Some(kind @ ("Task" | "Block" | "Role")) => (kind.to_owned(), &mut step[kind]),
            _ => ("Task".to_owned(), step),
        };
        let mut inner: Vec<(&str, Value)> = Vec::new();
        if let Some(body) = body.as_object_mut() {
            body.remove("id");
            for part in ["block", "rescue", "always"] {
                inner.extend(body.remove(part).map(|steps| (part, steps)));
            }
        }
        let position = position(&body["position"], sources);
        let hidden = hidden || body["directives"]["no_log"] == true;
        let what = match kind.as_str() {
            "Block" => "block".to_owned(),
            "Role" => format!("role {}", plain(&body["role"])),
            _ => action(&body["action"]),
        };
        let name = body.get("name").filter(|name| !name.is_null()).map(leaves::shown);
        let title = name.as_ref().map_or_else(|| what.clone(), |name| format!("{name} [{what}]"));
        without_positions(body);
        into.push(Step {
            key: format!("{within}{}", name.unwrap_or(what)),
            title: format!("{within}{title}"),
            position,
            hidden,
            content: body.take(),
        });
        for (part, mut steps) in inner {
            let title = into.last().map(|step| step.key.clone()).unwrap_or_default();
            let within = match part {
                "block" => within.to_owned(),
                part => format!("{title} / {part}: "),
            };
            flatten(&within, &mut steps, sources, hidden, into);
        }
    }
}

fn action(action: &Value) -> String {
    let module = &action["Module"]["written"];
    match action.as_object().and_then(|action| action.keys().next()) {
        Some(_) if module.is_string() => plain(module),
        Some(kind) if kind == "Meta" => format!("meta: {}", plain(&action["Meta"])),
        Some(kind) if kind == "IncludeTasks" => {
            format!("include_tasks: {}", leaves::shown(&action[kind]["file"]))
        }
        Some(kind) if kind == "IncludeRole" => {
            format!("include_role: {}", leaves::shown(&action[kind]["name"]))
        }
        _ => "task".to_owned(),
    }
}

fn position(position: &Value, sources: &[String]) -> String {
    let number = |key: &str| position[key].as_u64().unwrap_or_default();
    let source = usize::try_from(number("source")).ok().and_then(|at| sources.get(at));
    format!("{}:{}:{}", source.map_or("", String::as_str), number("line"), number("column"))
}

/// Takes out where things stand: a line that moves changes nothing.
fn without_positions(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if map.get("position").is_some_and(|it| it.get("column").is_some() && it.get("source").is_some())
            {
                map.remove("position");
            }
            map.values_mut().for_each(without_positions);
        }
        Value::Array(items) => items.iter_mut().for_each(without_positions),
        _ => {}
    }
}

/// What differs, list by list. Tasks are found again by name, in order.
pub fn compare(old: &Lists, new: &Lists) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut names: Vec<&String> = old.lists.keys().chain(new.lists.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let steps = |lists: &'_ Lists| lists.lists.get(name).cloned().unwrap_or_default();
        let (before, after) = (steps(old), steps(new));
        let keys = |steps: &[Step]| steps.iter().map(|step| step.key.clone()).collect::<Vec<_>>();
        for op in capture_diff_slices(Algorithm::Myers, &keys(&before), &keys(&after)) {
            let (before, after) = (
                before.get(op.old_range()).unwrap_or_default(),
                after.get(op.new_range()).unwrap_or_default(),
            );
            match op {
                DiffOp::Equal { .. } => {
                    changes.extend(
                        before.iter().zip(after).filter_map(|(before, after)| changed(name, before, after)),
                    );
                }
                _ => {
                    changes.extend(before.iter().map(|step| alone(name, step, true)));
                    changes.extend(after.iter().map(|step| alone(name, step, false)));
                }
            }
        }
    }
    changes
}

fn changed(list: &str, before: &Step, after: &Step) -> Option<Change> {
    let mut differences = leaves::compare(&before.content, &after.content);
    let secret = |path: &str| {
        let argument = path.strip_prefix("action.Module.args.").and_then(|rest| rest.split('.').next());
        argument.is_some_and(|argument| [before, after].iter().any(|step| is_secret(&step.content, argument)))
    };
    for difference in &mut differences {
        if before.hidden || after.hidden || secret(&difference.path) {
            difference.old = difference.old.as_ref().map(|_| HIDDEN.into());
            difference.new = difference.new.as_ref().map(|_| HIDDEN.into());
        }
    }
    for difference in &mut differences {
        let short = difference
            .path
            .strip_prefix("action.Module.")
            .or_else(|| difference.path.strip_prefix("directives."));
        if let Some(short) = short {
            difference.path = short.to_owned();
        }
    }
    (!differences.is_empty()).then(|| Change {
        list: list.to_owned(),
        title: after.title.clone(),
        old: Some(before.position.clone()),
        new: Some(after.position.clone()),
        differences,
    })
}

/// Whether the module says of this argument that its value must not be shown.
fn is_secret(task: &Value, argument: &str) -> bool {
    let module = task["action"]["Module"]["module"].as_str().and_then(catalogue::find);
    let called = |arg: &ArgSpec| arg.name == argument || arg.aliases.iter().any(|alias| alias == argument);
    module.is_some_and(|module| module.args.iter().any(|arg| arg.no_log && called(arg)))
}

fn alone(list: &str, step: &Step, gone: bool) -> Change {
    let position = Some(step.position.clone());
    let (old, new) = if gone { (position, None) } else { (None, position) };
    Change { list: list.to_owned(), title: step.title.clone(), old, new, differences: Vec::new() }
}
