//! A runner.

use rustle_runtime::prelude::*;

/// Greets somebody.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// Where.
    path: PathBuf,
    /// How often.
    times: std::num::NonZeroU8,
}

rustle_runtime::main!();
