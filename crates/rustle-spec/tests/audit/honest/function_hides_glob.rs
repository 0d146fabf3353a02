use std::fs::*;
use std::path::Path;

use rustle_runtime::prelude::*;

/// Has functions of the same names.
#[rustle_module(name = "acme.function_hides_glob", permissions = ["fs:read"])]
pub struct FunctionHidesGlob {
    /// What is worked on.
    name: String,
}

impl Module for FunctionHidesGlob {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        write(&self.name);
        let _ = (ctx, remove_file(), metadata(&self.name)?);
        Ok(Outcome::default())
    }
}

fn write(_: impl AsRef<Path>) {}

fn remove_file() -> bool {
    true
}
