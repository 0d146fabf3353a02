//! `cargo rustle lock` and `cargo rustle update`: settle on versions of modules.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command};
use rustle_build::packages::settle::Update;
use rustle_schema::package::ModuleId;
use semver::Version;

use crate::commands::project;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::settling::{accept, offline, settle};
use crate::show::count;

pub fn command() -> Command {
    Command::new("lock")
        .about("Settles on the versions of modules, and writes rustle.lock and Cargo.toml")
        .arg(project())
        .arg(offline())
        .arg(accept())
        .after_help("What is locked stays as long as it does; `cargo rustle update` takes newer versions.")
}

pub fn update_command() -> Command {
    Command::new("update")
        .about("Takes the newest versions of modules that are allowed")
        .arg(Arg::new("ids").value_name("ID").num_args(0..).help("These alone [default: all]"))
        .arg(
            Arg::new("precise")
                .long("precise")
                .value_name("VERSION")
                .help("Exactly this version of the one module"),
        )
        .arg(project())
        .arg(offline())
        .arg(accept())
}

pub fn run(matches: &ArgMatches) -> Result {
    finish(matches, Update::Nothing, false)
}

pub fn run_update(matches: &ArgMatches) -> Result {
    let ids: Vec<ModuleId> = super::ids(matches)?;
    let update = match (matches.get_one::<String>("precise"), ids.as_slice()) {
        (Some(version), [id]) => {
            let version: Version =
                version.parse().map_err(|error| Failure::Usage(format!("--precise {version}: {error}")))?;
            Update::Precise(id.clone(), version)
        }
        (Some(_), _) => return Err(Failure::Usage("--precise goes with exactly one ID".into())),
        (None, []) => Update::All,
        (None, ids) => Update::Of(ids.iter().cloned().collect::<BTreeSet<_>>()),
    };
    finish(matches, update, true)
}

fn finish(matches: &ArgMatches, update: Update, fresh: bool) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let config = project.config()?;
    let settled = settle(&project, &config, matches, update, fresh)?;
    println!("rustle.lock: {}", count(settled.lock.modules.len(), "package"));
    Ok(ExitCode::SUCCESS)
}
