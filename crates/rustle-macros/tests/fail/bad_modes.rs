use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet", check_mode = "some", diff_mode = true)]
pub struct Greet {
    /// Where.
    #[arg(file = "file")]
    path: PathBuf,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
