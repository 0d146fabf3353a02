use rustle_runtime::prelude::*;
use rustle_runtime::process::{Finished, Program};

/// Asks who somebody is.
#[rustle_module(name = "acme.runs_a_program", permissions = ["process:exec:/usr/bin/id"])]
pub struct RunsAProgram {
    /// What is worked on.
    name: String,
}

impl Module for RunsAProgram {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let finished = Program::new(["/usr/bin/id", &self.name]).run(ctx)?;
        let text = String::from_utf8_lossy(&finished.stdout).into_owned();
        Ok(Outcome::default().with_message(text))
    }
}

fn is_fine(finished: &Finished) -> bool {
    finished.code == 0
}
