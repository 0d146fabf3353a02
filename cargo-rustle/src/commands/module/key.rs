//! `cargo rustle module key`: makes a key to sign modules with.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustle_package::signature::{self, KeyPair};
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::password;
use crate::failure::{Context, Failure, Result};
use crate::key_file;

pub fn command() -> Command {
    Command::new("key")
        .about("Makes a key to sign modules with")
        .arg(Arg::new("name").value_name("NAME").required(true).help("What signatures by it are called"))
        .arg(
            Arg::new("dir")
                .long("dir")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Where it is kept [default: the user's folder of configuration]"),
        )
        .arg(
            Arg::new("prefix")
                .long("prefix")
                .value_name("PREFIX")
                .action(ArgAction::Append)
                .help("A prefix of ids that it may sign: `com.acme`"),
        )
        .arg(
            Arg::new("no-password")
                .long("no-password")
                .action(ArgAction::SetTrue)
                .help("Does not protect the secret half: for machines"),
        )
        .after_help(
            "NAME.key is the secret half: it belongs into no repository. The password comes from the terminal or from \
             RUSTLE_SIGN_PASSWORD.\nThe table that is printed goes into rustle.toml of those who trust the key.",
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let name = matches.get_one::<String>("name").map(String::as_str).unwrap_or_default();
    if !is_name(name) {
        return Err(Failure::Usage(format!(
            "`{name}` is no name for a key: letters, digits, `-` and `_`, like `acme-2027`"
        )));
    }
    let folder = match matches.get_one::<PathBuf>("dir") {
        Some(folder) => folder.clone(),
        None => default_folder()?,
    };
    let secret = folder.join(format!("{name}.key"));
    let public = folder.join(format!("{name}.pub"));
    if let Some(there) = [&secret, &public].into_iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(key_file::taken(there));
    }
    let password = match matches.get_flag("no-password") {
        true => None,
        false => Some(password::of_new_key()?),
    };
    let pair = signature::generate(password.as_deref()).context("the key")?;
    key_file::write_new(&secret, pair.secret.as_bytes(), 0o600)?;
    let comment = format!("untrusted comment: minisign public key {}", pair.public.id());
    key_file::write_new(&public, format!("{comment}\n{}\n", pair.public).as_bytes(), 0o644)?;
    println!("# {} is the secret half, {} the public one.", secret.display(), public.display());
    let prefixes: Vec<&String> = matches.get_many("prefix").into_iter().flatten().collect();
    print!("{}", table(name, &pair, &prefixes));
    Ok(ExitCode::SUCCESS)
}

/// Whether a key may be called so: its name is a key of TOML, and part of a file's name.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn default_folder() -> Result<PathBuf> {
    key_file::own_folder().map(|folder| folder.join("keys")).ok_or_else(|| {
        Failure::new("there is no folder of your own to keep it in").help("`--dir DIR` names one")
    })
}

/// What those who trust the key write into rustle.toml.
fn table(name: &str, pair: &KeyPair, prefixes: &[&String]) -> String {
    let mut key = Table::new();
    key.insert("key", value(pair.public.to_string()));
    key.insert("prefixes", value(Array::from_iter(prefixes.iter().map(|it| it.as_str()))));
    if prefixes.is_empty()
        && let Some(prefixes) = key.get_mut("prefixes").and_then(Item::as_value_mut)
    {
        prefixes.decor_mut().set_suffix(" # which ids it may sign, like \"com.acme\"; none yet");
    }
    let mut keys = Table::new();
    keys.set_implicit(true);
    keys.insert(name, Item::Table(key));
    let mut document = DocumentMut::new();
    document.insert("keys", Item::Table(keys));
    document.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        assert!(is_name("acme-2027") && is_name("OPS_1"));
        for bad in ["", "a.b", "../x", "a b", "é", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn the_table_is_what_a_project_reads() {
        let pair = signature::generate(None).unwrap();
        let acme = "com.acme".to_owned();
        let text = table("acme", &pair, &[&acme]);
        assert_eq!(text, format!("[keys.acme]\nkey = \"{}\"\nprefixes = [\"com.acme\"]\n", pair.public));
        assert!(table("acme", &pair, &[]).contains("prefixes = [] # which ids"));
    }
}
