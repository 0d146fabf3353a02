#![allow(clippy::all)]
#![doc = "std::process::Command"]

use rustle_runtime::prelude::*;

/// Has attributes of many kinds.
#[rustle_module(name = "acme.attributes")]
pub struct Attributes {
    /// What is worked on; `std::fs` in a text.
    #[arg(default = "std::fs::write", alias = "process")]
    name: String,
    /// How much.
    #[arg(default = 3, range = 1..=5)]
    count: Option<u8>,
}

impl Module for Attributes {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        #[allow(unused_variables, clippy::disallowed_methods, reason = "std::process::Command is never used")]
        let unused = 1;
        #[expect(dead_code)]
        const PORT: u16 = 80;
        let _ = ctx;
        Ok(Outcome::default().with_message(old(&self.name)))
    }
}

#[deprecated(since = "1.0.0", note = "use `std::fs::read` instead")]
#[must_use = "std::env::var"]
#[inline(always)]
fn old(text: &str) -> String {
    text.to_owned()
}
