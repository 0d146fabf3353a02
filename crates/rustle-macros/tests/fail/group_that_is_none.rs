use rustle_runtime::prelude::*;

pub struct Group;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    #[arg(flatten)]
    group: Group,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
