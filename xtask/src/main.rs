//! `cargo xtask …`: the repository's own chores. This file only dispatches; each chore is a module.

mod conformance;

use std::process::ExitCode;

use clap::Command;

fn main() -> ExitCode {
    let matches = Command::new("cargo xtask")
        .about("The repository's own chores")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(conformance::command())
        .get_matches();
    let done = match matches.subcommand() {
        Some((conformance::NAME, matches)) => conformance::run(matches),
        _ => unreachable!("clap accepts known subcommands only"),
    };
    match done {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
