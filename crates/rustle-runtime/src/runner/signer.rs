//! The key that a runner is pinned to.

use rustle_bundle::Bundle;
use rustle_bundle::signature::{self, SignatureError};

/// The key that every bundle of a runner must be signed by. It stands in the executable and not in the bundle, so that a
/// bundle that is appended later cannot bring its own.
///
/// A runner that is pinned to no key does not link what checks signatures: that is named here, and nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Signer {
    key: &'static str,
    check: fn(&Bundle, &str) -> Result<(), SignatureError>,
}

impl Signer {
    /// The signer with this public key: the base64 line of a minisign key, which begins with `RW`.
    pub const fn pinned(key: &'static str) -> Signer {
        Signer { key, check: signature::check }
    }

    /// The public key.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// Checks that `bundle` is signed by this key.
    ///
    /// # Errors
    /// A message that says why it is not.
    pub(super) fn check(&self, bundle: &Bundle) -> Result<(), String> {
        (self.check)(bundle, self.key).map_err(|why| {
            format!(
                "this runner takes only what the key {} has signed, and does not take its bundle: {why}. \
                 `cargo rustle build --sign KEY` signs it",
                self.key
            )
        })
    }
}
