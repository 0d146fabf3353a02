use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// Who.
    #[arg(alias = "name")]
    who: String,
    /// Name.
    name: String,
    /// Other.
    #[arg(rename = "who", aliases = ["x", "x"])]
    other: String,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
