use rustle_runtime::prelude::*;

pub struct Person;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// Who.
    who: Person,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
