use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(name = "acme.greet")]
pub struct Greet {
    /// Text.
    #[arg(default = 1)]
    a: String,
    /// Boolean.
    #[arg(default = "yes")]
    b: bool,
    /// Number.
    #[arg(default = "1")]
    c: u8,
    /// Too large.
    #[arg(default = 256)]
    d: u8,
    /// Negative.
    #[arg(default = -1)]
    e: u64,
    /// List.
    #[arg(default = "a")]
    f: Vec<String>,
    /// List of something else.
    #[arg(default = ["a", 1])]
    g: Vec<String>,
    /// Path.
    #[arg(default = 1.5)]
    h: PathBuf,
    /// Mapping.
    #[arg(default = [])]
    i: Map,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
