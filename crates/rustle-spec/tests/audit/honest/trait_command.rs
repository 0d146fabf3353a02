use rustle_runtime::prelude::*;

/// Has commands of its own.
#[rustle_module(name = "acme.trait_command")]
pub struct TraitCommand {
    /// What is worked on.
    name: String,
}

impl Module for TraitCommand {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let all: Vec<Box<dyn Command>> = vec![Box::new(Start), Box::new(Stop)];
        let _ = (ctx, all.iter().map(|it| it.run()).count(), <Start as Command>::new());
        Ok(Outcome::default())
    }
}

trait Command {
    fn new() -> Self
    where
        Self: Sized;
    fn run(&self) -> bool;
}

struct Start;
struct Stop;

impl Command for Start {
    fn new() -> Self {
        Start
    }
    fn run(&self) -> bool {
        true
    }
}

impl Command for Stop {
    fn new() -> Self {
        Self
    }
    fn run(&self) -> bool {
        false
    }
}
