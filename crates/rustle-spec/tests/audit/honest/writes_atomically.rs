use std::path::Path;

use rustle_runtime::fs::atomic;
use rustle_runtime::fs::attributes::Wanted;
use rustle_runtime::prelude::*;

/// Writes a file of settings.
#[rustle_module(name = "acme.writes_atomically", permissions = ["fs:write:/etc/acme/**"])]
pub struct WritesAtomically {
    /// What is worked on.
    name: String,
}

impl Module for WritesAtomically {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        if !ctx.check_mode() {
            atomic::write(Path::new("/etc/acme/settings"), self.name.as_bytes(), &Wanted::default())?;
        }
        Ok(Outcome::default())
    }
}
