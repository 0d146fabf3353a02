use std::fs;

use rustle_runtime::prelude::*;

/// Copies a file with its rights.
#[rustle_module(name = "acme.copies_files", permissions = ["fs:read", "fs:write"])]
pub struct CopiesFiles {
    /// What is worked on.
    name: String,
}

impl Module for CopiesFiles {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let from = PathBuf::from(&self.name);
        let to = from.with_extension("bak");
        if from.is_file() && !to.exists() {
            fs::copy(&from, &to)?;
            fs::set_permissions(&to, fs::metadata(&from)?.permissions())?;
        }
        let _ = ctx;
        Ok(Outcome::default())
    }
}
