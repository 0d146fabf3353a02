//! Secrets in memory: cleared when they are dropped, and never shown.

use std::fmt;

use zeroize::Zeroizing;

use crate::error::SealError;

/// Bytes that are cleared when they are dropped. `Debug` does not show them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes bytes over. What they were copied from is not cleared.
    pub fn new(bytes: Vec<u8>) -> SecretBytes {
        SecretBytes(Zeroizing::new(bytes))
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Zeroizing<Vec<u8>>> for SecretBytes {
    fn from(bytes: Zeroizing<Vec<u8>>) -> SecretBytes {
        SecretBytes(bytes)
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.len())
    }
}

/// How a secret is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// Text in UTF-8, which is never a template: what `cargo rustle secret set` stores, and what rustle.toml names.
    Text,
    /// Bytes that need not be text: a file.
    Bytes,
    /// A value of the language with its templates, as CBOR of `rustle_value::Value`: what stood in a vault.
    Value,
}

impl SecretKind {
    #[cfg(feature = "open")]
    pub(crate) fn code(self) -> u8 {
        match self {
            SecretKind::Text => 0,
            SecretKind::Bytes => 1,
            SecretKind::Value => 2,
        }
    }

    #[cfg(feature = "open")]
    fn of(code: u8) -> Option<SecretKind> {
        [SecretKind::Text, SecretKind::Bytes, SecretKind::Value].into_iter().find(|kind| kind.code() == code)
    }
}

/// A secret in the clear. `Debug` does not show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    kind: SecretKind,
    bytes: SecretBytes,
}

impl Secret {
    /// Text.
    pub fn text(text: impl Into<String>) -> Secret {
        Secret { kind: SecretKind::Text, bytes: SecretBytes::new(text.into().into_bytes()) }
    }

    /// What a file or a program gave: text if it is UTF-8, else bytes.
    pub fn read(bytes: SecretBytes) -> Secret {
        let kind =
            if std::str::from_utf8(bytes.expose()).is_ok() { SecretKind::Text } else { SecretKind::Bytes };
        Secret { kind, bytes }
    }

    /// A secret of this kind.
    ///
    /// # Errors
    /// If it is to be text and is not UTF-8.
    pub fn new(kind: SecretKind, bytes: SecretBytes) -> Result<Secret, SealError> {
        if kind == SecretKind::Text && std::str::from_utf8(bytes.expose()).is_err() {
            return Err(SealError::Refused("the secret is no text in UTF-8".into()));
        }
        Ok(Secret { kind, bytes })
    }

    /// How it is to be read.
    pub fn kind(&self) -> SecretKind {
        self.kind
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.expose()
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self.kind {
            SecretKind::Text => std::str::from_utf8(self.bytes()).ok(),
            SecretKind::Bytes | SecretKind::Value => None,
        }
    }

    /// What is encrypted: one byte for the kind, then the secret.
    #[cfg(feature = "seal")]
    pub(crate) fn to_plaintext(&self) -> Zeroizing<Vec<u8>> {
        let mut plain = Zeroizing::new(Vec::with_capacity(self.bytes.len() + 1));
        plain.push(self.kind.code());
        plain.extend_from_slice(self.bytes());
        plain
    }

    #[cfg(feature = "open")]
    pub(crate) fn of_plaintext(plain: &[u8]) -> Result<Secret, SealError> {
        let (code, bytes) = plain.split_first().ok_or(SealError::CannotOpen)?;
        let kind = SecretKind::of(*code).ok_or(SealError::CannotOpen)?;
        Secret::new(kind, SecretBytes::new(bytes.to_vec())).map_err(|_| SealError::CannotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let shown = format!("{:?}", Secret::text("hunter2"));
        assert!(!shown.contains("hunter2") && shown.contains("7 bytes"), "{shown}");
    }

    #[test]
    fn text_is_text() {
        assert_eq!(Secret::read(SecretBytes::new(vec![0xff])).kind(), SecretKind::Bytes);
        assert_eq!(Secret::read(SecretBytes::new(b"a".to_vec())).as_text(), Some("a"));
        assert!(Secret::new(SecretKind::Text, SecretBytes::new(vec![0xff])).is_err());
    }
}
