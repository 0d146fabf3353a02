//! Secrets of a run: who opens them, where tasks find them, and that nothing tells them.
//!
//! A bundle may carry sealed secrets. This crate knows no cryptography: what opens a seal registers itself in [`OPENERS`],
//! as modules register. Once they are open, every event and every line on standard error goes through the [`Redaction`].

pub mod environment;
mod files;
mod hardening;
mod opened;
mod opener;
pub mod private_file;
mod redaction;
pub(crate) mod standard_error;
mod start;

use std::sync::{Arc, OnceLock};

use zeroize::Zeroizing;

pub(crate) use files::{adopt_files, sealed_files, unsealed};
pub use hardening::harden;
pub use opened::Opened;
pub use opener::{OPENERS, Opener, Request, Sealed};
pub use redaction::{MASK, Redact, Redaction};
pub(crate) use start::{are_carried, carry, missing_opener, open, options};

/// The text of a key or of a passphrase. It is cleared when it is dropped.
pub type KeyText = Zeroizing<Vec<u8>>;

/// The redaction of this process.
static REDACTION: OnceLock<Redaction> = OnceLock::new();

/// The secrets of this process.
static OPENED: OnceLock<Opened> = OnceLock::new();

/// Has everything that this process tells go through `redact`. Only the first call counts.
pub fn redact_with(redact: Arc<dyn Redact>) {
    let _ = REDACTION.set(Redaction::new(redact));
}

/// The redaction of this process; it changes nothing before [`redact_with`].
pub fn redaction() -> &'static Redaction {
    static NOTHING: Redaction = Redaction::nothing();
    REDACTION.get().unwrap_or(&NOTHING)
}

/// The secrets of this process; none before they were opened.
pub fn opened() -> &'static Opened {
    static NOTHING: OnceLock<Opened> = OnceLock::new();
    OPENED.get().unwrap_or_else(|| NOTHING.get_or_init(Opened::default))
}
