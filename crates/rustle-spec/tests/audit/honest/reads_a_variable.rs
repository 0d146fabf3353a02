use std::env;

use rustle_runtime::prelude::*;

/// Tells the language.
#[rustle_module(name = "acme.reads_a_variable", permissions = ["env:read:LANG"])]
pub struct ReadsAVariable {
    /// What is worked on.
    name: String,
}

impl Module for ReadsAVariable {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = ctx;
        Ok(Outcome::default().with_message(env::var("LANG").unwrap_or_else(|_| self.name.clone())))
    }
}
