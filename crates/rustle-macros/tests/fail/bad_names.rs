use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "Acme.greet", aliases = ["acme..hi", "acme.hello", "acme.hello"])]
pub struct Greet {
    /// Who.
    #[arg(rename = "the-who", alias = "1st")]
    who: String,
    /// Private.
    _hidden: String,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
