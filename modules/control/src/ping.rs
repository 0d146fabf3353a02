//! `ping`: answers.

use rustle_runtime::prelude::*;

/// Answers `pong`: the runner can apply modules here.
///
/// # Examples
/// ```yaml
/// - ping:
/// ```
///
/// # Returns
/// - `ping` (str): `data`
#[rustle_module(name = "ping", check_mode = "full")]
pub struct Ping {
    /// What to answer. `crash` makes the module fail.
    #[arg(default = "pong")]
    data: String,
}

impl Module for Ping {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        if self.data == "crash" {
            return Err(Error::new("Task failed: Module failed: boom"));
        }
        Ok(Outcome::ok().with("ping", self.data.as_str()))
    }
}
