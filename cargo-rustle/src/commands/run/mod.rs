//! `cargo rustle run`: a playbook at once, without making a crate of it; or the runner of a project.

mod ansible;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitCode};

use clap::{Arg, ArgMatches, Command, value_parser};
use rustle_build::lints::{Level, UNDEFINED_VARIABLE};
use rustle_build::{Escalation, build_bundle};

use crate::base::builtin;
use crate::commands::build::{choice, wanted};
use crate::commands::{given, inventories, inventory, passed, project, root};
use crate::failure::{Context, Failure, Result, warn};
use crate::linking;
use crate::project::{Project, alone};
use crate::rebuild;
use crate::scratch;
use crate::timings::{self, Timings};

pub fn command() -> Command {
    Command::new("run")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Runs a playbook on this machine, without making a crate of it; or a project's runner")
        .arg(
            Arg::new("playbook")
                .value_name("PLAYBOOK")
                .value_parser(value_parser!(PathBuf))
                .help("A playbook or plan (.json) [default: the runner of the project, built first]"),
        )
        .arg(inventory().requires("playbook"))
        .arg(root().requires("playbook"))
        .arg(project().conflicts_with("playbook"))
        .args(choice().map(|arg| arg.hide_short_help(true)).into_iter().filter(|arg| arg.get_id() != "target"))
        .next_help_heading("As for ansible-playbook")
        .args(ansible::args())
        .next_help_heading("Options")
        .arg(timings::arg())
        .arg(passed("The runner's own, such as `-- --timeout 60`"))
        .after_help(
            "The playbook is checked, packed, and appended to a base runner that has every builtin module and is built \
             once. Modules of other crates need a crate: `cargo rustle new`.",
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let mut timings = Timings::begin(matches);
    let mut options = ansible::for_runner(matches)?;
    options.extend(matches.get_many::<OsString>("options").into_iter().flatten().cloned());
    let escalation = ansible::escalation(matches);
    let runner = match matches.get_one::<PathBuf>("playbook") {
        Some(playbook) => of_playbook(playbook, matches, escalation, &options, &mut timings)?,
        None => of_project(matches, &escalation, &mut timings)?,
    };
    match runner {
        Some(_) if matches.get_flag("syntax-check") => Ok(ExitCode::SUCCESS),
        Some(runner) => execute(&runner, &options, timings),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// The runner of a playbook alone; `None` if it was to be checked only.
fn of_playbook(
    playbook: &Path,
    matches: &ArgMatches,
    escalation: Escalation,
    passed: &[OsString],
    timings: &mut Timings,
) -> Result<Option<PathBuf>> {
    let mut options = alone(playbook, &inventories(matches), matches.get_one("root"))?;
    options.escalation = escalation;
    match given::names_in(passed.iter().filter_map(|option| option.to_str())) {
        Some(names) => options.config.runner.extra_vars.extend(names),
        // A file gives variables: the runner will see which.
        None => drop(options.config.lints.insert(UNDEFINED_VARIABLE.to_owned(), Level::Allow)),
    }
    let room = scratch::file();
    options.bundle_file = room.as_ref().map(|room| room.to_path_buf());
    let prepared = build_bundle(&options)?;
    warn(&prepared.warnings);
    timings.phases(&prepared.phases);
    if matches.get_flag("syntax-check") {
        println!("\nplaybook: {}", playbook.display());
        timings.tell(None);
        return Ok(None);
    }
    let base = builtin::executable()?;
    timings.phase("base");
    let stem = playbook.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let runner = builtin::run_file(&base, &stem, &prepared.digest)?;
    if !runner.exists() {
        prepared.bundle.append(&base, &runner).context(runner.display())?;
    }
    timings.phase("append");
    Ok(Some(runner))
}

/// The runner of the project, built.
fn of_project(
    matches: &ArgMatches,
    escalation: &Escalation,
    timings: &mut Timings,
) -> Result<Option<PathBuf>> {
    if *escalation != Escalation::default() {
        let message = "--become: a project's playbook says itself who its tasks become; `become: true` in a play does it";
        return Err(Failure::Usage(message.into()));
    }
    let project = Project::of(matches.get_one("project"))?;
    let config = project.config()?;
    project.is_fetched()?;
    timings.phase("config");
    // What Cargo is configured for.
    let target = linking::choose(&project.folder, None, false)?.target;
    let runner = rebuild::runner(&project, config, &wanted(matches, target), timings)?;
    Ok(Some(runner.path))
}

/// Becomes the runner, so that its exit code and signals are its own; waits for it where somebody wants to know how long
/// it takes.
fn execute(runner: &Path, options: &[OsString], mut timings: Timings) -> Result {
    let mut process = Process::new(runner);
    process.args(options);
    if !timings.are_wanted() {
        use std::os::unix::process::CommandExt;
        return Err(Failure::new(format!("{}: {}", runner.display(), process.exec())));
    }
    let status = process.status().context(runner.display())?;
    timings.phase("run");
    timings.tell(None);
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(250)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_names_of_ansible_playbooks_options_are_known() {
        let matches = command().try_get_matches_from(["run", "site.yml", "--inventory-file", "a,b"]).unwrap();
        assert_eq!(inventories(&matches), [Path::new("a,b")]);
        let told = command().try_get_matches_from(["run", "--version"]).unwrap_err();
        assert_eq!(told.kind(), clap::error::ErrorKind::DisplayVersion);
    }
}
