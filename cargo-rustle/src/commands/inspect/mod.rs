//! `cargo rustle inspect`: what a finished runner carries and is made of, without running it.

mod sbom;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_bundle::{Kind, signature};
use rustle_schema::plan::{Plan, Play};
use rustle_schema::task::Step;
use serde_json::{Value, json};

use crate::binary::Binary;
use crate::commands;
use crate::failure::{Context, Failure, Result};
use crate::show;

/// What a stripped executable does not tell.
const UNKNOWN: &str = "how many bytes each module takes cannot be told from an executable without symbols";

pub fn command() -> Command {
    Command::new("inspect")
        .about("Shows what a finished runner carries and is made of, without running it")
        .arg(commands::binary())
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Everything as one JSON object"))
        .arg(
            Arg::new("sbom")
                .long("sbom")
                .action(ArgAction::SetTrue)
                .conflicts_with("json")
                .help("A software bill of materials: CycloneDX 1.6, JSON"),
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let Some(path) = matches.get_one::<PathBuf>("binary") else {
        return Err(Failure::Usage("BINARY is missing".into()));
    };
    let binary = Binary::open(path)?;
    if matches.get_flag("sbom") {
        println!("{}", serde_json::to_string_pretty(&sbom::of(&binary)?).context("the bill of materials")?);
        return Ok(ExitCode::SUCCESS);
    }
    binary.bundle.verify_all().context(path.display())?;
    let plan = binary.bundle.plan().context(path.display())?;
    let told = describe(&binary, &plan)?;
    if matches.get_flag("json") {
        println!("{}", serde_json::to_string_pretty(&told).context("what was found")?);
    } else {
        print!("{}", text(&binary, &told));
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything, as JSON.
fn describe(binary: &Binary, plan: &Plan) -> Result<Value> {
    let bundle = &binary.bundle;
    let plays: Vec<Value> = plan.plays.iter().map(|play| of_play(plan, play)).collect();
    let files: Vec<Value> = bundle
        .entries()
        .iter()
        .map(|entry| {
            let share = bundle.share(entry);
            let kind = match entry.kind() {
                Kind::File => "file",
                Kind::Directory => "folder",
                Kind::Symlink => "link",
            };
            json!({
                "path": String::from_utf8_lossy(entry.path()),
                "kind": kind,
                "mode": format!("{:04o}", entry.mode()),
                "size": entry.size(),
                "packed": share.packed,
                "packed_is_estimate": share.shared,
                "codecs": share.codecs,
                "target": (entry.kind() == Kind::Symlink).then(|| String::from_utf8_lossy(entry.target())),
            })
        })
        .collect();
    Ok(json!({
        "path": binary.path.display().to_string(),
        "system": binary.system,
        "size": binary.length,
        "executable_size": binary.executable,
        "bundle": {
            "digest": bundle.digest(),
            "signed_by": bundle.signature().map(signature::claimed),
            "size": bundle.length(),
            "start": binary.start,
            "place": if binary.appended { "appended" } else { "embedded" },
            "unused_embedded_size": binary.unused,
        },
        "settings": serde_json::to_value(bundle.settings()).context("the settings")?,
        "plan": {
            "name": plan.name,
            "plays": plays,
            "roles": plan.roles.keys().collect::<Vec<_>>(),
            "task_files": plan.task_files.keys().collect::<Vec<_>>(),
            "hosts": plan.inventory.hosts.keys().collect::<Vec<_>>(),
            "modules": plan.modules,
            "facts": plan.facts,
            "notices": plan.notices,
        },
        "files": files,
        "linked": binary.linked,
        "not_known": [UNKNOWN],
    }))
}

fn of_play(plan: &Plan, play: &Play) -> Value {
    let count = |steps: &[Step]| steps.iter().map(Step::tasks).sum::<u64>();
    let main = |name: &String| {
        plan.roles.get(name).and_then(|role| role.tasks.get("main")).map_or(0, |it| count(it))
    };
    let of_roles: u64 = play.roles.iter().map(|used| main(&used.role)).sum();
    json!({
        "name": play.name,
        "hosts": play.hosts,
        "tasks": count(&play.pre_tasks) + count(&play.tasks) + count(&play.post_tasks) + of_roles,
        "handlers": play.handlers.len(),
        "roles": play.roles.iter().map(|used| used.role.clone()).collect::<Vec<_>>(),
        "position": format!("{}:{}:{}", source(plan, play.position.source), play.position.line, play.position.column),
    })
}

fn source(plan: &Plan, number: u32) -> &str {
    usize::try_from(number).ok().and_then(|at| plan.sources.get(at)).map_or("", String::as_str)
}

/// The same for people.
fn text(binary: &Binary, told: &Value) -> String {
    let size = |value: &Value| show::size(value.as_u64().unwrap_or_default());
    let words = |value: &Value| -> String {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let items: Vec<String> = items.iter().map(super::plain).collect();
        if items.is_empty() { "none".to_owned() } else { items.join(", ") }
    };
    let mut lines = vec![format!("{}", binary.path.display())];
    let bundle = &told["bundle"];
    lines.push(format!("  system      {}", binary.system));
    lines.push(format!(
        "  size        {}: the executable {}, the bundle {}, {}",
        size(&told["size"]),
        size(&told["executable_size"]),
        size(&bundle["size"]),
        super::plain(&bundle["place"])
    ));
    if let Some(unused) = binary.unused {
        lines.push(format!(
            "  unused      an embedded bundle of {}, whose place the appended one takes",
            show::size(unused)
        ));
    }
    lines.push(format!("  digest      {}", binary.bundle.digest()));
    if let Some(text) = binary.bundle.signature() {
        let key = signature::claimed(text).unwrap_or_else(|| "it does not say whose".into());
        lines.push(format!(
            "  signature   of the key {key}, it says; a runner that is pinned to a key checks it"
        ));
    }
    let settings = binary.bundle.settings();
    lines.push(format!("  name        {} {}", settings.name, settings.version));
    let plan = &told["plan"];
    lines.push(format!("  plan        {}", super::plain(&plan["name"])));
    for play in plan["plays"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let counted = |key: &str, noun: &str| {
            show::count(usize::try_from(play[key].as_u64().unwrap_or_default()).unwrap_or_default(), noun)
        };
        lines.push(format!(
            "    play      {} ({}): {}, {}",
            super::plain(&play["name"]),
            words(&play["hosts"]),
            counted("tasks", "task"),
            counted("handlers", "handler")
        ));
    }
    lines.push(format!("  hosts       {}", words(&plan["hosts"])));
    lines.push(format!("  needs       {}", words(&plan["modules"])));
    match &binary.linked {
        None => lines.push("  linked      not known: the executable has no list of it".to_owned()),
        Some(linked) => {
            let mut by_crate: std::collections::BTreeMap<(&str, &str), Vec<&str>> = Default::default();
            for module in &linked.modules {
                by_crate.entry((&module.krate, &module.version)).or_default().push(&module.name);
            }
            for ((krate, version), names) in by_crate {
                let krate = if krate.is_empty() { "the runner itself" } else { krate };
                lines.push(format!("  linked      {krate} {version}: {}", names.join(", ")));
            }
            lines.push(format!("  crates      {}", linked.crates.len()));
        }
    }
    let files = told["files"].as_array().map(Vec::as_slice).unwrap_or_default();
    lines.push(format!("  files       {}", files.len()));
    for file in files {
        let about = if file["packed_is_estimate"] == true { "about " } else { "" };
        let packed = match file["kind"].as_str() {
            Some("file") => format!(
                "{} as {about}{} ({})",
                size(&file["size"]),
                size(&file["packed"]),
                words(&file["codecs"])
            ),
            Some("link") => format!("-> {}", super::plain(&file["target"])),
            _ => "folder".to_owned(),
        };
        lines.push(format!("    {} {}  {packed}", super::plain(&file["mode"]), super::plain(&file["path"])));
    }
    lines.push(format!("  note        {UNKNOWN}"));
    lines.join("\n") + "\n"
}
