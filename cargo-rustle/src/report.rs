//! One way of telling problems for all commands that check: to people or to programs, with warnings denied or not.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches};
use rustle_build::Problems;

use crate::failure::{Failure, Result, warn};

/// `--deny warnings`.
pub fn deny() -> Arg {
    Arg::new("deny")
        .long("deny")
        .short('D')
        .value_name("LINTS")
        .value_parser(["warnings"])
        .help("`warnings`: takes every warning for an error")
}

/// `--json`.
pub fn json() -> Arg {
    Arg::new("json")
        .long("json")
        .action(ArgAction::SetTrue)
        .help("Prints one object: `errors`, `warnings` and `infos`")
}

/// The problems, with warnings denied if that was asked for.
pub fn judged(matches: &ArgMatches, problems: Problems) -> Problems {
    match matches.get_one::<String>("deny") {
        Some(_) => problems.denying_warnings(),
        None => problems,
    }
}

/// Tells the problems, and `summary` to people if there are no errors; `kept` says what errors keep from being done.
///
/// # Errors
/// The problems themselves, if one is an error and they were not printed as an object.
pub fn finish(
    matches: &ArgMatches,
    problems: Problems,
    kept: &'static str,
    summary: impl FnOnce(),
) -> Result {
    let problems = judged(matches, problems);
    if matches.get_flag("json") {
        println!("{}", problems.to_json());
        return Ok(ExitCode::from(u8::from(problems.errors() > 0)));
    }
    if problems.errors() > 0 {
        return Err(Failure::Refused(kept, problems));
    }
    warn(&problems);
    summary();
    Ok(ExitCode::SUCCESS)
}
