use rustle_runtime::prelude::*;

#[rustle_module(name = "acme.greet")]
pub struct Greet {
    who: String,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
