use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// Who.
    #[cfg(unix)]
    who: String,
    /// What.
    #[cfg_attr(unix, arg(alias = "that"))]
    what: String,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
