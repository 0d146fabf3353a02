use rustle_runtime::prelude::*;

const NAME: &str = "acme.greet";

/// Greets.
#[rustle_module(name = NAME, permissions = "fs:read", effects = [EFFECT], aliases("acme.hi"))]
pub struct Greet {
    /// Who.
    #[arg(alias = NAME)]
    who: String,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
