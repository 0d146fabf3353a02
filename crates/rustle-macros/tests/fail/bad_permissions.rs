use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet", permissions = ["write", "fs:write:", "Fs:write", "fs:write:/etc/**"])]
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
