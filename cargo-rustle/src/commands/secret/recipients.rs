//! `cargo rustle secret recipients`: who can open secrets.toml.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rustle_seal::{Identity, Kdf, OpenStore, Operators, Recipient, Store};

use super::{file, opening, store_file};
use crate::commands::project;
use crate::failure::{Context, Failure, Result};
use crate::project::Project;
use crate::prompt;

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
    let texts = matches.get_many::<String>("recipients").into_iter().flatten();
    texts.map(|text| text.parse().map_err(|error| Failure::Usage(format!("{error}")))).collect()
}

fn add(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let added = given(matches)?;
    let store = match store_file::find(&project)? {
        None => OpenStore::create(&operators(&added, None, matches)?).context(store_file::NAME)?,
        Some(store) => {
            let mut open = opening::open(&store, matches)?;
            let mut all = store.recipients().to_vec();
            all.extend(added.iter().filter(|it| !store.recipients().contains(it)).cloned());
            open.write_head(&operators(&all, Some(&store), matches)?).context(store_file::NAME)?;
            open
        }
    };
    store_file::write(&project, &store)?;
    println!("{}: {} recipients", store_file::NAME, store.store().recipients().len());
    Ok(ExitCode::SUCCESS)
}

fn remove(matches: &ArgMatches) -> Result {
    let project = Project::of(matches.get_one("project"))?;
    let removed = given(matches)?;
    let store = store_file::load(&project)?;
    if let Some(unknown) = removed.iter().find(|it| !store.recipients().contains(it)) {
        return Err(Failure::new(format!("`{unknown}` is no recipient of {}", store_file::NAME)));
    }
    let left: Vec<Recipient> =
        store.recipients().iter().filter(|it| !removed.contains(it)).cloned().collect();
    let open = opening::open(&store, matches)?;
    let rotated = open.rotate(&operators(&left, Some(&store), matches)?).context(store_file::NAME)?;
    store_file::write(&project, &rotated)?;
    println!("{}: {} recipients, and a new key", store_file::NAME, left.len());
    println!("who was removed has read the secrets: change them where they are used");
    Ok(ExitCode::SUCCESS)
}

/// These recipients, with the passphrase and the key of 32 bytes among them as they were given or are asked for.
///
/// # Errors
/// If one of them cannot be sealed for.
pub fn operators(all: &[Recipient], store: Option<&Store>, matches: &ArgMatches) -> Result<Operators> {
    let mut operators = Operators::default();
    for recipient in all {
        match recipient {
            Recipient::X25519(_) | Recipient::Ssh(_) => operators.add(recipient).context("recipients")?,
            Recipient::Passphrase => {
                let identity = Identity::passphrase(passphrase(store, matches)?);
                operators.add_identity(&identity, Kdf::ARGON2ID).context("recipients")?;
            }
            Recipient::Key => {
                let identities = opening::identities(matches)?;
                let key = identities.iter().find(|it| it.recipient() == Recipient::Key);
                let key = key.ok_or_else(|| {
                    Failure::new("the key of 32 bytes is not there").help("`--identity FILE` gives it")
                })?;
                operators.add_identity(key, Kdf::ARGON2ID).context("recipients")?;
            }
        }
    }
    Ok(operators)
}

/// The passphrase that opens the store from now on: a new one, or the one that opens it already.
fn passphrase(store: Option<&Store>, matches: &ArgMatches) -> Result<rustle_seal::SecretBytes> {
    if let Some(file) = matches.get_one::<std::path::PathBuf>("new-passphrase-file") {
        return opening::line_of(file);
    }
    let is_kept = store.is_some_and(|store| store.recipients().contains(&Recipient::Passphrase));
    let instead = "`--new-passphrase-file FILE` gives it";
    match matches.get_one::<std::path::PathBuf>("passphrase-file") {
        Some(file) => opening::line_of(file),
        None if is_kept => prompt::ask("Passphrase of secrets.toml", instead),
        None => prompt::ask_new("New passphrase of secrets.toml", instead),
    }
}
