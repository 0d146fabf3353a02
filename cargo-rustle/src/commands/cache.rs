//! `cargo rustle cache`: the user's store.

use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};
use rustle_build::packages::Store;

use crate::commands::project;
use crate::failure::{Context, Failure, Result};
use crate::project::Project;
use crate::show::{count, size};

pub fn command() -> Command {
    Command::new("cache")
        .about("Looks after the store of what was fetched")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new("stats").about("Tells where it is, and what is in it"))
        .subcommand(
            Command::new("gc")
                .about("Removes what was not used for longest, down to a size")
                .arg(
                    Arg::new("cap")
                        .long("cap")
                        .value_name("MB")
                        .value_parser(value_parser!(u64))
                        .help("The size [default: `[limits] cache_mb` of rustle.toml, else 1000]"),
                )
                .arg(project()),
        )
        .subcommand(Command::new("verify").about("Reads everything, and moves away what is damaged"))
}

pub fn run(matches: &ArgMatches) -> Result {
    let root = Store::default_root().context("the store")?;
    let store = Store::open(&root);
    match matches.subcommand() {
        Some(("stats", _)) => {
            let stats = store.stats().context("the store")?;
            println!("{}", root.display());
            println!("  {} of {}", count(stats.blobs as usize, "file"), size(stats.bytes));
            println!("  {} of registries", count(stats.index as usize, "answer"));
            Ok(ExitCode::SUCCESS)
        }
        Some(("gc", matches)) => {
            let of_project = || Project::of(matches.get_one("project")).and_then(|it| it.config()).ok();
            let cap = matches.get_one::<u64>("cap").copied();
            let cap = cap.or_else(|| of_project().map(|config| config.limits.cache_mb)).unwrap_or(1000);
            let report = store.gc(cap.saturating_mul(1_000_000), |_| false).context("the store")?;
            println!(
                "removed {} of {}, {} are left",
                count(report.removed as usize, "file"),
                size(report.freed),
                size(report.left)
            );
            Ok(ExitCode::SUCCESS)
        }
        Some(("verify", _)) => {
            let damaged = store.verify().context("the store")?;
            for event in &damaged {
                println!("{event}");
            }
            println!("{} damaged", count(damaged.len(), "entry").replace("entrys", "entries"));
            Ok(if damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
        _ => Err(Failure::Usage("there is no such command".into())),
    }
}
