//! `cargo rustle secret list`: the names in secrets.toml. No key is needed.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_seal::Scope;
use serde_json::json;

use super::store_file;
use crate::commands::project;
use crate::failure::{Context, Result};
use crate::project::Project;

pub fn command() -> Command {
    Command::new("list")
        .about("Lists the names in secrets.toml; needs no key")
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Prints a list of objects: `name`, and `host`, which is null for all hosts"),
        )
        .arg(project())
}

pub fn run(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let store = store_file::load(&project)?;
    let names = store.names();
    if matches.get_flag("json") {
        let list: Vec<_> =
            names.iter().map(|(scope, name)| json!({"name": name, "host": scope.host()})).collect();
        println!("{}", serde_json::to_string_pretty(&list).context("the list")?);
        return Ok(ExitCode::SUCCESS);
    }
    for (scope, name) in names {
        match scope {
            Scope::All => println!("{name}"),
            Scope::Host(host) => println!("{name} ({host})"),
        }
    }
    Ok(ExitCode::SUCCESS)
}
