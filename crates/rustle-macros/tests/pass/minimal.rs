use rustle_runtime::prelude::*;

/// Does nothing.
#[rustle_module(name = "acme.nothing")]
struct Greet;

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
