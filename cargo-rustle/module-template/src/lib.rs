//! The module `example.greet`.

use rustle_runtime::prelude::*;

/// Writes a line into a file.
///
/// # Examples
/// ```yaml
/// - example.greet:
///     path: /etc/motd
///     line: Welcome
/// ```
#[rustle_module(name = "example.greet", permissions = ["fs:write"])]
pub struct Greet {
    /// The file; it is made if it is not there.
    path: PathBuf,
    /// What it should hold.
    #[arg(default = "Hello")]
    line: String,
}

impl Module for Greet {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let wanted = format!("{}\n", self.line);
        if std::fs::read_to_string(&self.path).is_ok_and(|there| there == wanted) {
            return Ok(Outcome::ok());
        }
        if !ctx.check_mode() {
            std::fs::write(&self.path, wanted)?;
        }
        Ok(Outcome::changed())
    }
}
