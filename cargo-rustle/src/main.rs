//! `cargo rustle`: from a playbook to a runner.

// First, as its macros are for all that follow.
#[macro_use]
mod out;

mod base;
mod binary;
mod cargo_view;
mod commands;
mod compile;
mod copy;
mod dep_info;
mod eject;
mod estimate;
#[cfg(unix)]
mod executable;
mod failure;
mod finished;
mod generate;
mod key_file;
mod linking;
mod profile;
mod progress;
mod project;
mod prompt;
mod rebuild;
mod report;
mod rustle_source;
mod scratch;
mod settling;
mod show;
mod signing;
mod size_limit;
mod template;
mod timings;

use std::process::ExitCode;

use clap::Command;

fn main() -> ExitCode {
    // Cargo calls `cargo-rustle rustle …`.
    let mut args: Vec<_> = std::env::args_os().collect();
    if args.get(1).is_some_and(|arg| arg == "rustle") {
        args.remove(1);
    }
    let matches = match command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(told) => return said(&told),
    };
    // Where exit code 1 is an answer, trouble has another.
    let trouble = ExitCode::from(matches.subcommand_name().map_or(1, commands::trouble));
    let code = match commands::run(&matches) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    };
    done(code, trouble)
}

/// Help, the version, or what is wrong with the command line.
fn said(told: &clap::Error) -> ExitCode {
    match told.print() {
        Err(error) if !told.use_stderr() => out::failed(error),
        _ => {}
    }
    let code = ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2));
    done(code, ExitCode::FAILURE)
}

/// The exit code `code`, or `trouble` if what the command prints could not be written.
fn done(code: ExitCode, trouble: ExitCode) -> ExitCode {
    match out::finish() {
        Ok(()) => code,
        Err(failure) => {
            failure.report();
            trouble
        }
    }
}

/// The whole command line.
fn command() -> Command {
    Command::new("cargo-rustle")
        .bin_name("cargo rustle")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Turns Ansible playbooks into single executables")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(commands::all())
        .after_help(
            "Begin with `cargo rustle new DIR --playbook site.yml`, then `cargo rustle build` in DIR.\n\
             To try a playbook at once: `cargo rustle run site.yml -- --check --diff`.",
        )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}
