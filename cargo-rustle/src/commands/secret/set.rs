//! `cargo rustle secret set`: adds a secret to secrets.toml, or changes it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgGroup, ArgMatches, Command};
use rustle_build::config::secrets::is_variable;
use rustle_seal::{Secret, SecretBytes};

use super::store_file::Locked;
use super::{file, host, name, name_of, opening, scope_of, source, store_file};
use crate::commands::project;
use crate::failure::{Context, Failure, Result};
use crate::project::Project;
use crate::prompt;

pub fn command() -> Command {
    Command::new("set")
        .about("Adds a secret to secrets.toml, or changes it")
        .arg(name())
        .arg(host())
        .arg(file("from-file", "Takes the content of a file, to the last byte"))
        .arg(Arg::new("from-env").long("from-env").value_name("VAR").help("Takes an environment variable"))
        .arg(
            Arg::new("from-command")
                .long("from-command")
                .value_name("PROGRAM")
                .num_args(1..)
                .allow_hyphen_values(true)
                .help("Takes the output of a program, without the end of its last line; the last option"),
        )
        .group(ArgGroup::new("from").args(["from-file", "from-env", "from-command"]))
        .args(opening::args())
        .arg(project())
        .after_help("Without an option it is read from standard input, or asked for at a terminal.")
}

pub fn run(matches: &ArgMatches) -> Result {
    let name = name_of(matches);
    if !is_variable(name) {
        return Err(Failure::Usage(format!(
            "a secret is called as a variable is, with letters, digits and `_`: `{name}` is not"
        )));
    }
    let project = Project::of(matches.get_one("project"))?;
    // Whatever somebody is asked for is asked for before others have to wait.
    let identities = opening::keys(&store_file::load(&project)?, matches)?;
    let secret = Secret::read(value(matches)?);
    let scope = scope_of(matches);
    let locked = Locked::wait(&project)?;
    let mut store = locked.load()?.open(&identities).context(store_file::NAME)?;
    if store.set(&scope, name, &secret).context(name)? {
        locked.write(&store)?;
        println!("{name}: set for {scope}");
    } else {
        println!("{name}: unchanged");
    }
    Ok(ExitCode::SUCCESS)
}

fn value(matches: &ArgMatches) -> Result<SecretBytes> {
    if let Some(file) = matches.get_one::<PathBuf>("from-file") {
        return opening::read(file);
    }
    if let Some(name) = matches.get_one::<String>("from-env") {
        return source::env(name);
    }
    if let Some(words) = matches.get_many::<String>("from-command") {
        let words: Vec<String> = words.cloned().collect();
        return source::command(&words, std::path::Path::new("."));
    }
    match source::is_terminal() {
        true => prompt::ask_new(name_of(matches), "`--from-file FILE` gives it"),
        false => source::stdin(),
    }
}
