use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet", version = "1.2")]
pub struct Greet {
    /// Who.
    who: String,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
