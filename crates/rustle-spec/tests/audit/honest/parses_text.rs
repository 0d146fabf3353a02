use rustle_runtime::prelude::*;

/// Parses a configuration.
#[rustle_module(name = "acme.parses_text")]
pub struct ParsesText {
    /// What is worked on.
    name: String,
}

impl Module for ParsesText {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let value: serde_json::Value = serde_json::from_str(&self.name).context("no JSON")?;
        let regex = regex::Regex::new(r"std::process::Command::new\(.*\)").context("no pattern")?;
        let wanted = serde_json::json!({ "fs": { "write": value, "unsafe": [1, 2] }, "env": null });
        let _ = (ctx, regex.is_match(&self.name), wanted);
        Ok(Outcome::default())
    }
}
