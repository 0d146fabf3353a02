//! `cargo xtask …`: the repository's own chores. This file only dispatches; each chore is a module.

mod bench;
mod catalogue;
mod ci;
mod conformance;
mod sizes;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Command;

fn main() -> ExitCode {
    let matches = Command::new("cargo xtask")
        .about("The repository's own chores")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(bench::command())
        .subcommand(catalogue::command())
        .subcommand(ci::command())
        .subcommand(conformance::command())
        .subcommand(sizes::command())
        .subcommand(tidy::command())
        .get_matches();
    let done = match matches.subcommand() {
        Some((conformance::NAME, matches)) => conformance::run(matches),
        Some((bench::NAME, matches)) => bench::run(matches),
        Some((catalogue::NAME, matches)) => catalogue::run(matches),
        Some((ci::NAME, matches)) => Ok(ci::run(matches)),
        Some((sizes::NAME, matches)) => sizes::run(matches),
        Some((tidy::NAME, matches)) => Ok(tidy::run(matches)),
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

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap_or_else(|_| PathBuf::from("."))
}

/// Cargo's target folder. An executable that cargo runs lies in it: `target/debug/xtask`.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}
