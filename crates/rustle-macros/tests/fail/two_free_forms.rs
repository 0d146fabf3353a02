use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// One.
    #[arg(free_form)]
    one: Option<String>,
    /// Two.
    #[arg(free_form)]
    two: Option<String>,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
