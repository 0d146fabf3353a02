use rustle_runtime::prelude::*;

#[derive(Choice)]
enum How {
    Loudly,
    Softly,
}

#[derive(Options)]
struct Part {
    /// Size.
    size: Option<u8>,
}

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// How.
    #[arg(default = "silently")]
    how: How,
    /// In which ways.
    #[arg(default = ["loudly", "silently"])]
    ways: Vec<How>,
    /// By itself.
    #[arg(default)]
    natural: How,
    /// A number.
    #[arg(default = 1)]
    number: How,
    /// A part.
    #[arg(default = "x")]
    part: Part,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
