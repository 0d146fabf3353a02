//! `cargo rustle secret recipients`: who can open secrets.toml.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_seal::{Identity, Kdf, OpenStore, Operators, Recipient, SecretBytes, Store};

use super::store_file::Locked;
use super::{file, opening, store_file};
use crate::commands::project;
use crate::failure::{Context, Failure, Result};
use crate::project::Project;
use crate::prompt;
use crate::show::count;

pub fn command() -> Command {
    let recipients = || {
        Arg::new("recipients")
            .value_name("RECIPIENT")
            .required(true)
            .action(ArgAction::Append)
            .help("`age1…`, `ssh-ed25519 AAAA…` in quotation marks, or `passphrase`")
    };
    Command::new("recipients")
        .about("Lists and changes who can open secrets.toml")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([
            Command::new("list").about("Lists who can open secrets.toml; needs no key").arg(project()),
            Command::new("add")
                .about("Adds recipients; begins secrets.toml if there is none")
                .arg(recipients())
                .args(opening::args())
                .arg(new_passphrase())
                .arg(project()),
            Command::new("remove")
                .about("Removes recipients, and encrypts every secret under a new key")
                .arg(recipients())
                .args(opening::args())
                .arg(new_passphrase())
                .arg(project()),
        ])
}

/// `--new-passphrase-file`.
pub fn new_passphrase() -> Arg {
    file("new-passphrase-file", "A file with the passphrase that is to open secrets.toml from now on")
}

pub fn run(matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("list", matches)) => list(matches),
        Some(("add", matches)) => add(matches),
        Some(("remove", matches)) => remove(matches),
        _ => Err(Failure::Usage("there is no such command".into())),
    }
}

fn list(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    for recipient in store_file::load(&project)?.recipients() {
        println!("{recipient}");
    }
    Ok(ExitCode::SUCCESS)
}

fn given(matches: &ArgMatches) -> Result<Vec<Recipient>> {
    let mut given: Vec<Recipient> = Vec::new();
    for text in matches.get_many::<String>("recipients").into_iter().flatten() {
        let recipient = text.parse().map_err(|error| Failure::Usage(format!("{error}")))?;
        if !given.contains(&recipient) {
            given.push(recipient);
        }
    }
    Ok(given)
}

fn add(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let mut added = given(matches)?;
    let locked = Locked::wait(&project)?;
    let before = locked.find()?;
    if let Some(store) = &before {
        added.retain(|it| !store.recipients().contains(it));
    }
    if matches.contains_id("new-passphrase-file") && !added.contains(&Recipient::Passphrase) {
        return Err(Failure::new("no passphrase is added here")
            .help("`cargo rustle secret rotate --new-passphrase-file FILE` changes the one that is there"));
    }
    let store = match before {
        None => OpenStore::create(&operators(&added, None, matches)?).context(store_file::NAME)?,
        Some(store) => {
            // The key stays, so that whoever is a recipient remains one without being asked for anything.
            let mut open = opening::open(&store, matches)?;
            open.add(&operators(&added, None, matches)?).context(store_file::NAME)?;
            open
        }
    };
    locked.write(&store)?;
    let count = count(store.store().recipients().len(), "recipient");
    println!("{}: {count}", store_file::NAME);
    Ok(ExitCode::SUCCESS)
}

fn remove(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let removed = given(matches)?;
    let locked = Locked::wait(&project)?;
    let store = locked.load()?;
    if let Some(unknown) = removed.iter().find(|it| !store.recipients().contains(it)) {
        return Err(Failure::new(format!("`{unknown}` is no recipient of {}", store_file::NAME)));
    }
    let left: Vec<Recipient> =
        store.recipients().iter().filter(|it| !removed.contains(it)).cloned().collect();
    let open = opening::open(&store, matches)?;
    let rotated = open.rotate(&operators(&left, Some(&store), matches)?).context(store_file::NAME)?;
    locked.write(&rotated)?;
    println!("{}: {}, and a new key", store_file::NAME, count(left.len(), "recipient"));
    println!("who was removed has read the secrets: change them where they are used");
    Ok(ExitCode::SUCCESS)
}

/// These recipients, with the passphrase and the key of 32 bytes among them as they were given or are asked for. Those that
/// `kept` has already must open it, unless a new passphrase is named.
///
/// # Errors
/// If one of them cannot be sealed for.
pub fn operators(all: &[Recipient], kept: Option<&Store>, matches: &ArgMatches) -> Result<Operators> {
    let mut operators = Operators::default();
    for recipient in all {
        match recipient {
            Recipient::X25519(_) | Recipient::Ssh(_) => operators.add(recipient).context("recipients")?,
            Recipient::Passphrase => {
                let identity = Identity::passphrase(passphrase(kept, matches)?);
                operators.add_identity(&identity, Kdf::ARGON2ID).context("recipients")?;
            }
            Recipient::Key => {
                operators.add_identity(&key(kept, matches)?, Kdf::ARGON2ID).context("recipients")?;
            }
        }
    }
    Ok(operators)
}

/// The key of 32 bytes that opens the store from now on.
fn key(kept: Option<&Store>, matches: &ArgMatches) -> Result<Identity> {
    let fits = |key: &Identity| kept.is_none_or(|store| store.open(std::slice::from_ref(key)).is_ok());
    let mut keys = opening::identities(matches)?.into_iter().filter(|it| it.recipient() == Recipient::Key);
    let key = keys.find(fits);
    key.ok_or_else(|| {
        Failure::new("the key of 32 bytes that is a recipient is not there")
            .help("`--identity FILE` gives it")
    })
}

/// The passphrase that opens the store from now on: a new one, or the one that opens it already.
fn passphrase(kept: Option<&Store>, matches: &ArgMatches) -> Result<SecretBytes> {
    if let Some(file) = matches.get_one::<PathBuf>("new-passphrase-file") {
        return opening::line_of(file);
    }
    let instead = "`--new-passphrase-file FILE` gives it";
    let named =
        matches.get_one::<PathBuf>("passphrase-file").map(|file| opening::line_of(file)).transpose()?;
    let Some(store) = kept else {
        return named.map_or_else(|| prompt::ask_new("New passphrase of secrets.toml", instead), Ok);
    };
    let instead = "`--passphrase-file FILE` gives it, `--new-passphrase-file FILE` sets another one";
    let passphrase = named.map_or_else(|| prompt::ask("Passphrase of secrets.toml", instead), Ok)?;
    match store.open(&[Identity::passphrase(passphrase.clone())]) {
        Ok(_) => Ok(passphrase),
        Err(_) => {
            Err(Failure::new("this is not the passphrase of secrets.toml, which is to remain a recipient")
                .help(instead))
        }
    }
}
