//! `cargo rustle secret rotate`: the same secrets under a new key.

use std::process::ExitCode;

use clap::{ArgMatches, Command};

use super::store_file::Locked;
use super::{opening, recipients, store_file};
use crate::commands::project;
use crate::failure::{Context, Result};
use crate::project::Project;
use crate::show::count;

pub fn command() -> Command {
    Command::new("rotate")
        .about("Encrypts every secret of secrets.toml under a new key")
        .args(opening::args())
        .arg(recipients::new_passphrase())
        .arg(project())
        .after_help("The next `cargo rustle secret seal` makes new seals, too.")
}

pub fn run(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let locked = Locked::wait(&project)?;
    let store = locked.load()?;
    let open = opening::open(&store, matches)?;
    let operators = recipients::operators(store.recipients(), Some(&store), matches)?;
    let rotated = open.rotate(&operators).context(store_file::NAME)?;
    locked.write(&rotated)?;
    println!("{}: {} under a new key", store_file::NAME, count(store.names().len(), "secret"));
    Ok(ExitCode::SUCCESS)
}
