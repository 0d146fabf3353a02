use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(check_mode = "full")]
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
