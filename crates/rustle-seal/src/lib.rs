//! Sealed secrets: seal, open, and who may.
//!
//! A *seal* is a file with secrets that only its recipients can open. `cargo rustle secret seal` makes it, a build copies it
//! into the bundle as it is, and the runner opens it when it starts. `docs/SECRETS.md` describes the format.
//!
//! Nothing here reads a file, a clock or the environment: whoever calls brings the bytes.
//!
//! ```
//! # #[cfg(feature = "seal")] {
//! use rustle_seal::{Identity, Scope, Seal, Sealer, Secret};
//!
//! let identity = Identity::generate()?;
//! let mut sealer = Sealer::new(Scope::All)?;
//! sealer.recipient(&identity.recipient())?;
//! sealer.secret("db_password", Secret::text("hunter2"))?;
//! let bytes = sealer.seal()?;
//!
//! let seal = Seal::read(&bytes)?;
//! assert_eq!(seal.names().collect::<Vec<_>>(), ["db_password"]);
//! let opened = seal.open(&[identity])?;
//! assert_eq!(opened.get("db_password")?.bytes(), b"hunter2");
//! # }
//! # Ok::<(), rustle_seal::SealError>(())
//! ```
//!
//! Without features a seal can be read as a build does: its scope, the names in it, who it is for. `open` adds opening,
//! `seal` sealing, `store` the secrets that lie in a repository, and `vault` the decryption of what ansible-vault encrypted.

mod carried;
#[cfg(feature = "open")]
mod cipher;
mod error;
mod format;
#[cfg(feature = "open")]
mod identity;
mod kdf;
mod limits;
#[cfg(feature = "open")]
mod opened;
mod pieces;
mod recipient;
mod scope;
#[cfg(feature = "seal")]
mod sealer;
mod secret;
mod ssh;
#[cfg(feature = "store")]
mod store;
#[cfg(feature = "vault")]
mod vault;
mod vault_text;
#[cfg(feature = "open")]
mod wrap;

pub use carried::{BUNDLE_FOLDER, LOOKUP, VAULT_PREFIX, looks_sealed, stand_in, stands_for};
pub use error::SealError;
pub use format::{Seal, SealId};
#[cfg(feature = "open")]
pub use identity::Identity;
pub use kdf::Kdf;
pub use limits::{MAX_NAME, MAX_SEAL, MAX_SECRET, MAX_SECRETS, MAX_WRAPS};
#[cfg(feature = "open")]
pub use opened::Opened;
pub use recipient::{Recipient, recipients_digest};
pub use scope::Scope;
#[cfg(feature = "seal")]
pub use sealer::Sealer;
pub use secret::{Secret, SecretBytes, SecretKind};
#[cfg(feature = "store")]
pub use store::{OpenStore, Operators, Store, fingerprinted};
#[cfg(feature = "vault")]
pub use vault::VaultError;
pub use vault_text::VaultText;
