use rustle_runtime::prelude::*;
use rustle_runtime::args::Evaluated;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// That.
    #[arg(expression)]
    that: Vec<String>,
    /// When.
    when: Evaluated,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
