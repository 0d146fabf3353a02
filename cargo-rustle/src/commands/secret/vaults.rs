//! What ansible-vault encrypted: its passwords, and the secrets that it becomes.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches};
use rustle_build::{Vault, VaultKind};
use rustle_seal::{Seal, Secret, SecretBytes, SecretKind, VAULT_PREFIX, VaultError, VaultText};
use rustle_template::trust::{marked_text, trusted_with};
use rustle_value::{Value, yaml};
use zeroize::Zeroizing;

use super::{file, opening, source};
use crate::failure::{Context, Failure, Result};
use crate::prompt;

/// The variable by which ansible-vault itself is told where its password is.
const PASSWORD_FILE: &str = "ANSIBLE_VAULT_PASSWORD_FILE";

/// `--vault-password-file` and `--vault-id`, as for `ansible-playbook`.
pub fn args() -> [Arg; 2] {
    [
        file("vault-password-file", "A file with the password of ansible-vault, or a program that prints it")
            .action(ArgAction::Append),
        Arg::new("vault-id")
            .long("vault-id")
            .value_name("ID@FILE")
            .action(ArgAction::Append)
            .help("The same for vaults of this id; `ID@prompt` asks for it"),
    ]
}

/// The passwords of vaults, each with the id that it is for.
pub struct Passwords(Vec<(Option<String>, SecretBytes)>);

impl Passwords {
    /// Those that the command line names, or else the environment.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn of(matches: &ArgMatches) -> Result<Passwords> {
        let mut all = Vec::new();
        for file in matches.get_many::<PathBuf>("vault-password-file").into_iter().flatten() {
            all.push((None, password_in(file, None)?));
        }
        for text in matches.get_many::<String>("vault-id").into_iter().flatten() {
            let (id, from) =
                text.split_once('@').map_or((None, text.as_str()), |(id, from)| (Some(id), from));
            let id = id.filter(|id| !id.is_empty());
            let password = match from {
                "prompt" | "prompt_ask_vault_pass" => prompt::ask(
                    &format!("Vault password ({})", id.unwrap_or("default")),
                    "`--vault-id ID@FILE` gives it",
                )?,
                from => password_in(Path::new(from), id)?,
            };
            all.push((id.map(str::to_owned), password));
        }
        if let (true, Some(file)) = (all.is_empty(), std::env::var_os(PASSWORD_FILE)) {
            all.push((None, password_in(Path::new(&file), None)?));
        }
        Ok(Passwords(all))
    }

    /// The plaintext: with the password of the vault's id first, then with every other, as Ansible tries them.
    fn decrypt(&self, text: &VaultText) -> std::result::Result<SecretBytes, VaultError> {
        let is_its = |id: &Option<String>| id.as_deref() == text.id() && id.is_some();
        let (first, rest): (Vec<_>, Vec<_>) = self.0.iter().partition(|(id, _)| is_its(id));
        let mut found = Err(VaultError::Password);
        for (_, password) in first.into_iter().chain(rest) {
            found = text.decrypt(password.expose());
            if found != Err(VaultError::Password) {
                break;
            }
        }
        found
    }
}

/// A password as Ansible reads it: a program's output, or a file's content, without white space around it.
fn password_in(file: &Path, id: Option<&str>) -> Result<SecretBytes> {
    let metadata = std::fs::metadata(file).context(file.display())?;
    let bytes = if metadata.permissions().mode() & 0o111 != 0 {
        let program = std::path::absolute(file).context(file.display())?.to_string_lossy().into_owned();
        let mut words = vec![program];
        // Programs whose names end so are told which password is asked for.
        if let (true, Some(id)) =
            (file.file_stem().is_some_and(|it| it.to_string_lossy().ends_with("-client")), id)
        {
            words.extend(["--vault-id".to_owned(), id.to_owned()]);
        }
        source::command(&words, Path::new("."))?
    } else {
        opening::read(file)?
    };
    let trimmed = bytes.expose().trim_ascii();
    if trimmed.is_empty() {
        return Err(Failure::new(format!("{} gives no password", file.display())));
    }
    Ok(SecretBytes::new(trimmed.to_vec()))
}

/// Whether a seal holds what came from vaults, and nothing else.
pub fn is_of_vaults(seal: &Seal) -> bool {
    let mut names = seal.names().peekable();
    names.peek().is_some() && names.all(|name| name.starts_with(VAULT_PREFIX))
}

/// Whether `seal` holds exactly these vaults. The names are digests of what is encrypted, so no
/// password is needed to tell.
pub fn is_current(seal: &Seal, vaults: &[Vault]) -> bool {
    let wanted: BTreeSet<&str> = vaults.iter().map(|vault| vault.name.as_str()).collect();
    let base = |name: &str| name.match_indices(':').nth(1).map_or(name.len(), |(at, _)| at);
    let there: BTreeSet<&str> = seal.names().filter_map(|name| name.get(..base(name))).collect();
    let variables = vaults.iter().filter(|vault| vault.kind == VaultKind::Variables);
    let mut split = variables.map(|vault| VaultText::variable(&vault.name, ""));
    wanted == there && split.all(|prefix| seal.names().any(|name| name.starts_with(&prefix)))
}

/// The secrets that vaults become, by name.
///
/// # Errors
/// If no password opens one, or it is not what its place needs: the message names the place.
pub fn secrets(vaults: &[Vault], passwords: &Passwords) -> Result<BTreeMap<String, Secret>> {
    let mut all = BTreeMap::new();
    for vault in vaults {
        let at = place(vault);
        let plain = passwords.decrypt(&vault.text).map_err(|error| match passwords.0.is_empty() {
            true => Failure::new(format!("{at} is encrypted with ansible-vault, and there is no password"))
                .help("`--vault-password-file FILE` gives it"),
            false => Failure::new(format!("{at}: {error}")),
        })?;
        match vault.kind {
            VaultKind::Value => {
                let text = std::str::from_utf8(plain.expose()).context(&at)?;
                all.insert(vault.name.clone(), value(&marked_text(text.into()))?);
            }
            VaultKind::Variables => {
                for (name, item) in variables(&plain, passwords).context(&at)? {
                    all.insert(VaultText::variable(&vault.name, &name), value(&item)?);
                }
                all.insert(vault.name.clone(), whole(plain)?);
            }
            VaultKind::File => drop(all.insert(vault.name.clone(), whole(plain)?)),
        }
    }
    Ok(all)
}

fn whole(plain: SecretBytes) -> Result<Secret> {
    Secret::new(SecretKind::Bytes, plain).context("the file")
}

/// A value of the language as a secret.
fn value(value: &Value) -> Result<Secret> {
    let mut bytes = Zeroizing::new(Vec::new());
    ciborium::into_writer(value, &mut *bytes).context("a value")?;
    Secret::new(SecretKind::Value, SecretBytes::from(bytes)).context("a value")
}

/// The variables in a decrypted file, with what is encrypted once more in them. Nothing of the file stands in a message.
fn variables(
    plain: &SecretBytes,
    passwords: &Passwords,
) -> std::result::Result<Vec<(String, Value)>, String> {
    let text = std::str::from_utf8(plain.expose()).map_err(|_| "it is not UTF-8 in the clear".to_owned())?;
    let nodes = yaml::parse(text).map_err(|error| format!("line {} in the clear is not YAML", error.line))?;
    let Some(root) = nodes.first().filter(|root| !root.is_null()) else { return Ok(Vec::new()) };
    let mut failed = false;
    let value = trusted_with(root, &mut |node| {
        let inner = VaultText::read(node.as_text().unwrap_or_default().as_bytes()).ok();
        let plain = inner.and_then(|text| passwords.decrypt(&text).ok());
        let text = plain.as_ref().and_then(|plain| std::str::from_utf8(plain.expose()).ok());
        failed |= text.is_none();
        marked_text(text.unwrap_or_default().into())
    });
    if failed {
        return Err("a value in it is encrypted once more, and no password opens it".into());
    }
    let Value::Map(map) = value else { return Err("it holds no mapping of variables".into()) };
    let named = map.into_iter().map(|(key, value)| Some((key.as_str()?.to_owned(), value)));
    named.collect::<Option<_>>().ok_or_else(|| "the name of a variable in it is no text".into())
}

/// Where a vault stands, for messages.
fn place(vault: &Vault) -> String {
    match vault.kind {
        VaultKind::Value => {
            format!("{}:{}", vault.at.file.path, vault.at.file.line_column(vault.at.span.start).0)
        }
        VaultKind::Variables | VaultKind::File => vault.at.file.path.clone(),
    }
}
