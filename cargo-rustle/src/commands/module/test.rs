//! `cargo rustle module test`: a module's own tests, with what only they need.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_build::Problems;
use rustle_build::config::Config;
use rustle_build::packages::bring::Bringer;
use rustle_build::packages::settle::{self, Options};

use super::check::sound;
use super::{cargo, ends_well, folder, folder_of};
use crate::failure::{Failure, Result, refused, warn};
use crate::progress::Bar;
use crate::project::Project;
use crate::settling::{offline, rust_version};

pub fn command() -> Command {
    Command::new("test")
        .about("Checks a module, and runs its tests")
        .arg(folder())
        .arg(offline())
        .arg(
            Arg::new("args")
                .value_name("ARGS")
                .num_args(0..)
                .last(true)
                .action(ArgAction::Append)
                .help("For `cargo test`"),
        )
        .after_help(
            "Its `[dev-dependencies]` serve here only: who takes the module does not get them.\n\
             The registries are those of the nearest rustle.toml in the folder or above it.",
        )
}

/// What errors keep from being done.
const KEPT: &str = "nothing was tested";

pub fn run(matches: &ArgMatches) -> Result {
    let folder = folder_of(matches);
    let (_, manifest) = sound(&folder, false)?;
    let config = match Project::find(&folder) {
        Ok(project) => project.config()?,
        Err(_) => Config::default(),
    };
    let bar = Bar::new();
    let bringer = Bringer::new(&folder, &config, matches.get_flag("offline"), &bar).map_err(refused(KEPT))?;
    let options = Options { rust_version: rust_version(), ..Options::default() };
    let choice =
        settle::choice(&bringer, &options, &manifest).map_err(|problems| Failure::Refused(KEPT, problems))?;
    warn(&Problems::new(bringer.events()));
    drop(bar);
    warn(&choice.warnings);
    for (id, version, for_tests) in &choice.versions {
        println!("  with      {id} {version}{}", if *for_tests { ", for its tests" } else { "" });
    }
    let mut cargo = cargo(matches.get_flag("offline"));
    cargo.arg("test").current_dir(&folder).args(matches.get_many::<String>("args").into_iter().flatten());
    ends_well(&mut cargo)?;
    Ok(ExitCode::SUCCESS)
}
