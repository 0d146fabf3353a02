use rustle_runtime::prelude::*;

#[rustle_module(name = "Acme", chek_mode = "full", effects = ["x"])]
pub struct Greet {
    who: String,
    /// How.
    #[arg(default = 3)]
    how: bool,
    /// Where.
    #[arg(aliases = "path")]
    to: &'static str,
}

// What stands here is not complained of: the struct and its implementations are there.
fn uses(greet: &Greet) -> Result<Greet> {
    let _: &str = &greet.who;
    Ok(Greet::from_args(&Map::new()).map_err(|errors| errors.to_string())?)
}

impl Module for Greet {
    fn apply(&self, _: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}

fn main() {}
