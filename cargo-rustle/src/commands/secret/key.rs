//! `cargo rustle secret key new`: makes an identity, as age-keygen does.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, Command};
use rustle_seal::Identity;
use zeroize::Zeroizing;

use super::{file, opening};
use crate::failure::{Context, Failure, Result};
use crate::key_file;

pub fn command() -> Command {
    Command::new("key").about("Makes keys").subcommand_required(true).arg_required_else_help(true).subcommand(
        Command::new("new")
            .about("Makes an identity that opens secrets, in the form of age")
            .arg(file("output", "Where it is written [default: the operator's own place]")),
    )
}

pub fn run(matches: &ArgMatches) -> Result {
    let Some(("new", matches)) = matches.subcommand() else {
        return Err(Failure::Usage("there is no such command".into()));
    };
    let path = match matches.get_one::<PathBuf>("output") {
        Some(path) => path.clone(),
        None => opening::own_identity().ok_or_else(|| {
            Failure::new("there is no folder of your own to keep it in").help("`--output FILE` names a file")
        })?,
    };
    let identity = Identity::generate().context("the key")?;
    let secret = identity.to_age().unwrap_or_default();
    let mut text = Zeroizing::new(format!("# public key: {}\n", identity.recipient()).into_bytes());
    text.extend_from_slice(secret.expose());
    text.push(b'\n');
    key_file::write_new(&path, &text, 0o600)?;
    eprintln!("{} is the identity: it belongs into no repository", path.display());
    println!("{}", identity.recipient());
    Ok(ExitCode::SUCCESS)
}
