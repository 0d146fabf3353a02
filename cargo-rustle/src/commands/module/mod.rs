//! `cargo rustle module …`: for authors of modules.

mod build;
mod check;
mod index_line;
mod key;
mod new;
mod normalised;
mod package;
pub mod password;
mod test;

use std::path::PathBuf;
use std::process::{Command as Process, ExitStatus};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::failure::{Context, Failure, Result};

pub fn command() -> Command {
    Command::new("module")
        .about("Makes, checks and packs modules")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([
            new::command(),
            check::command(),
            test::command(),
            build::command(),
            package::command(),
            key::command(),
        ])
}

pub fn run(matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("new", matches)) => new::run(matches),
        Some(("check", matches)) => check::run(matches),
        Some(("test", matches)) => test::run(matches),
        Some(("build", matches)) => build::run(matches),
        Some(("package", matches)) => package::run(matches),
        Some(("key", matches)) => key::run(matches),
        _ => Err(Failure::Usage("there is no such command".into())),
    }
}

/// The folder of the module's crate.
fn folder() -> Arg {
    Arg::new("dir")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .default_value(".")
        .help("The folder of the module's crate")
}

/// The folder that was given.
fn folder_of(matches: &ArgMatches) -> PathBuf {
    matches.get_one::<PathBuf>("dir").cloned().unwrap_or_else(|| ".".into())
}

/// Cargo, with or without a network.
fn cargo(offline: bool) -> Process {
    let mut cargo = Process::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    if offline {
        cargo.env("CARGO_NET_OFFLINE", "true");
    }
    cargo
}

/// Waits for a program that says itself what is wrong.
fn ends_well(process: &mut Process) -> Result<()> {
    let ended = process.status().context(process.get_program().display())?;
    if ended.success() { Ok(()) } else { Err(Failure::Child(status(ended))) }
}

/// The exit code of a program; 1 for one that was killed.
fn status(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
