//! `cargo rustle run`: a playbook at once, without making a crate of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use clap::{Arg, ArgMatches, Command, value_parser};
use rustle_build::build_bundle;
use rustle_build::lints::{Level, UNDEFINED_VARIABLE};

use crate::base;
use crate::commands::{given, inventories, inventory, root};
use crate::failure::{Context, Failure, Result, warn};
use crate::project::alone;

pub fn command() -> Command {
    Command::new("run")
        .about("Runs a playbook on this machine, without making a crate of it")
        .arg(
            Arg::new("playbook")
                .value_name("PLAYBOOK")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("A playbook or plan (.json)"),
        )
        .arg(inventory())
        .arg(root())
        .arg(
            Arg::new("options")
                .value_name("OPTIONS")
                .num_args(0..)
                .last(true)
                .value_parser(value_parser!(OsString))
                .help("The runner's own: `-- --check --diff -e port=80`"),
        )
        .after_help(
            "The playbook is checked, packed, and appended to a base runner that has every builtin module and is built \
             once. Modules of other crates need a crate: `cargo rustle new`.",
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let Some(playbook) = matches.get_one::<PathBuf>("playbook") else {
        return Err(Failure::Usage("PLAYBOOK is missing".into()));
    };
    let passed: Vec<&OsString> = matches.get_many::<OsString>("options").into_iter().flatten().collect();
    let mut options = alone(playbook, &inventories(matches), matches.get_one("root"))?;
    match given::names_in(passed.iter().filter_map(|option| option.to_str())) {
        Some(names) => options.config.runner.extra_vars.extend(names),
        // A file gives variables: the runner will see which.
        None => drop(options.config.lints.insert(UNDEFINED_VARIABLE.to_owned(), Level::Allow)),
    }
    let prepared = build_bundle(&options)?;
    warn(&prepared.warnings);
    let base = base::executable()?;
    let stem = playbook.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let runner = base::run_file(&stem, &prepared.digest)?;
    prepared.bundle.append(&base, &runner).context(runner.display())?;
    execute(&runner, passed.into_iter())
}

/// Becomes the runner, so that its exit code and signals are its own.
#[cfg(unix)]
fn execute<'a>(runner: &Path, options: impl Iterator<Item = &'a OsString>) -> Result {
    use std::os::unix::process::CommandExt;
    let error = Process::new(runner).args(options).exec();
    Err(Failure::new(format!("{}: {error}", runner.display())))
}

#[cfg(not(unix))]
fn execute<'a>(runner: &Path, options: impl Iterator<Item = &'a OsString>) -> Result {
    let status = Process::new(runner).args(options).status().context(runner.display())?;
    Ok(std::process::ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(250)))
}
