//! Who can open a seal, as texts name them.

use std::fmt;
use std::str::FromStr;

use bech32::{Bech32, Hrp};
use sha2::{Digest, Sha256};

use crate::error::SealError;
use crate::ssh;

/// Who can open a seal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// Whoever has the identity of this X25519 key: `age1…`.
    X25519([u8; 32]),
    /// Whoever has this Ed25519 key of SSH, such as a host by its host key: `ssh-ed25519 AAAA…`.
    Ssh([u8; 32]),
    /// Whoever knows the passphrase: `passphrase`.
    Passphrase,
    /// Whoever has the 32 bytes of the key, as `RUSTLE_ENCRYPTION_KEY` gives it: `key`.
    Key,
}

impl Recipient {
    /// The public key, as its own kind writes it; none for a passphrase or a key of 32 bytes.
    pub fn public_key(&self) -> Option<&[u8; 32]> {
        match self {
            Recipient::X25519(key) | Recipient::Ssh(key) => Some(key),
            Recipient::Passphrase | Recipient::Key => None,
        }
    }
}

impl FromStr for Recipient {
    type Err = SealError;

    /// Reads `age1…`, `ssh-ed25519 AAAA…` with or without a comment, `passphrase` or `key`.
    fn from_str(text: &str) -> Result<Recipient, SealError> {
        let text = text.trim();
        let refuse =
            |why: &str| Err(SealError::Recipient(format!("`{}` is no recipient: {why}", shortened(text))));
        match text {
            "passphrase" => return Ok(Recipient::Passphrase),
            "key" => return Ok(Recipient::Key),
            _ => {}
        }
        if text.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("AGE-SECRET-KEY-")) {
            // The text itself is a secret: it is not repeated.
            return Err(SealError::Recipient(
                "this is an age identity, which is secret; a recipient is the `age1…` beside it".into(),
            ));
        }
        if text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-") {
            return match ssh::public_key(text) {
                Ok(key) => Ok(Recipient::Ssh(key)),
                Err(why) => refuse(&why),
            };
        }
        match text.starts_with("age1").then(|| key_of_bech32(text, "age")) {
            Some(Some(key)) => Ok(Recipient::X25519(key)),
            Some(None) => refuse("it is not whole, or it is mistyped"),
            None => refuse("there are `age1…`, `ssh-ed25519 AAAA…`, `passphrase` and `key`"),
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recipient::X25519(key) => f.write_str(&bech32_of_key(key, "age")),
            Recipient::Ssh(key) => f.write_str(&ssh::public_text(key)),
            Recipient::Passphrase => f.write_str("passphrase"),
            Recipient::Key => f.write_str("key"),
        }
    }
}

/// The first characters of a text that somebody gave.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The 32 bytes in a bech32 text (BIP 173) with this human-readable part.
pub(crate) fn key_of_bech32(text: &str, part: &str) -> Option<[u8; 32]> {
    let checked = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(text).ok()?;
    if !checked.hrp().as_str().eq_ignore_ascii_case(part) {
        return None;
    }
    let mut bytes = checked.byte_iter();
    let mut key = [0; 32];
    for byte in &mut key {
        *byte = bytes.next()?;
    }
    bytes.next().is_none().then_some(key)
}

/// The bech32 text of 32 bytes, in small letters.
pub(crate) fn bech32_of_key(key: &[u8; 32], part: &str) -> String {
    let text = Hrp::parse(part).ok().and_then(|part| bech32::encode_lower::<Bech32>(part, key).ok());
    text.unwrap_or_default()
}

/// What tells whether a seal was made for exactly these recipients: SHA-256 over a tag, the seal's id and the sorted texts.
pub fn recipients_digest(seal: &[u8; 16], recipients: &[Recipient]) -> [u8; 32] {
    let mut texts: Vec<String> = recipients.iter().map(Recipient::to_string).collect();
    texts.sort();
    texts.dedup();
    let mut hash = Sha256::new();
    hash.update(b"rustle-seal/1 recipients\0");
    hash.update(seal);
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The key of the examples in age's README.
    const AGE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[test]
    fn texts_are_read_and_written() {
        let age: Recipient = AGE.parse().unwrap();
        assert_eq!(age.to_string(), AGE);
        assert_eq!("passphrase".parse(), Ok(Recipient::Passphrase));
        assert_eq!(" key ".parse(), Ok(Recipient::Key));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mistyped = AGE.replacen('q', "p", 1);
        let why = |text: &str| text.parse::<Recipient>().unwrap_err().to_string();
        assert!(why(&mistyped).contains("mistyped"), "{}", why(&mistyped));
        assert!(why("bob").contains("there are `age1…`"));
        assert!(why("ssh-rsa AAAAB3NzaC1yc2E= x").contains("Ed25519"));
        let secret = why("AGE-SECRET-KEY-1QQQQ");
        assert!(secret.contains("is secret") && !secret.contains("QQQQ"), "{secret}");
    }

    #[test]
    fn order_does_not_change_the_digest() {
        let (a, b) = (Recipient::X25519([1; 32]), Recipient::Passphrase);
        let digest = recipients_digest(&[0; 16], &[a.clone(), b.clone()]);
        assert_eq!(digest, recipients_digest(&[0; 16], &[b.clone(), a.clone(), b.clone()]));
        assert_ne!(digest, recipients_digest(&[1; 16], &[a.clone(), b]));
        assert_ne!(digest, recipients_digest(&[0; 16], &[a]));
    }
}
