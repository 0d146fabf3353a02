//! One file for each command.

mod add;
mod build;
mod cache;
mod check;
mod completions;
#[cfg(unix)]
mod deploy;
mod diff;
mod doc;
mod doctor;
mod eject;
#[cfg(unix)]
mod export;
mod fetch;
mod given;
mod inspect;
mod list;
mod lock;
mod module;
mod new;
mod plan;
mod repack;
mod run;
mod secret;

use std::ffi::OsString;
use std::path::PathBuf;

pub use module::password;
pub use new::relative;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use rustle_schema::package::ModuleId;

use crate::failure::{Failure, Result};
use crate::rustle_source::RustleSource;

/// The commands, in the order in which help lists them.
pub fn all() -> Vec<Command> {
    vec![
        new::command(),
        check::command(),
        build::command(),
        run::command(),
        #[cfg(unix)]
        deploy::command(),
        #[cfg(unix)]
        export::command(),
        plan::command(),
        repack::command(),
        inspect::command(),
        diff::command(),
        doc::command(),
        add::command(),
        add::remove_command(),
        lock::command(),
        lock::update_command(),
        fetch::command(),
        fetch::vendor_command(),
        list::command(),
        list::tree_command(),
        list::outdated_command(),
        cache::command(),
        module::command(),
        secret::command(),
        eject::command(),
        doctor::command(),
        completions::command(),
    ]
}

/// Runs the command that `matches` name.
///
/// # Errors
/// Whatever keeps it from doing what it was asked.
pub fn run(matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("new", matches)) => new::run(matches),
        Some(("check", matches)) => check::run(matches),
        Some(("build", matches)) => build::run(matches),
        Some(("run", matches)) => run::run(matches),
        #[cfg(unix)]
        Some(("deploy", matches)) => deploy::run(matches),
        #[cfg(unix)]
        Some(("export", matches)) => export::run(matches),
        Some(("plan", matches)) => plan::run(matches),
        Some(("repack", matches)) => repack::run(matches),
        Some(("inspect", matches)) => inspect::run(matches),
        Some(("diff", matches)) => diff::run(matches),
        Some(("doc", matches)) => doc::run(matches),
        Some(("add", matches)) => add::run(matches),
        Some(("remove", matches)) => add::run_remove(matches),
        Some(("lock", matches)) => lock::run(matches),
        Some(("update", matches)) => lock::run_update(matches),
        Some(("fetch", matches)) => fetch::run(matches),
        Some(("vendor", matches)) => fetch::run_vendor(matches),
        Some(("list", matches)) => list::run(matches),
        Some(("tree", matches)) => list::run_tree(matches),
        Some(("outdated", matches)) => list::run_outdated(matches),
        Some(("cache", matches)) => cache::run(matches),
        Some(("module", matches)) => module::run(matches),
        Some(("secret", matches)) => secret::run(matches),
        Some(("eject", matches)) => eject::run(matches),
        Some(("doctor", matches)) => doctor::run(matches),
        Some(("completions", matches)) => completions::run(matches),
        _ => Err(Failure::Usage("there is no such command".into())),
    }
}

/// The exit code of the command `name` if what it prints cannot be written.
pub fn trouble(name: &str) -> u8 {
    if name == "diff" { diff::TROUBLE } else { 1 }
}

/// The ids of packages that were given.
fn ids(matches: &ArgMatches) -> Result<Vec<ModuleId>> {
    let texts = matches.get_many::<String>("ids").into_iter().flatten();
    texts.map(|text| text.parse().map_err(Failure::Usage)).collect()
}

/// `-i`, as for `ansible-playbook`.
fn inventory() -> Arg {
    Arg::new("inventory")
        .short('i')
        .long("inventory")
        .alias("inventory-file")
        .value_name("INVENTORY")
        .value_parser(value_parser!(PathBuf))
        .action(ArgAction::Append)
        .help("An inventory file or folder, or hosts with a comma: `web1,web2`")
}

/// A finished runner.
fn binary() -> Arg {
    Arg::new("binary")
        .value_name("BINARY")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("A runner, for whatever system")
}

/// What stands behind `--`: the runner's own options.
fn passed(help: &'static str) -> Arg {
    Arg::new("options")
        .value_name("OPTIONS")
        .num_args(0..)
        .last(true)
        .value_parser(value_parser!(OsString))
        .help(help)
}

/// `--root`.
fn root() -> Arg {
    Arg::new("root")
        .long("root")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .help("The folder above which nothing is read [default: the playbook's]")
}

/// `--rustle`.
fn rustle() -> Arg {
    Arg::new("rustle")
        .long("rustle")
        .value_name("SOURCE")
        .help("Where Rustle comes from: `path=DIR`, `git=URL` or `version=V`")
}

/// Where Rustle comes from: where it was said, or where this program does.
fn rustle_source(matches: &ArgMatches) -> Result<RustleSource> {
    match matches.get_one::<String>("rustle") {
        Some(text) => RustleSource::parse(text),
        None => Ok(RustleSource::own()),
    }
}

/// `--project`.
fn project() -> Arg {
    Arg::new("project")
        .long("project")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .help("The runner's folder [default: the current one, or the nearest above it with a rustle.toml]")
}

/// The inventories that were given.
fn inventories(matches: &ArgMatches) -> Vec<PathBuf> {
    matches.get_many("inventory").into_iter().flatten().cloned().collect()
}

/// A text as it is, and any other value as JSON.
fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
