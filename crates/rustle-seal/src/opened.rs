//! A seal that was opened.

use std::fmt;

use hmac::Mac;

use crate::cipher::{self, Key32, joined};
use crate::error::SealError;
use crate::format::{FORMAT, Seal, SealId};
use crate::identity::Identity;
use crate::scope::Scope;
use crate::secret::Secret;
use crate::wrap;

/// A seal that one of its recipients has opened. Its key is cleared when it is dropped.
#[derive(Clone)]
pub struct Opened {
    seal: Seal,
    key: Key32,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opened({:?})", self.seal)
    }
}

impl Seal {
    /// Opens the seal with the first of `identities` that is a recipient of it. All of it is proven to be unchanged; the
    /// secrets are decrypted one by one, by [`Opened::get`].
    ///
    /// A passphrase costs a derivation for each passphrase among the recipients, of which there are four at most.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`], whatever the reason is.
    pub fn open(&self, identities: &[Identity]) -> Result<Opened, SealError> {
        let id = self.parts.id.0;
        let keys = identities.iter().flat_map(|identity| {
            self.parts.wraps.iter().filter_map(move |it| wrap::unwrap(it, &id, identity))
        });
        // A wrap that opens in a seal that was changed ends the search: others open the same seal.
        let key = { keys }.next().ok_or(SealError::CannotOpen)?;
        let (bytes, code) = self.authenticated().ok_or(SealError::CannotOpen)?;
        let mac = cipher::mac(&cipher::subkey(&key, &id, &[MAC_PURPOSE]), bytes);
        mac.verify_slice(code).map_err(|_| SealError::CannotOpen)?;
        Ok(Opened { seal: self.clone(), key })
    }
}

/// What the key of the authentication code is for.
pub(crate) const MAC_PURPOSE: &[u8] = b"rustle-seal/1 mac";

/// What the key of a secret is for.
pub(crate) const SECRET_PURPOSE: &[u8] = b"rustle-seal/1 secret";

/// What a secret is bound to: the format, the seal, the scope and its name.
pub(crate) fn secret_context(id: SealId, scope: &Scope, name: &str) -> Vec<u8> {
    let host = scope.host().unwrap_or_default();
    joined(&[SECRET_PURPOSE, &[FORMAT], id.bytes(), host.as_bytes(), name.as_bytes()])
}

impl Opened {
    /// The seal.
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    /// The names of the secrets, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.seal.names()
    }

    /// Decrypts a secret.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`] if there is none of this name, or it was changed.
    pub fn get(&self, name: &str) -> Result<Secret, SealError> {
        let record = self.seal.record(name).ok_or(SealError::CannotOpen)?;
        let (id, scope) = (self.seal.id(), self.seal.scope());
        let key = cipher::subkey(&self.key, id.bytes(), &[SECRET_PURPOSE, name.as_bytes()]);
        let context = secret_context(id, scope, name);
        let plain = cipher::decrypt(&key, &record.nonce, &context, &record.encrypted);
        Secret::of_plaintext(&plain.ok_or(SealError::CannotOpen)?)
    }
}
