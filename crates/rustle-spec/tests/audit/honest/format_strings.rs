use rustle_runtime::prelude::*;

/// Formats.
#[rustle_module(name = "acme.format_strings")]
pub struct FormatStrings {
    /// What is worked on.
    name: String,
}

impl Module for FormatStrings {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let (path, command, unsafe_words) = ("/etc", "fs::write", 3);
        let _ = ctx;
        let text = format!("{path}: {command:>10} {0:?} {unsafe_words:#x} std::fs::read {{}}", self.name);
        let wide = format_args!("{:width$.*}", 2, 1.5, width = path.len()).to_string();
        assert_ne!(text, wide, "std::env::var({command})");
        Ok(Outcome::default().with_message(text))
    }
}
