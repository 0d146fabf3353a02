use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// Who.
    #[arg(defalt = "you")]
    who: String,
    /// What.
    #[arg(something)]
    what: String,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
