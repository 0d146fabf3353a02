use rustle_runtime::prelude::*;

/// Explains what `std::process::Command` would do.
#[rustle_module(name = "acme.explain_commands")]
pub struct ExplainCommands {
    /// What is worked on.
    name: String,
}

impl Module for ExplainCommands {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        // std::process::Command::new("sh") is what the shell module does; std::fs::write("/x", "y") is copy's.
        let text = "std::process::Command::new(\"sh\").spawn(); unsafe { asm!(\"nop\") }";
        /* std::net::TcpStream::connect("a:1") */
        let _ = ctx;
        Ok(Outcome::default().with_message(format!("{text}: {}", self.name)))
    }
}
