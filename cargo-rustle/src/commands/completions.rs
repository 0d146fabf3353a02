//! `cargo rustle completions`: for a shell.

use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::{Shell, generate};

use crate::failure::{Failure, Result};

pub fn command() -> Command {
    Command::new("completions").about("Writes completions for a shell to standard output").arg(
        Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(value_parser!(Shell))
            .help("The shell"),
    )
}

pub fn run(matches: &ArgMatches) -> Result {
    let Some(shell) = matches.get_one::<Shell>("shell") else {
        return Err(Failure::Usage("SHELL is missing".into()));
    };
    // Shells complete the program; `cargo rustle` is Cargo's word for it.
    let mut command = crate::command().bin_name("cargo-rustle");
    // `generate` panics if it cannot write.
    let mut text = Vec::new();
    generate(*shell, &mut command, "cargo-rustle", &mut text);
    print!("{}", String::from_utf8_lossy(&text));
    Ok(ExitCode::SUCCESS)
}
