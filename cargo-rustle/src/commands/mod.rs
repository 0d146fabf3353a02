//! One file for each command.

mod build;
mod check;
mod completions;
mod doc;
mod doctor;
mod given;
mod module;
mod new;
mod plan;
mod run;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::failure::{Failure, Result};

/// The commands, in the order in which help lists them.
pub fn all() -> [Command; 9] {
    [
        new::command(),
        check::command(),
        build::command(),
        run::command(),
        plan::command(),
        doc::command(),
        module::command(),
        doctor::command(),
        completions::command(),
    ]
}

/// Runs the command that `matches` name.
///
/// # Errors
/// Whatever keeps it from doing what it was asked.
pub fn run(matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("new", matches)) => new::run(matches),
        Some(("check", matches)) => check::run(matches),
        Some(("build", matches)) => build::run(matches),
        Some(("run", matches)) => run::run(matches),
        Some(("plan", matches)) => plan::run(matches),
        Some(("doc", matches)) => doc::run(matches),
        Some(("module", matches)) => module::run(matches),
        Some(("doctor", matches)) => doctor::run(matches),
        Some(("completions", matches)) => completions::run(matches),
        _ => Err(Failure::Usage("there is no such command".into())),
    }
}

/// `-i`, as for `ansible-playbook`.
fn inventory() -> Arg {
    Arg::new("inventory")
        .short('i')
        .long("inventory")
        .value_name("INVENTORY")
        .value_parser(value_parser!(PathBuf))
        .action(ArgAction::Append)
        .help("An inventory file or folder, or hosts with a comma: `web1,web2`")
}

/// `--root`.
fn root() -> Arg {
    Arg::new("root")
        .long("root")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .help("The folder above which nothing is read [default: the playbook's]")
}

/// `--project`.
fn project() -> Arg {
    Arg::new("project")
        .long("project")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .help("The runner's folder [default: the current one, or the nearest above it with a rustle.toml]")
}

/// The inventories that were given.
fn inventories(matches: &ArgMatches) -> Vec<PathBuf> {
    matches.get_many("inventory").into_iter().flatten().cloned().collect()
}
