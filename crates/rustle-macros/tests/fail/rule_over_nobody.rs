use rustle_runtime::prelude::*;

/// Greets.
#[rustle_module(
    name = "acme.greet",
    required_together = [["who", "waht"]],
    required_one_of = [["whom", "what"]],
    required_by = [("nobody", ["who"])],
)]
pub struct Greet {
    /// Who.
    #[arg(alias = "whom")]
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
