//! Decrypts what ansible-vault encrypted.
//!
//! The digits are those of three lines of digits: a salt, an HMAC and the encrypted text. PBKDF2-HMAC-SHA256 with 10,000
//! rounds makes two keys and a counter of the password; the HMAC is over the encrypted text, and is checked before any of it
//! is decrypted with AES-256 in counter mode; the plaintext is filled up as PKCS #7 says.

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128BE;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::secret::SecretBytes;
use crate::vault_text::VaultText;

/// The rounds that ansible-vault's format fixes.
const ROUNDS: u32 = 10_000;

/// The length of a block of AES.
const BLOCK: usize = 16;

/// Why a vault cannot be decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultError {
    /// It is cut off, or holds what are no hexadecimal digits. No password was tried.
    Damaged,
    /// The password is another, or the vault was changed.
    Password,
}

impl std::fmt::Display for VaultError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            VaultError::Damaged => {
                "the vault is damaged: it is cut off, or holds what are no hexadecimal digits"
            }
            VaultError::Password => {
                "the vault cannot be opened: the password is another, or the vault was changed"
            }
        })
    }
}

impl std::error::Error for VaultError {}

impl VaultText {
    /// The plaintext.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn decrypt(&self, password: &[u8]) -> Result<SecretBytes, VaultError> {
        let lines = unhex(&self.digits)?;
        let mut lines = lines.splitn(3, |byte| *byte == b'\n').map(unhex);
        let mut line = || lines.next().unwrap_or(Err(VaultError::Damaged));
        let (salt, code, mut text) = (line()?, line()?, Zeroizing::new(line()?));
        let mut keys = Zeroizing::new([0; 80]);
        pbkdf2::pbkdf2_hmac::<Sha256>(password, &salt, ROUNDS, keys.as_mut());
        let (cipher_key, rest) = keys.split_first_chunk::<32>().ok_or(VaultError::Damaged)?;
        let (mac_key, counter) = rest.split_first_chunk::<32>().ok_or(VaultError::Damaged)?;
        let mut mac =
            <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(mac_key).map_err(|_| VaultError::Damaged)?;
        mac.update(&text);
        mac.verify_slice(&code).map_err(|_| VaultError::Password)?;
        let mut cipher =
            Ctr128BE::<Aes256>::new_from_slices(cipher_key, counter).map_err(|_| VaultError::Damaged)?;
        cipher.try_apply_keystream(&mut text).map_err(|_| VaultError::Damaged)?;
        let length = unpadded(&text).ok_or(VaultError::Password)?;
        text.truncate(length);
        Ok(SecretBytes::from(text))
    }
}

/// The length of a text without its padding (PKCS #7). The text is authentic: nobody can learn by what is said here.
fn unpadded(text: &[u8]) -> Option<usize> {
    let fill = *text.last()?;
    let length = text.len().checked_sub(usize::from(fill))?;
    let whole = text.len().is_multiple_of(BLOCK) && (1..=BLOCK).contains(&usize::from(fill));
    (whole && text.get(length..)?.iter().all(|byte| *byte == fill)).then_some(length)
}

fn unhex(digits: &[u8]) -> Result<Vec<u8>, VaultError> {
    let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(VaultError::Damaged);
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).map_err(|_| VaultError::Damaged),
        _ => Err(VaultError::Damaged),
    });
    pairs.collect()
}
