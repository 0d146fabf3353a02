//! What a seal is to hold, whether one that is there does, and making a new one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches};
use rustle_seal::{Identity, Kdf, OpenStore, Recipient, Scope, Seal, Sealer, Secret, fingerprinted};

use super::{file, opening};
use crate::failure::{Context, Failure, Result};
use crate::prompt;

/// `--seal-passphrase-file` and `--seal-key-file`.
pub fn args() -> [Arg; 2] {
    [
        file("seal-passphrase-file", "A file with the passphrase that opens the seals at run time"),
        file("seal-key-file", "A file with the key of 32 bytes that opens the seals at run time"),
    ]
}

/// What opens seals at run time and has no public half: read once, and only if it is needed.
pub struct Keys<'a> {
    matches: &'a ArgMatches,
    passphrase: Option<Identity>,
    key: Option<Identity>,
}

impl<'a> Keys<'a> {
    /// Nothing is read yet.
    pub fn new(matches: &'a ArgMatches) -> Keys<'a> {
        Keys { matches, passphrase: None, key: None }
    }

    /// Those that the command line names.
    ///
    /// # Errors
    /// If a file cannot be read or holds no key.
    pub fn given(&mut self) -> Result<Vec<Identity>> {
        let mut given = Vec::new();
        for (option, recipient) in
            [("seal-passphrase-file", Recipient::Passphrase), ("seal-key-file", Recipient::Key)]
        {
            if self.matches.get_one::<PathBuf>(option).is_some() {
                given.push(self.identity(&recipient)?);
            }
        }
        Ok(given)
    }

    /// The passphrase or the key: of the command line, or asked for.
    fn identity(&mut self, recipient: &Recipient) -> Result<Identity> {
        let (slot, option) = match recipient {
            Recipient::Passphrase => (&mut self.passphrase, "seal-passphrase-file"),
            _ => (&mut self.key, "seal-key-file"),
        };
        if let Some(known) = slot {
            return Ok(known.clone());
        }
        let instead = format!("`--{option} FILE` gives it");
        let named = self.matches.get_one::<PathBuf>(option);
        let identity = match (recipient, named) {
            (Recipient::Passphrase, Some(file)) => Identity::passphrase(opening::line_of(file)?),
            (Recipient::Passphrase, None) => Identity::passphrase(prompt::ask_new(
                "Passphrase that opens the seals at run time",
                &instead,
            )?),
            (_, Some(file)) => {
                let found =
                    opening::identities_in(file)?.into_iter().find(|it| it.recipient() == Recipient::Key);
                found.ok_or_else(|| Failure::new(format!("{} holds no key of 32 bytes", file.display())))?
            }
            (_, None) => return Err(Failure::new("the key that opens the seals is not there").help(instead)),
        };
        Ok(slot.insert(identity).clone())
    }
}

/// For whom a seal is to be made.
pub struct Openers {
    /// Who can open it.
    pub recipients: Vec<Recipient>,
    /// How a passphrase becomes a key.
    pub kdf: Kdf,
}

impl Openers {
    /// Why `seal` is not for these, if it is not; `given` is what the command line gives for run time.
    pub fn refuse(&self, seal: &Seal, given: &[Identity]) -> Option<&'static str> {
        if !seal.is_for(&self.recipients) {
            return Some("the recipients are others");
        }
        if seal.derivations().any(|kdf| kdf != self.kdf) {
            return Some("`kdf` is another");
        }
        // Without a public half nothing but opening tells which passphrase or key it was sealed for.
        let mut needed = given.iter().filter(|it| self.recipients.contains(&it.recipient()));
        let closed = needed.find(|it| seal.open(std::slice::from_ref(*it)).is_err())?;
        Some(match closed.recipient() {
            Recipient::Passphrase => "`--seal-passphrase-file` does not open the one that was there",
            _ => "`--seal-key-file` does not open the one that was there",
        })
    }
}

/// What a seal is to hold.
pub struct Wanted {
    /// The beginning of its file's name.
    pub label: String,
    /// Which hosts it is for.
    pub scope: Scope,
    /// Who can open it, and how.
    pub openers: Openers,
    /// The secrets, by name.
    pub secrets: BTreeMap<String, Secret>,
}

impl Wanted {
    /// The code by which operators tell later that nothing has changed.
    pub fn fingerprint(&self, store: &OpenStore) -> [u8; 32] {
        let recipients: Vec<String> = self.openers.recipients.iter().map(Recipient::to_string).collect();
        let kdf = match self.openers.recipients.contains(&Recipient::Passphrase) {
            true => format!("{:?}", self.openers.kdf),
            false => String::new(),
        };
        let count = (recipients.len() as u64).to_le_bytes();
        let kinds: Vec<String> = self.secrets.values().map(|secret| format!("{:?}", secret.kind())).collect();
        let host = self.scope.host().unwrap_or_default();
        let mut parts: Vec<&[u8]> = vec![b"seal", host.as_bytes(), kdf.as_bytes(), &count];
        parts.extend(recipients.iter().map(String::as_bytes));
        for ((name, secret), kind) in self.secrets.iter().zip(&kinds) {
            parts.extend([name.as_bytes(), kind.as_bytes(), secret.bytes()]);
        }
        store.fingerprint(fingerprinted(&parts).expose())
    }

    /// Whether `seal` holds what is wanted, as its fingerprint says, or as one of `identities` finds when it opens it.
    pub fn is_in(&self, seal: &Seal, fingerprint: Option<&[u8; 32]>, identities: &[Identity]) -> bool {
        if !seal.names().eq(self.secrets.keys().map(String::as_str)) {
            return false;
        }
        if let (Some(wanted), Some(there)) = (fingerprint, seal.fingerprint()) {
            return wanted == there;
        }
        let Ok(opened) = seal.open(identities) else { return false };
        self.secrets.iter().all(|(name, secret)| opened.get(name).is_ok_and(|there| there == *secret))
    }

    /// A new seal: the name of its file, and the bytes.
    ///
    /// # Errors
    /// If a passphrase or a key is not there, or a limit is exceeded.
    pub fn seal(&self, keys: &mut Keys<'_>, fingerprint: Option<[u8; 32]>) -> Result<(String, Vec<u8>)> {
        let what = format!("the secrets of {}", self.scope);
        let mut sealer = Sealer::new(self.scope.clone()).context(&what)?;
        for recipient in &self.openers.recipients {
            match recipient {
                Recipient::X25519(_) | Recipient::Ssh(_) => sealer.recipient(recipient).context(&what)?,
                Recipient::Passphrase | Recipient::Key => {
                    sealer.identity(&keys.identity(recipient)?, self.openers.kdf).context(&what)?;
                }
            }
        }
        for (name, secret) in &self.secrets {
            sealer.secret(name, secret.clone()).context(&what)?;
        }
        if let Some(fingerprint) = fingerprint {
            sealer.fingerprint(fingerprint);
        }
        let name = format!("{}-{}.{}", self.label, sealer.id(), rustle_build::sealed::EXTENSION);
        Ok((name, sealer.seal().context(&what)?))
    }
}

/// The beginning of the name of a scope's file. Names of hosts that are none for files lose their odd characters; the id
/// behind them keeps the files apart.
pub fn label(scope: &Scope) -> String {
    let Some(host) = scope.host() else { return "all".into() };
    let plain =
        |char: char| if char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.') { char } else { '_' };
    format!("host-{}", host.chars().take(64).map(plain).collect::<String>())
}
