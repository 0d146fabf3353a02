//! `cargo rustle secret get`: prints a secret of secrets.toml.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{host, name, name_of, opening, scope_of, store_file};
use crate::commands::project;
use crate::failure::{Context, Failure, Result};
use crate::project::Project;

pub fn command() -> Command {
    Command::new("get")
        .about("Prints a secret of secrets.toml to a file or a program")
        .arg(name())
        .arg(host())
        .arg(Arg::new("show").long("show").action(ArgAction::SetTrue).help("Prints it even on a terminal"))
        .args(opening::args())
        .arg(project())
}

pub fn run(matches: &ArgMatches) -> Result {
    let mut stdout = std::io::stdout().lock();
    if stdout.is_terminal() && !matches.get_flag("show") {
        return Err(Failure::new("a secret is not shown on a terminal").help("`--show` shows it"));
    }
    let (name, scope) = (name_of(matches), scope_of(matches));
    let project = Project::of(matches.get_one("project"))?;
    let store = opening::open(&store_file::load(&project)?, matches)?;
    let secret = store.get(&scope, name).context(name)?;
    let secret =
        secret.ok_or_else(|| Failure::new(format!("{} has no `{name}` for {scope}", store_file::NAME)))?;
    stdout.write_all(secret.bytes()).and_then(|()| stdout.flush()).context("standard output")?;
    Ok(ExitCode::SUCCESS)
}
