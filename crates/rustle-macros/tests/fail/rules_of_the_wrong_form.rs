use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(
    name = "acme.greet",
    required_together = ["who", "what"],
    mutually_exclusive = [["who"]],
    required_if = [("who", "you")],
    required_by = "who",
)]
pub struct Greet {
    /// Who.
    who: Option<String>,
    /// What.
    what: Option<String>,
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
