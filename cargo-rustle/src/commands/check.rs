//! `cargo rustle check`: every problem of a playbook, without compiling anything.

use std::fs;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustle_build::manifest::Manifest;
use rustle_build::packages::write_atomic;
use rustle_build::{BuildOptions, Problem, Problems, build_bundle, catalogue, companions, plan_of};

use crate::commands::{given, inventories, inventory, project, root};
use crate::failure::{Context, Failure, Result};
use crate::generate;
use crate::profile;
use crate::project::{Project, alone};
use crate::report::{deny, finish, json};
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
            Arg::new("fix").long("fix").action(ArgAction::SetTrue).conflicts_with("playbook").help(
                "Writes what Cargo.toml lacks: the module crates that the playbook needs, and the profile",
            ),
        )
        .arg(deny())
        .arg(json())
}

pub fn run(matches: &ArgMatches) -> Result {
    let mut found = Vec::new();
    let prepared = options(matches, &mut found).and_then(|options| Ok((build_bundle(&options)?, options)));
    match prepared {
        Ok((prepared, options)) => {
            found.extend(prepared.warnings.clone());
            let code = finish(matches, Problems::new(found), KEPT, || {
                println!("{} has no errors", options.config.source().path().display());
                print!("{}", show::summary(&prepared));
            });
            // The program ends here: to take a large plan apart, task by task, would be for nothing.
            std::mem::forget(prepared);
            code
        }
        Err(Failure::Problems(problems)) => {
            found.extend(problems);
            finish(matches, Problems::new(found), KEPT, || {})
        }
        Err(other) => Err(other),
    }
}

/// What errors keep from being done.
const KEPT: &str = "nothing can be built";

/// What is checked, and what there is to say of the configuration already.
fn options(matches: &ArgMatches, found: &mut Vec<Problem>) -> Result<BuildOptions> {
    let mut options = match matches.get_one::<PathBuf>("playbook") {
        Some(playbook) => alone(playbook, &inventories(matches), matches.get_one("root"))?,
        None => {
            let project = Project::of(matches.get_one("project"))?;
            if matches.get_flag("fix") {
                fix(&project)?;
            }
            let (config, warnings) = project.load()?;
            found.extend(warnings);
            project.options_with(config)?
        }
    };
    given::apply(&given::of(matches), &mut options);
    Ok(options)
}

/// Adds the builtin crates that are missing to the project's Cargo.toml, and writes the profile.
fn fix(project: &Project) -> Result<()> {
    let (config, _) = project.load()?;
    let packages = needed(&project.options_with(config.clone())?);
    let path = project.folder.join("Cargo.toml");
    let text = fs::read_to_string(&path).context(path.display())?;
    let mut changed = generate::add_packages(&text, &packages, &RustleSource::own())?;
    // A runner in somebody's workspace is built with the profiles of that.
    if Manifest::parse(&text).is_ok_and(|manifest| manifest.is_root) {
        changed = profile::applied(&changed, config.build.profile())?;
    }
    if changed == text {
        return Ok(());
    }
    write_atomic(&path, changed.as_bytes()).context(path.display())?;
    println!("Cargo.toml: changed");
    Ok(())
}

/// The packages of the builtin modules that the plan names and the companions of its runner, sorted. What else is wrong does
/// not matter here.
pub fn needed(options: &BuildOptions) -> Vec<String> {
    let plan = plan_of(options);
    let mut packages: Vec<String> = plan
        .iter()
        .flat_map(|plan| &plan.modules)
        .filter_map(|name| Some(catalogue::find(name)?.krate.clone()))
        .chain(companions::needed(options).iter().map(|it| it.package.to_owned()))
        .collect();
    packages.sort();
    packages.dedup();
    packages
}
