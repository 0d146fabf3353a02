//! `fail`: fails with a message.

use rustle_runtime::prelude::*;

/// Fails with a message. With `when`, it stops a run whose premises do not hold.
///
/// # Examples
/// ```yaml
/// - fail:
///     msg: The disk is too small.
///   when: free_gib < 10
/// ```
#[rustle_module(name = "fail", check_mode = "full")]
pub struct Fail {
    /// The message.
    #[arg(default = "Failed as requested from task")]
    msg: Value,
}

impl Module for Fail {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        Ok(Outcome { failed: true, ..Outcome::default() }.with("msg", self.msg.clone()))
    }
}
