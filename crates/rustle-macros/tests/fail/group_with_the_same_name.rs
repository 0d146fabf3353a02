use rustle_runtime::prelude::*;
use rustle_runtime::args::FileAttributes;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    #[arg(flatten)]
    attributes: FileAttributes,
    /// Who.
    owner: String,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
