//! `cargo xtask tidy`: what keeps the house easy to see.
//!
//! - [`floors`]: each crate stands on lower floors only, and the runner stays lean;
//! - [`rooms`]: no file has grown past its reason;
//! - [`quotes`]: what the README quotes is tested;
//! - [`readme`]: the README's commands and their output are true.

mod floors;
mod quotes;
mod readme;
mod rooms;

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

/// The chore's name.
pub const NAME: &str = "tidy";

/// Its command line.
pub fn command() -> Command {
    Command::new(NAME)
        .about(
            "Checks that the house is in order: floors, long files, the README's commands and their output",
        )
        .arg(
            Arg::new("quick")
                .long("quick")
                .action(ArgAction::SetTrue)
                .help("Leaves out the README, whose commands build and run the example"),
        )
}

/// Runs every check, and prints every fault.
pub fn run(matches: &ArgMatches) -> ExitCode {
    let root = crate::root();
    let mut faults = Vec::new();
    faults.extend(floors::check(&root));
    faults.extend(rooms::check(&root));
    faults.extend(quotes::check(&root));
    if !matches.get_flag("quick") {
        faults.extend(readme::check(&root));
    }
    for fault in &faults {
        eprintln!("tidy: {fault}");
    }
    if faults.is_empty() {
        println!("tidy: the house is in order");
        ExitCode::SUCCESS
    } else {
        eprintln!("tidy: {} fault(s)", faults.len());
        ExitCode::FAILURE
    }
}
