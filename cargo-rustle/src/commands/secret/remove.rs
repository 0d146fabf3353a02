//! `cargo rustle secret remove`: removes a secret from secrets.toml.

use std::process::ExitCode;

use clap::{ArgMatches, Command};

use super::store_file::Locked;
use super::{host, name, name_of, opening, scope_of, store_file};
use crate::commands::project;
use crate::failure::{Failure, Result};
use crate::project::Project;

pub fn command() -> Command {
    Command::new("remove")
        .about("Removes a secret from secrets.toml")
        .arg(name())
        .arg(host())
        .args(opening::args())
        .arg(project())
}

pub fn run(matches: &ArgMatches) -> Result {
    let (name, scope) = (name_of(matches), scope_of(matches));
    let project = Project::of(matches.get_one("project"))?;
    let locked = Locked::wait(&project)?;
    let mut store = opening::open(&locked.load()?, matches)?;
    if !store.remove(&scope, name) {
        return Err(Failure::new(format!("{} has no `{name}` for {scope}", store_file::NAME)));
    }
    locked.write(&store)?;
    println!("{name}: removed for {scope}; the repository's history has it still");
    Ok(ExitCode::SUCCESS)
}
