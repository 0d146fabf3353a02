use std::process::{self, ExitCode, ExitStatus, Stdio};

use rustle_runtime::prelude::*;

/// Knows exit codes.
#[rustle_module(name = "acme.exit_codes")]
pub struct ExitCodes {
    /// What is worked on.
    name: String,
}

impl Module for ExitCodes {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let code = self.name.parse::<u8>().map(ExitCode::from).unwrap_or(ExitCode::FAILURE);
        let _ = (ctx, code, process::id());
        if self.name == "abort" {
            process::abort();
        }
        Ok(Outcome::default())
    }
}

fn is_fine(status: ExitStatus) -> bool {
    let _ = Stdio::null();
    status.success()
}
