use rustle_runtime::prelude::*;

#[derive(Choice)]
enum How {
    Loudly,
    Softly,
}

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// How.
    #[arg(default = "silently")]
    how: How,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
