//! Opens the seals of a host with the keys that were brought.

use rustle_runtime::secrets::{Opened, Request, environment};
use rustle_seal::{Identity, Seal, SealError};

use crate::delivery::{self, Source, Wanted};
use crate::options::Options;
use crate::values;

/// What is said if a seal stays closed, whatever the reason is: whoever tries keys or changes seals learns nothing by it.
const CLOSED: &str = "the sealed secrets cannot be opened: no key that was given opens them, or they were changed. A key \
                      comes from a systemd credential, --secret-key-file, --secret-key-fd, --secret-identity, \
                      --ask-secret-passphrase or RUSTLE_ENCRYPTION_KEY; --help says more";

/// How often somebody is asked for a passphrase.
const ASKED: usize = 3;

/// Opens the seals for all hosts and those of the host.
///
/// # Errors
/// If one stays closed, or a place for a key that was asked for cannot be used.
pub(crate) fn open(request: Request<'_>) -> Result<Opened, String> {
    let Request { seals, host, options, key, interactive, detached } = request;
    let closed = |_: SealError| CLOSED.to_owned();
    let mut own = Vec::new();
    for sealed in seals {
        let seal = Seal::read(&sealed.bytes).map_err(closed)?;
        if seal.scope().covers(host) {
            own.push(seal);
        }
    }
    let mut options = Options::new(options);
    // The environment is then no more than how a job was handed what came by a better way.
    let handed = detached && options.is_carried();
    if detached {
        options.without_carried();
    }
    let sources = delivery::sources(&options, key, interactive);
    let mut warnings = Vec::new();
    let opened = unlock(own, &sources, &mut warnings)?;
    let mut opened = values::gather(opened).map_err(closed)?;
    if !handed {
        opened.warnings.splice(0..0, warnings);
    }
    Ok(opened)
}

/// Opens every seal with the first of the sources that opens it. A place that was named has to be usable even if nothing is left
/// for it to open: another host, or another seal, may need it.
fn unlock(
    mut closed: Vec<Seal>,
    sources: &[Source],
    warnings: &mut Vec<String>,
) -> Result<Vec<rustle_seal::Opened>, String> {
    let mut opened = Vec::new();
    for source in sources {
        if closed.is_empty() {
            source.check()?;
            continue;
        }
        let attempts = if matches!(source, Source::Asked) { ASKED } else { 1 };
        for _ in 0..attempts {
            if closed.is_empty() {
                break;
            }
            let wanted = Wanted {
                passphrase: closed.iter().any(Seal::takes_passphrase),
                ssh: closed.iter().any(Seal::takes_ssh),
            };
            let identities = source.identities(wanted)?;
            if identities.is_empty() {
                break;
            }
            if matches!(source, Source::Environment(_)) {
                warnings.push(from_environment());
            }
            closed.retain(|seal| try_open(seal, &identities, &mut opened));
        }
    }
    if closed.is_empty() { Ok(opened) } else { Err(CLOSED.into()) }
}

/// Whether the seal stays closed.
fn try_open(seal: &Seal, identities: &[Identity], opened: &mut Vec<rustle_seal::Opened>) -> bool {
    match seal.open(identities) {
        Ok(open) => opened.push(open),
        Err(_) => return true,
    }
    false
}

fn from_environment() -> String {
    format!(
        "the key of the secrets came in {}. Whoever could look at this program's environment before it began could read \
         it; a systemd credential, --secret-key-file or --secret-key-fd are safer",
        environment::KEY
    )
}

#[cfg(test)]
mod tests {
    use rustle_runtime::command_line::command;
    use rustle_runtime::secrets::Sealed;
    use rustle_seal::{Kdf, Recipient, Scope, Sealer, Secret, SecretBytes};
    use zeroize::Zeroizing;

    use super::*;

    /// A seal of one secret, for the key `[byte; 32]`.
    fn sealed(scope: Scope, name: &str, text: &str, byte: u8) -> Sealed {
        let mut sealer = Sealer::new(scope).unwrap();
        sealer.identity(&Identity::key(&hex(byte)).unwrap(), Kdf::ARGON2ID).unwrap();
        sealer.secret(name, Secret::text(text)).unwrap();
        Sealed { name: format!("@sealed/{name}.seal"), bytes: sealer.seal().unwrap() }
    }

    fn hex(byte: u8) -> String {
        format!("{byte:02x}").repeat(32)
    }

    fn attempt(seals: &[Sealed], host: &str, args: &[&str], key: Option<&str>) -> Result<Opened, String> {
        let command = crate::options::add(command("site", "1"));
        let options = command.try_get_matches_from([&["site"], args].concat()).unwrap();
        let key = key.map(|key| Zeroizing::new(key.as_bytes().to_vec()));
        open(Request { seals, host, options: &options, key, interactive: false, detached: false })
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        // Only its owner may read it.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn the_first_key_that_opens_wins_and_others_do_not_disturb() {
        let seals = [sealed(Scope::All, "a", "text of a", 1), sealed(Scope::All, "b", "text of b", 2)];
        let (other, one) = (file(&hex(9)), file(&hex(1)));
        let files = ["--secret-key-file", other.path().to_str().unwrap(), "--secret-key-file"];
        let args = [&files[..], &[one.path().to_str().unwrap()]].concat();
        let opened = attempt(&seals, "h", &args, Some(&hex(2))).unwrap();
        assert_eq!(opened.variables.get("a").unwrap().to_string(), "text of a");
        assert_eq!(opened.variables.get("b").unwrap().to_string(), "text of b");
        assert!(opened.warnings[0].contains("RUSTLE_ENCRYPTION_KEY"), "{:?}", opened.warnings);
    }

    #[test]
    fn seals_of_other_hosts_are_none_of_our_business() {
        let seals = [
            sealed(Scope::Host("a".into()), "own", "of a", 1),
            sealed(Scope::Host("b".into()), "own", "of b", 2),
            sealed(Scope::All, "own", "of all", 1),
        ];
        let opened = attempt(&seals, "a", &[], Some(&hex(1))).unwrap();
        assert_eq!(
            opened.variables.get("own").unwrap().to_string(),
            "of a",
            "a host's goes before that of all"
        );
        assert_eq!(attempt(&seals, "b", &[], Some(&hex(1))).unwrap_err(), CLOSED);
    }

    #[test]
    fn every_way_of_being_wrong_has_one_text() {
        let good = sealed(Scope::All, "a", "text", 1);
        assert_eq!(attempt(std::slice::from_ref(&good), "h", &[], None).unwrap_err(), CLOSED, "no key");
        assert_eq!(
            attempt(std::slice::from_ref(&good), "h", &[], Some(&hex(2))).unwrap_err(),
            CLOSED,
            "a wrong key"
        );
        for at in [0, 1, good.bytes.len() / 2, good.bytes.len() - 1] {
            let mut cut = good.clone();
            cut.bytes.truncate(at);
            assert_eq!(attempt(&[cut], "h", &[], Some(&hex(1))).unwrap_err(), CLOSED, "cut at {at}");
            let mut flipped = good.clone();
            flipped.bytes[at] ^= 1;
            assert_eq!(attempt(&[flipped], "h", &[], Some(&hex(1))).unwrap_err(), CLOSED, "flipped at {at}");
        }
        let mut sealer = Sealer::new(Scope::All).unwrap();
        sealer.recipient(&Identity::generate().unwrap().recipient()).unwrap();
        let stranger =
            file(std::str::from_utf8(Identity::generate().unwrap().to_age().unwrap().expose()).unwrap());
        let args = ["--secret-identity", stranger.path().to_str().unwrap()];
        let seal = Sealed { name: "s".into(), bytes: sealer.seal().unwrap() };
        assert_eq!(attempt(&[seal], "h", &args, None).unwrap_err(), CLOSED, "a wrong identity");
    }

    #[test]
    fn an_identity_or_a_passphrase_opens() {
        let identity = Identity::generate().unwrap();
        let mut sealer = Sealer::new(Scope::All).unwrap();
        sealer.recipient(&identity.recipient()).unwrap();
        let quick = Kdf::Pbkdf2Sha256 { rounds: 600_000 };
        let passphrase = Identity::passphrase(SecretBytes::new(b"correct horse".to_vec()));
        sealer.identity(&passphrase, quick).unwrap();
        sealer.secret("a", Secret::text("text")).unwrap();
        let seals = [Sealed { name: "s".into(), bytes: sealer.seal().unwrap() }];
        let key = file(std::str::from_utf8(identity.to_age().unwrap().expose()).unwrap());
        assert!(attempt(&seals, "h", &["--secret-identity", key.path().to_str().unwrap()], None).is_ok());
        let passphrase = file("correct horse\n");
        assert!(
            attempt(&seals, "h", &["--secret-key-file", passphrase.path().to_str().unwrap()], None).is_ok()
        );
        assert_eq!(attempt(&seals, "h", &[], Some("wrong horse")).unwrap_err(), CLOSED);
        assert!(matches!(identity.recipient(), Recipient::X25519(_)));
    }

    #[test]
    fn a_place_that_cannot_be_used_says_why() {
        let seals = [sealed(Scope::All, "a", "text", 1)];
        let error = |args: &[&str]| attempt(&seals, "h", args, Some(&hex(1))).unwrap_err();
        assert!(error(&["--secret-key-file", "/nowhere/key"]).contains("/nowhere/key cannot be read"));
        assert!(error(&["--secret-credential", "other"]).contains("LoadCredential="));
        assert!(error(&["--secret-key-fd", "99"]).contains("no file descriptor 99"));
    }

    #[test]
    fn a_place_that_cannot_be_used_says_why_even_if_all_is_open() {
        let seals = [sealed(Scope::All, "a", "text", 1)];
        let (good, text) = (file(&hex(1)), file("correct horse\n"));
        let attempt = |more: &[&str]| {
            let first = ["--secret-key-file", good.path().to_str().unwrap()];
            attempt(&seals, "h", &[&first, more].concat(), None).map(drop)
        };
        attempt(&[]).unwrap();
        let error = |more: &[&str]| attempt(more).unwrap_err();
        assert!(error(&["--secret-key-file", "/nowhere/key"]).contains("/nowhere/key cannot be read"));
        assert!(error(&["--secret-identity", "/nowhere/key"]).contains("/nowhere/key cannot be read"));
        assert!(error(&["--secret-key-fd", "99"]).contains("no file descriptor 99"));
        // What the text would open is nobody's question any more.
        attempt(&["--secret-key-file", text.path().to_str().unwrap()]).unwrap();
    }
}
