//! The keys that the operator has.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use rustle_seal::{Identity, MAX_SECRET, OpenStore, SealError, SecretBytes, Store};

use crate::failure::{Context, Failure, Result};
use crate::key_file;
use crate::prompt;

/// `--identity` and `--passphrase-file`.
pub fn args() -> [Arg; 2] {
    [
        Arg::new("identity")
            .long("identity")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .action(ArgAction::Append)
            .help("A file with an age identity, an Ed25519 key of SSH or a key of 32 bytes [default: the one of `secret key new`]"),
        Arg::new("passphrase-file")
            .long("passphrase-file")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("A file with the passphrase of secrets.toml"),
    ]
}

/// Where `secret key new` writes the operator's own key.
pub fn own_identity() -> Option<PathBuf> {
    key_file::own_folder().map(|folder| folder.join("identity.txt"))
}

/// The keys that the command line names, or else the operator's own, if there is one.
///
/// # Errors
/// If a file cannot be read or holds no key.
pub fn identities(matches: &ArgMatches) -> Result<Vec<Identity>> {
    let mut files: Vec<PathBuf> = matches.get_many("identity").into_iter().flatten().cloned().collect();
    let passphrase = matches.get_one::<PathBuf>("passphrase-file");
    if files.is_empty() && passphrase.is_none() {
        files.extend(own_identity().filter(|path| path.is_file()));
    }
    let mut identities = Vec::new();
    for file in &files {
        identities.extend(identities_in(file)?);
    }
    if let Some(file) = passphrase {
        identities.push(Identity::passphrase(line_of(file)?));
    }
    Ok(identities)
}

/// The keys in a file.
///
/// # Errors
/// If it cannot be read or holds no key.
pub fn identities_in(file: &Path) -> Result<Vec<Identity>> {
    let bytes = read(file)?;
    let text = std::str::from_utf8(bytes.expose()).context(file.display())?;
    Identity::parse(text).context(file.display())
}

/// A file's bytes without the end of the last line, as passphrases stand in files.
///
/// # Errors
/// If it cannot be read, or is empty.
pub fn line_of(file: &Path) -> Result<SecretBytes> {
    let bytes = read(file)?;
    let line = bytes.expose().strip_suffix(b"\n").unwrap_or(bytes.expose());
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err(Failure::new(format!("{} is empty", file.display())));
    }
    Ok(SecretBytes::new(line.to_vec()))
}

/// A file's bytes; `-` is standard input.
///
/// # Errors
/// If it cannot be read, or is larger than a secret may be.
pub fn read(file: &Path) -> Result<SecretBytes> {
    let most = u64::try_from(MAX_SECRET).unwrap_or(u64::MAX);
    let mut reader: Box<dyn Read> = match file.to_str() {
        Some("-") => Box::new(std::io::stdin().lock()),
        _ => Box::new(fs::File::open(file).context(file.display())?),
    };
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    reader.by_ref().take(most + 1).read_to_end(&mut bytes).context(file.display())?;
    if bytes.len() > MAX_SECRET {
        return Err(Failure::new(format!("{} is larger than a secret may be", file.display())));
    }
    Ok(SecretBytes::from(bytes))
}

/// Opens the store with the keys that are there, or with a passphrase that is asked for.
///
/// # Errors
/// If none of them opens it.
pub fn open(store: &Store, matches: &ArgMatches) -> Result<OpenStore> {
    opened(store, matches).map(|(open, _)| open)
}

/// The keys that open the store, as [`open`] finds them.
///
/// # Errors
/// If none of them opens it.
pub fn keys(store: &Store, matches: &ArgMatches) -> Result<Vec<Identity>> {
    opened(store, matches).map(|(_, identities)| identities)
}

fn opened(store: &Store, matches: &ArgMatches) -> Result<(OpenStore, Vec<Identity>)> {
    let identities = identities(matches)?;
    match store.open(&identities) {
        Ok(open) => return Ok((open, identities)),
        Err(SealError::CannotOpen) if store.takes_passphrase() && prompt::is_possible() => {}
        Err(error) => return Err(cannot(&error, identities.is_empty())),
    }
    let passphrase = prompt::ask("Passphrase of secrets.toml", "`--passphrase-file FILE` gives it")?;
    let identities = vec![Identity::passphrase(passphrase)];
    let open = store.open(&identities).map_err(|error| cannot(&error, false))?;
    Ok((open, identities))
}

fn cannot(error: &SealError, without: bool) -> Failure {
    match without {
        true => Failure::new("secrets.toml needs a key").help(
            "`--identity FILE` or `--passphrase-file FILE` gives one; `secrets.toml` lists the recipients",
        ),
        false => Failure::new(format!("secrets.toml: {error}")),
    }
}
