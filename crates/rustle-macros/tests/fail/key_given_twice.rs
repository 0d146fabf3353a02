use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet", name = "acme.hi")]
pub struct Greet {
    /// Who.
    #[arg(no_log, no_log)]
    #[arg(alias = "a")]
    #[arg(alias = "b")]
    who: String,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
