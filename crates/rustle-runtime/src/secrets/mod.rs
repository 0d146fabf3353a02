//! Secrets of a run: who opens them, and that nothing tells them.
//!
//! A bundle may carry sealed secrets. This crate knows no cryptography: what opens a seal registers itself in [`OPENERS`],
//! as modules register. Once they are open, every event and every line on standard error goes through the [`Redaction`].

mod redaction;

use std::sync::{Arc, OnceLock};

pub use redaction::{MASK, Redact, Redaction};

/// The redaction of this process.
static REDACTION: OnceLock<Redaction> = OnceLock::new();

/// Has everything that this process tells go through `redact`. Only the first call counts.
pub fn redact_with(redact: Arc<dyn Redact>) {
    let _ = REDACTION.set(Redaction::new(redact));
}

/// The redaction of this process; it changes nothing before [`redact_with`].
pub fn redaction() -> &'static Redaction {
    static NOTHING: Redaction = Redaction::nothing();
    REDACTION.get().unwrap_or(&NOTHING)
}
