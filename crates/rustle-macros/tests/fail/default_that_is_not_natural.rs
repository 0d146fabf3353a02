use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// Where.
    #[arg(default)]
    path: PathBuf,
    /// Anything.
    #[arg(default)]
    any: Value,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
