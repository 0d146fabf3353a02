//! Makes keys and signatures.

use std::fmt;
use std::time::SystemTime;

use minisign::{SecretKey, SecretKeyBox};

use super::{PublicKey, message, text};
use crate::Tree;

/// A new key.
#[derive(Clone)]
pub struct KeyPair {
    /// What others may know.
    pub public: PublicKey,
    /// The file of the secret half, in minisign's format.
    pub secret: String,
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

/// A signature or a key that could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignError {
    /// The secret key is protected, and no password was given.
    Password,
    /// The key cannot be read, or the password is not its own.
    Key(String),
    /// Making it failed.
    Failed(String),
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignError::Password => {
                f.write_str("the secret key is protected by a password, and none was given")
            }
            SignError::Key(why) => {
                write!(
                    f,
                    "the secret key cannot be read, or the password is not its own: {}",
                    why.escape_debug()
                )
            }
            SignError::Failed(why) => write!(f, "signing failed: {}", why.escape_debug()),
        }
    }
}

impl std::error::Error for SignError {}

/// Makes a key; with a password, its secret half is encrypted with it (which takes about a second and 1 GiB, on purpose).
///
/// # Errors
///
/// When the operating system gives no random numbers.
pub fn generate(password: Option<&str>) -> Result<KeyPair, SignError> {
    let failed = |error: minisign::PError| SignError::Failed(error.to_string());
    let pair = match password {
        Some(password) => minisign::KeyPair::generate_encrypted_keypair(Some(password.to_owned())),
        None => minisign::KeyPair::generate_unencrypted_keypair(),
    };
    let pair = pair.map_err(failed)?;
    let public =
        pair.pk.to_base64().parse().map_err(|_| SignError::Failed("the new key is unreadable".to_owned()))?;
    let secret = pair.sk.to_box(None).map_err(failed)?.into_string();
    Ok(KeyPair { public, secret })
}

/// Signs these files as this version of this package; `secret` is the text of the secret key's file.
///
/// The result is the content of a `.minisig` file, for the package's root.
///
/// # Errors
///
/// When the key cannot be read, or the password is missing or not its own.
pub fn sign(
    tree: &Tree,
    id: &str,
    version: &str,
    secret: &str,
    password: Option<&str>,
    now: SystemTime,
) -> Result<String, SignError> {
    let comment = text::trusted_comment(seconds(now), id, version);
    Secret::open(secret, password)?.sign(&message(tree, id, version), &comment)
}

/// The time of a trusted comment: seconds after 1970.
pub fn seconds(now: SystemTime) -> u64 {
    now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A secret key that was opened: it signs whatever text it is given, without asking again.
pub struct Secret(SecretKey);

impl Secret {
    /// Opens the secret key whose file has this text.
    ///
    /// # Errors
    ///
    /// When the key cannot be read, or the password is missing or not its own.
    pub fn open(file: &str, password: Option<&str>) -> Result<Secret, SignError> {
        secret_key(file, password).map(Secret)
    }

    /// Its public half.
    ///
    /// # Errors
    ///
    /// When the file holds none.
    pub fn public(&self) -> Result<PublicKey, SignError> {
        let wrong = |why: String| SignError::Key(why);
        let key = minisign::PublicKey::from_secret_key(&self.0).map_err(|error| wrong(error.to_string()))?;
        key.to_base64().parse().map_err(|error: super::KeyError| wrong(error.to_string()))
    }

    /// The content of a `.minisig` file for `message`, with this trusted comment, which must be one line.
    ///
    /// # Errors
    ///
    /// When signing fails.
    pub fn sign(&self, message: &str, comment: &str) -> Result<String, SignError> {
        minisign::sign(None, &self.0, message.as_bytes(), Some(comment), None)
            .map(minisign::SignatureBox::into_string)
            .map_err(|error| SignError::Failed(error.to_string()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

/// Reads a secret key's file. What encrypts it is named by its third and fourth byte: nothing, or `Sc`, scrypt.
fn secret_key(file: &str, password: Option<&str>) -> Result<SecretKey, SignError> {
    let wrong = |error: minisign::PError| SignError::Key(error.to_string());
    let line = file.trim().lines().next_back().unwrap_or_default();
    let bytes = text::decode(line).unwrap_or_default();
    match (bytes.get(2..4), password) {
        // The checksum is not looked at: `minisign -W` writes none into keys without a password.
        (Some([0, 0]), _) => SecretKey::from_bytes(&bytes).map_err(wrong),
        // Without a password, the library would ask for one on the terminal.
        (Some(b"Sc"), None) => Err(SignError::Password),
        (Some(b"Sc"), Some(password)) => SecretKeyBox::from_string(file.trim())
            .and_then(|boxed| boxed.into_secret_key(Some(password.to_owned())))
            .map_err(wrong),
        _ => Err(SignError::Key("it has not the form of a minisign secret key".to_owned())),
    }
}
