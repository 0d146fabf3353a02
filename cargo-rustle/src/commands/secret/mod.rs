//! `cargo rustle secret …`: secrets in the repository, and the seals that runners carry.

mod get;
mod key;
mod list;
mod opening;
mod recipients;
mod remove;
mod rotate;
mod seal;
mod sealing;
mod set;
mod source;
mod store_file;
mod vaults;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use rustle_seal::Scope;

use crate::failure::{Failure, Result};

pub fn command() -> Command {
    Command::new("secret")
        .about("Keeps secrets in the repository, encrypted, and seals them for runners")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([
            set::command(),
            get::command(),
            list::command(),
            remove::command(),
            rotate::command(),
            recipients::command(),
            seal::command(),
            key::command(),
        ])
        .after_help(
            "`secret key new` makes a key, `secret recipients add` begins secrets.toml, `secret set` adds to it, and \
             `secret seal` makes what a build carries.",
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("set", matches)) => set::run(matches),
        Some(("get", matches)) => get::run(matches),
        Some(("list", matches)) => list::run(matches),
        Some(("remove", matches)) => remove::run(matches),
        Some(("rotate", matches)) => rotate::run(matches),
        Some(("recipients", matches)) => recipients::run(matches),
        Some(("seal", matches)) => seal::run(matches),
        Some(("key", matches)) => key::run(matches),
        _ => Err(Failure::Usage("there is no such command".into())),
    }
}

/// The name of a secret.
fn name() -> Arg {
    Arg::new("name").value_name("NAME").required(true).help("The secret's name")
}

/// The name that was given.
fn name_of(matches: &ArgMatches) -> &str {
    matches.get_one::<String>("name").map(String::as_str).unwrap_or_default()
}

/// `--host`.
fn host() -> Arg {
    Arg::new("host")
        .long("host")
        .value_name("HOST")
        .help("The secret of this host alone [default: of all hosts]")
}

/// The scope that was given.
fn scope_of(matches: &ArgMatches) -> Scope {
    matches.get_one::<String>("host").map_or(Scope::All, |host| Scope::Host(host.clone()))
}

/// An argument that names a file.
fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf)).help(help)
}
