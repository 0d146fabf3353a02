use rustle_runtime::prelude::*;

/// Finds files by a pattern.
#[rustle_module(name = "acme.patterns_of_names", permissions = ["fs:read"])]
pub struct PatternsOfNames {
    /// What is worked on.
    name: String,
}

impl Module for PatternsOfNames {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let pattern = glob::Pattern::new(&self.name).context("no pattern")?;
        let found = glob::glob("/etc/*.conf").context("no pattern")?.flatten();
        let count = found.filter(|path| pattern.matches_path(path)).count();
        let _ = ctx;
        Ok(Outcome::default().with_message(count.to_string()))
    }
}
