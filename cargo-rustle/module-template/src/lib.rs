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
#[rustle_module(name = "example.greet", permissions = ["fs:read", "fs:write"])]
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
        let changed = std::fs::read_to_string(&self.path).ok().as_deref() != Some(wanted.as_str());
        if changed && !ctx.check_mode() {
            std::fs::write(&self.path, wanted)?;
        }
        Ok(Outcome::of(changed))
    }
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{self, Scratch, args};

    use super::*;

    #[test]
    fn it_does_what_it_predicts_and_then_nothing_more() {
        let scratch = Scratch::new();
        let args = args! { "path": scratch.path("motd"), "line": "Welcome" };
        testing::predicts::<Greet>(args.clone());
        assert_eq!(scratch.read("motd"), "Welcome\n");
        assert!(!testing::apply::<Greet>(args).changed);
    }
}
