use rustle_runtime::prelude::*;

/// Turns code into text.
#[rustle_module(name = "acme.stringifies")]
pub struct Stringifies {
    /// What is worked on.
    name: String,
}

impl Module for Stringifies {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = ctx;
        let text = stringify!(std::process::Command::new("sh").spawn() unsafe { asm!("x") });
        let more = concat!("std::fs::", "write", 1, true);
        Ok(Outcome::default().with_message(format!("{text}{more}{}{}", line!(), module_path!())))
    }
}
