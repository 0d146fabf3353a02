//! `debug`: prints a message or a value.

use rustle_runtime::args::Evaluated;
use rustle_runtime::prelude::*;

/// Prints a message, or the value of an expression.
///
/// # Examples
/// ```yaml
/// - debug:
///     msg: "System {{ inventory_hostname }}"
/// - debug:
///     var: result.stdout
///     verbosity: 2
/// ```
///
/// # Returns
/// - `msg` (raw): the message, where `var` was not given
#[rustle_module(name = "debug", mutually_exclusive = [["msg", "var"]], check_mode = "full")]
pub struct Debug {
    /// The message.
    #[arg(default = "Hello world!")]
    msg: Value,
    /// The expression to print; without braces.
    #[arg(expression)]
    var: Option<Evaluated>,
    /// Prints only from this many `-v` on.
    #[arg(default = 0)]
    verbosity: u8,
}

impl Module for Debug {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        if ctx.snapshot().verbosity < self.verbosity {
            let outcome = Outcome { skipped: true, ..Outcome::ok() };
            return Ok(outcome.with("skipped_reason", "Verbosity threshold not met."));
        }
        let Some(var) = &self.var else {
            return Ok(Outcome::ok().with("msg", self.msg.clone()));
        };
        Ok(match &var.result {
            Ok(value) => Outcome::ok().with(&var.source, value.clone()),
            Err(message) => Outcome::ok()
                .with(&var.source, format!("<< error 1 - {message} >>"))
                .warn(format!("Encountered 1 template error.\nerror 1 - {message}")),
        })
    }
}
