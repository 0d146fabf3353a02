//! Keys that open seals.

use std::fmt;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use ed25519_dalek::SigningKey;
use hpke::{Deserializable, Kem, Serializable, kem::X25519HkdfSha256};
use zeroize::{Zeroize, Zeroizing};

use crate::cipher::Key32;
use crate::error::SealError;
use crate::recipient::{Recipient, bech32_of_key, key_of_bech32};
use crate::secret::SecretBytes;
use crate::ssh;

/// The human-readable part of an age identity.
const AGE_IDENTITY: &str = "age-secret-key-";

/// A key that opens seals. It is cleared when it is dropped, and `Debug` does not show it.
#[derive(Clone)]
pub struct Identity(pub(crate) Inner);

#[derive(Clone)]
pub(crate) enum Inner {
    X25519 { secret: Key32, public: [u8; 32] },
    Ssh { secret: Key32, public: [u8; 32] },
    Passphrase(SecretBytes),
    Key(Key32),
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.recipient())
    }
}

impl Identity {
    /// A new X25519 key.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    #[cfg(feature = "seal")]
    pub fn generate() -> Result<Identity, SealError> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut()).map_err(|_| SealError::NoRandomness)?;
        Identity::x25519(secret)
    }

    fn x25519(secret: Key32) -> Result<Identity, SealError> {
        let public = public_of(&secret)?;
        Ok(Identity(Inner::X25519 { secret, public }))
    }

    /// A passphrase, byte by byte as it is given: whoever reads it from a file or a terminal takes the line's end off.
    pub fn passphrase(passphrase: SecretBytes) -> Identity {
        Identity(Inner::Passphrase(passphrase))
    }

    /// A key of 32 bytes, in base64 (standard or URL-safe) or in 64 hexadecimal digits, as `RUSTLE_ENCRYPTION_KEY` holds it.
    ///
    /// # Errors
    /// If it is neither. What was given is not repeated.
    pub fn key(text: &str) -> Result<Identity, SealError> {
        let mut key = Zeroizing::new([0; 32]);
        let text = text.trim();
        let read = match text.len() {
            64 => hex(text, &mut key),
            43 => matches!(Base64UrlUnpadded::decode(text, key.as_mut()), Ok(bytes) if bytes.len() == 32),
            44 => {
                let standard = Zeroizing::new(text.replace('-', "+").replace('_', "/"));
                matches!(Base64::decode(&*standard, key.as_mut()), Ok(bytes) if bytes.len() == 32)
            }
            _ => false,
        };
        if !read {
            return Err(SealError::Identity(
                "a key is 32 bytes, in base64 or in 64 hexadecimal digits".into(),
            ));
        }
        Ok(Identity(Inner::Key(key)))
    }

    /// The keys in a file: age identities (one a line, with comments), an unencrypted private key of SSH, or one key of
    /// 32 bytes as text.
    ///
    /// # Errors
    /// If there is none in it, or one is damaged. What is in the file is not repeated.
    pub fn parse(text: &str) -> Result<Vec<Identity>, SealError> {
        if text.trim_start().starts_with(ssh::BEGIN) {
            let seed = ssh::private_seed(text).map_err(SealError::Identity)?;
            return Ok(vec![Identity::ssh(&seed)?]);
        }
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        match lines.as_slice() {
            [] => Err(SealError::Identity("there is no key in it".into())),
            [line] if !is_age(line) => Ok(vec![Identity::key(line).map_err(|_| unknown())?]),
            lines => lines.iter().map(|line| Identity::age(line)).collect(),
        }
    }

    /// An age identity: `AGE-SECRET-KEY-1…`.
    fn age(line: &str) -> Result<Identity, SealError> {
        if !is_age(line) {
            return Err(unknown());
        }
        let secret = key_of_bech32(line, AGE_IDENTITY)
            .ok_or_else(|| SealError::Identity("an age identity is not whole, or it is mistyped".into()))?;
        Identity::x25519(Zeroizing::new(secret))
    }

    /// The Ed25519 key of SSH with this seed.
    fn ssh(seed: &[u8; 32]) -> Result<Identity, SealError> {
        let key = SigningKey::from_bytes(seed);
        Ok(Identity(Inner::Ssh {
            secret: Zeroizing::new(key.to_scalar_bytes()),
            public: key.verifying_key().to_bytes(),
        }))
    }

    /// Who a seal must be made for, so that this opens it.
    pub fn recipient(&self) -> Recipient {
        match &self.0 {
            Inner::X25519 { public, .. } => Recipient::X25519(*public),
            Inner::Ssh { public, .. } => Recipient::Ssh(*public),
            Inner::Passphrase(_) => Recipient::Passphrase,
            Inner::Key(_) => Recipient::Key,
        }
    }

    /// The text of an X25519 key as age writes it; none for others.
    pub fn to_age(&self) -> Option<SecretBytes> {
        let Inner::X25519 { secret, .. } = &self.0 else { return None };
        let mut lower = bech32_of_key(secret, AGE_IDENTITY);
        let text = SecretBytes::new(lower.to_uppercase().into_bytes());
        lower.zeroize();
        Some(text)
    }
}

fn is_age(line: &str) -> bool {
    line.get(..AGE_IDENTITY.len()).is_some_and(|start| start.eq_ignore_ascii_case(AGE_IDENTITY))
}

fn unknown() -> SealError {
    SealError::Identity(
        "this is no key: there are age identities (`AGE-SECRET-KEY-1…`), unencrypted Ed25519 keys of SSH, and keys of \
         32 bytes in base64 or hexadecimal digits"
            .into(),
    )
}

/// The public half of an X25519 key.
fn public_of(secret: &[u8; 32]) -> Result<[u8; 32], SealError> {
    let damaged = |_| SealError::Identity("this is no X25519 key".into());
    let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret).map_err(damaged)?;
    let mut public = [0; 32];
    public.copy_from_slice(X25519HkdfSha256::sk_to_pk(&secret).to_bytes().as_slice());
    Ok(public)
}

/// Reads 64 hexadecimal digits.
fn hex(text: &str, into: &mut [u8; 32]) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    for (byte, pair) in into.iter_mut().zip(text.as_bytes().chunks(2)) {
        let [high, low] = pair else { return false };
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { return false };
        *byte = high << 4 | low;
    }
    true
}
