//! `cargo rustle check`: every problem of a playbook, without compiling anything.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustle_build::{BuildOptions, build_bundle, catalogue, plan_of};

use crate::commands::{given, inventories, inventory, project, root};
use crate::failure::{Context, Result, warn};
use crate::generate;
use crate::project::{Project, alone};
use crate::rustle_source::RustleSource;
use crate::show;

pub fn command() -> Command {
    Command::new("check")
        .about("Tells every problem of a playbook, without compiling anything")
        .arg(
            Arg::new("playbook")
                .value_name("PLAYBOOK")
                .value_parser(value_parser!(PathBuf))
                .help("A playbook or plan (.json) alone [default: the project's, with its Cargo.toml]"),
        )
        .arg(inventory())
        .arg(given::arg())
        .arg(root().requires("playbook"))
        .arg(project())
        .arg(
            Arg::new("fix")
                .long("fix")
                .action(ArgAction::SetTrue)
                .conflicts_with("playbook")
                .help("Adds the module crates that the playbook needs to Cargo.toml"),
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let mut options = match matches.get_one::<PathBuf>("playbook") {
        Some(playbook) => alone(playbook, &inventories(matches), matches.get_one("root"))?,
        None => {
            let project = Project::of(matches.get_one("project"))?;
            if matches.get_flag("fix") {
                fix(&project)?;
            }
            project.options()?
        }
    };
    given::apply(&given::of(matches), &mut options);
    let prepared = build_bundle(&options)?;
    warn(&prepared.warnings);
    println!("{} has no errors", options.config.source().path().display());
    print!("{}", show::summary(&prepared));
    Ok(ExitCode::SUCCESS)
}

/// Adds the builtin crates that are missing to the project's Cargo.toml.
fn fix(project: &Project) -> Result<()> {
    let packages = needed(&project.options()?);
    let path = project.folder.join("Cargo.toml");
    let text = fs::read_to_string(&path).context(path.display())?;
    let changed = generate::add_packages(&text, &packages, &RustleSource::own())?;
    if changed == text {
        return Ok(());
    }
    fs::write(&path, changed).context(path.display())?;
    println!("Cargo.toml: changed");
    Ok(())
}

/// The packages of the builtin modules that the plan names, sorted. What else is wrong does not matter here.
pub fn needed(options: &BuildOptions) -> Vec<String> {
    let plan = plan_of(options);
    let mut packages: Vec<String> = plan
        .iter()
        .flat_map(|plan| &plan.modules)
        .filter_map(|name| Some(catalogue::find(name)?.krate.clone()))
        .collect();
    packages.sort();
    packages.dedup();
    packages
}
