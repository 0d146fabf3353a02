//! A module in one file: what greets whoever logs in.

use rustle_runtime::prelude::*;

/// Writes the message of the day.
///
/// # Examples
/// ```yaml
/// - example.motd:
///     text: "{{ inventory_hostname }} is looked after by Rustle"
/// ```
#[rustle_module(name = "example.motd", version = "1.0.0", permissions = ["fs:read:/etc/motd", "fs:write:/etc/motd"])]
pub struct Motd {
    /// What it says.
    text: String,
    /// The file.
    #[arg(default = "/etc/motd")]
    path: PathBuf,
}

impl Module for Motd {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let wanted = format!("{}\n", self.text);
        let changed = std::fs::read_to_string(&self.path).ok().as_deref() != Some(wanted.as_str());
        if changed && !ctx.check_mode() {
            std::fs::write(&self.path, wanted)?;
        }
        Ok(Outcome::of(changed))
    }
}
