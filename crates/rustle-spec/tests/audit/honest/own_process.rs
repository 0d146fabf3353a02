use rustle_runtime::prelude::*;

/// Knows processes of its own.
#[rustle_module(name = "acme.own_process")]
pub struct OwnProcess {
    /// What is worked on.
    name: String,
}

impl Module for OwnProcess {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let step = process::Command::new(&self.name);
        let _ = (ctx, step.spawn(), process::exit(3));
        Ok(Outcome::default())
    }
}

/// A process is a row of steps here.
mod process {
    pub struct Command(String);

    impl Command {
        pub fn new(name: &str) -> Command {
            Command(name.to_owned())
        }

        pub fn spawn(&self) -> usize {
            self.0.len()
        }
    }

    pub fn exit(code: i32) -> i32 {
        code
    }
}
