use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// A reference.
    a: &'static str,
    /// A tuple.
    b: (String, String),
    /// A set.
    c: std::collections::BTreeSet<String>,
    /// Keys that are no text.
    d: std::collections::BTreeMap<u8, String>,
    /// A function.
    e: fn(String),
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
