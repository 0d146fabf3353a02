//! `cargo rustle diff`: what a new runner would do differently from an old one.

mod files;
mod leaves;
mod tasks;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustle_schema::linked::Linked;
use serde_json::{Map, Value, json};

use crate::binary::Binary;
use crate::failure::{Context, Failure, Result};
use leaves::Difference;

/// The exit code of a difference, as of `diff`.
const DIFFERENT: u8 = 1;

/// The exit code of trouble, as of `diff`.
pub(super) const TROUBLE: u8 = 2;

pub fn command() -> Command {
    let binary = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .value_name(name.to_uppercase())
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    Command::new("diff")
        .about("Shows what a new runner would do differently from an old one")
        .arg(binary("old", "A runner"))
        .arg(binary("new", "Another one"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Everything as one JSON object"))
        .after_help("The exit code is 0 if they do the same, 1 if not, 2 if one cannot be read.")
}

pub fn run(matches: &ArgMatches) -> Result {
    match compare(matches) {
        Ok(found) => {
            if matches.get_flag("json") {
                println!("{}", serde_json::to_string_pretty(&found.json).context("what was found")?);
            } else {
                print!("{}", found.text);
            }
            Ok(ExitCode::from(if found.same { 0 } else { DIFFERENT }))
        }
        Err(failure) => {
            failure.report();
            Err(Failure::Child(TROUBLE))
        }
    }
}

/// What differs.
struct Found {
    same: bool,
    text: String,
    json: Value,
}

fn compare(matches: &ArgMatches) -> Result<Found> {
    let open = |name: &str| match matches.get_one::<PathBuf>(name) {
        Some(path) => {
            let binary = Binary::open(path)?;
            let plan = binary.bundle.plan().context(path.display())?;
            Ok((binary, plan))
        }
        None => Err(Failure::Usage(format!("{} is missing", name.to_uppercase()))),
    };
    let ((old, old_plan), (new, new_plan)) = (open("old")?, open("new")?);
    let (old_steps, new_steps) = (tasks::Lists::of(&old_plan)?, tasks::Lists::of(&new_plan)?);
    let tasks = tasks::compare(&old_steps, &new_steps);
    let plan = leaves::compare(&old_steps.rest, &new_steps.rest);
    let json = |binary: &Binary| serde_json::to_value(binary.bundle.settings()).context("the settings");
    let settings = leaves::compare(&json(&old)?, &json(&new)?);
    let files = files::compare(&old.bundle, &new.bundle).context("the files")?;
    let linked = leaves::compare(&linked(old.linked.as_ref()), &linked(new.linked.as_ref()));
    let same =
        tasks.is_empty() && plan.is_empty() && settings.is_empty() && files.is_empty() && linked.is_empty();
    let mut text = String::new();
    section(&mut text, "tasks", tasks.iter().map(tasks::Change::text));
    section(&mut text, "plan", plan.iter().map(Difference::text));
    section(&mut text, "files", files.iter().map(files::Change::text));
    section(&mut text, "settings", settings.iter().map(Difference::text));
    section(&mut text, "modules and crates", linked.iter().map(Difference::text));
    let list = |differences: &[Difference]| differences.iter().map(Difference::json).collect::<Vec<_>>();
    let json = json!({
        "same": same,
        "old": {"path": old.path.display().to_string(), "digest": old.bundle.digest()},
        "new": {"path": new.path.display().to_string(), "digest": new.bundle.digest()},
        "tasks": tasks.iter().map(tasks::Change::json).collect::<Vec<_>>(),
        "plan": list(&plan),
        "files": files.iter().map(files::Change::json).collect::<Vec<_>>(),
        "settings": list(&settings),
        "linked": list(&linked),
    });
    Ok(Found { same, text, json })
}

fn section(text: &mut String, title: &str, changes: impl Iterator<Item = String>) {
    let changes: Vec<String> = changes.collect();
    if !changes.is_empty() {
        text.push_str(&format!("{title}\n{}", changes.concat()));
    }
}

/// What is linked, by name: versions and specifications.
fn linked(linked: Option<&Linked>) -> Value {
    let Some(linked) = linked else { return Value::Null };
    let mut modules = Map::new();
    for module in &linked.modules {
        let mut said = json!({"crate": module.krate, "version": module.version, "spec": module.spec});
        if !module.files.is_empty() {
            said["files"] = module.files.as_str().into();
        }
        modules.insert(module.name.clone(), said);
    }
    let mut crates = Map::new();
    for krate in &linked.crates {
        // A crate may be there in several versions.
        let versions = crates.entry(krate.name.clone()).or_insert_with(|| json!({}));
        versions[krate.version.as_str()] = json!({"source": krate.source, "checksum": krate.checksum});
    }
    json!({"modules": modules, "crates": crates})
}
