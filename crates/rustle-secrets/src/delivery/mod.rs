//! Where keys come from, in the order in which they are tried.

mod credential;
mod descriptor;
mod file;
mod passphrase;

use std::fmt;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use rustle_runtime::secrets::{KeyText, environment};
use rustle_seal::{Identity, SecretBytes};

use crate::options::Options;

/// The systemd credential that is looked for.
pub(crate) const CREDENTIAL: &str = "rustle-key";

/// The key of the host, with which seals for it open without any option.
pub(crate) const HOST_KEY: &str = "/etc/ssh/ssh_host_ed25519_key";

/// A place where a key may be.
#[derive(Debug)]
pub(crate) enum Source {
    /// A credential of the systemd unit, by name; whether it was asked for.
    Credential { name: String, asked: bool },
    /// A file with the key or the passphrase.
    KeyFile(PathBuf),
    /// A descriptor that was passed.
    Descriptor(i32),
    /// An age identity or a private key of SSH.
    Identity(PathBuf),
    /// The key of the host.
    HostKey(PathBuf),
    /// What somebody types.
    Asked,
    /// What stood in the environment.
    Environment(Text),
}

/// The text of a key. `Debug` does not show it.
pub(crate) struct Text(KeyText);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text")
    }
}

/// What kinds of keys the seals that are still closed take.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// A passphrase.
    pub passphrase: bool,
    /// A key of SSH.
    pub ssh: bool,
}

/// All places, in order.
pub(crate) fn sources(options: &Options, key: Option<KeyText>, interactive: bool) -> Vec<Source> {
    let mut all = vec![match &options.credential {
        Some(name) => Source::Credential { name: name.clone(), asked: true },
        None => Source::Credential { name: CREDENTIAL.into(), asked: false },
    }];
    all.extend(options.key_files.iter().map(|file| Source::KeyFile(file.into())));
    all.extend(options.key_fd.map(Source::Descriptor));
    all.extend(options.identities.iter().map(|file| Source::Identity(file.into())));
    if options.identities.is_empty() {
        all.push(Source::HostKey(HOST_KEY.into()));
    }
    if options.ask {
        all.push(Source::Asked);
    }
    all.extend(key.map(|key| Source::Environment(Text(key))));
    if interactive && !options.ask {
        all.push(Source::Asked);
    }
    all
}

/// Reads the key that a job could not read any more; none if no option names such a place.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn carry(matches: &ArgMatches) -> Result<Option<KeyText>, String> {
    carried(&Options::new(matches), || descriptor::read(0), passphrase::typed)
}

/// What is carried: it stays as it is, and the job makes of it what this process would. White space at its end may belong to
/// a passphrase.
fn carried(
    options: &Options,
    stdin: impl FnOnce() -> Result<KeyText, String>,
    ask: impl FnOnce() -> Result<Option<KeyText>, String>,
) -> Result<Option<KeyText>, String> {
    match options.key_fd {
        Some(0) => stdin().map(Some),
        _ if options.ask => ask(),
        _ => Ok(None),
    }
}

impl Source {
    /// Whether a place that was asked for can be read, where nothing is left to be opened. A descriptor is closed by that, so that
    /// no program that is started later can read it.
    ///
    /// # Errors
    /// If it cannot; why.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self {
            Source::Credential { name, asked: true } => credential::read(name, true).map(drop),
            Source::KeyFile(path) | Source::Identity(path) => file::read_private(path).map(drop),
            Source::Descriptor(number) => descriptor::read(*number).map(drop),
            Source::Credential { asked: false, .. }
            | Source::HostKey(_)
            | Source::Asked
            | Source::Environment(_) => Ok(()),
        }
    }

    /// The keys that are there. None is no fault where nobody has asked for this place.
    ///
    /// # Errors
    /// If the place that was asked for cannot be used; why.
    pub(crate) fn identities(&self, wanted: Wanted) -> Result<Vec<Identity>, String> {
        match self {
            Source::Credential { name, asked } => match credential::read(name, *asked)? {
                Some(text) => of_text(text, wanted, &format!("the systemd credential {name}")),
                None => Ok(Vec::new()),
            },
            Source::KeyFile(path) => {
                of_text(file::read_private(path)?, wanted, &format!("the key file {}", path.display()))
            }
            Source::Descriptor(number) => {
                of_text(descriptor::read(*number)?, wanted, &format!("the file descriptor {number}"))
            }
            Source::Identity(path) => {
                let text = file::read_private(path)?;
                parsed(&text, &format!("the identity {}", path.display()))
            }
            // That it is not there, or not for us to read, is the common case.
            Source::HostKey(path) if wanted.ssh => Ok(host_key(path)),
            Source::HostKey(_) => Ok(Vec::new()),
            Source::Asked if wanted.passphrase => {
                let typed = passphrase::typed()?;
                Ok(typed.map(|typed| Identity::passphrase(typed.into())).into_iter().collect())
            }
            Source::Asked => Ok(Vec::new()),
            Source::Environment(text) => of_text(text.0.clone(), wanted, environment::KEY),
        }
    }
}

fn host_key(path: &Path) -> Vec<Identity> {
    let Ok(text) = file::read(path) else { return Vec::new() };
    parsed(&text, "").unwrap_or_default()
}

/// A key, or where passphrases are taken also the passphrase: the text without the end of its line.
fn of_text(text: KeyText, wanted: Wanted, place: &str) -> Result<Vec<Identity>, String> {
    let mut identities = match parsed(&text, place) {
        Ok(identities) => identities,
        Err(_) if wanted.passphrase => Vec::new(),
        Err(error) => return Err(error),
    };
    let line = text.strip_suffix(b"\n").unwrap_or(&text);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if wanted.passphrase && !line.is_empty() {
        identities.push(Identity::passphrase(SecretBytes::new(line.to_vec())));
    }
    Ok(identities)
}

fn parsed(text: &[u8], place: &str) -> Result<Vec<Identity>, String> {
    let text = std::str::from_utf8(text).map_err(|_| format!("{place} cannot be used: it is no text"))?;
    Identity::parse(text).map_err(|error| format!("{place} cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn places_come_in_their_order() {
        let options = Options {
            key_files: vec!["f".into()],
            key_fd: Some(3),
            identities: vec!["i".into()],
            ask: true,
            ..Options::default()
        };
        let key = || Some(Zeroizing::new(b"k".to_vec()));
        let order = |options: &Options| format!("{:?}", sources(options, key(), true));
        assert_eq!(
            order(&options),
            "[Credential { name: \"rustle-key\", asked: false }, KeyFile(\"f\"), Descriptor(3), Identity(\"i\"), \
             Asked, Environment(Text)]"
        );
        let silent = order(&Options::default());
        assert!(
            silent.ends_with("HostKey(\"/etc/ssh/ssh_host_ed25519_key\"), Environment(Text), Asked]"),
            "{silent}"
        );
    }

    #[test]
    fn a_job_is_handed_what_was_given_to_the_byte() {
        let carry = |key_fd, ask| {
            let options = Options { key_fd, ask, ..Options::default() };
            let text = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
            carried(&options, || Ok(text("ends in space \t\n")), || Ok(Some(text("typed "))))
                .unwrap()
                .map(|text| text.to_vec())
        };
        assert_eq!(carry(Some(0), true).as_deref(), Some(&b"ends in space \t\n"[..]));
        assert_eq!(carry(Some(3), true).as_deref(), Some(&b"typed "[..]));
        assert_eq!(carry(None, false), None);
    }

    #[test]
    fn a_text_is_a_key_and_where_it_may_be_a_passphrase() {
        let read = |text: &str, passphrase: bool| {
            of_text(Zeroizing::new(text.into()), Wanted { passphrase, ssh: false }, "here")
        };
        assert_eq!(read("correct horse\n", true).unwrap().len(), 1);
        let error = read("correct horse\n", false).unwrap_err();
        assert!(
            error.starts_with("here cannot be used: this is no key") && !error.contains("horse"),
            "{error}"
        );
        let key = "00".repeat(32);
        assert_eq!(read(&key, false).unwrap().len(), 1);
        assert_eq!(read(&key, true).unwrap().len(), 2);
    }
}
