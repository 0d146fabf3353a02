use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module]
pub struct Greet {}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
