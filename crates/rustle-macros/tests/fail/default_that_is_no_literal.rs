use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// Who.
    #[arg(default = String::from("you"))]
    who: String,
    /// How often.
    #[arg(default = TIMES)]
    times: u8,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
