use rustle_runtime::prelude::*;

/// Holds scripts as texts.
#[rustle_module(name = "acme.raw_texts")]
pub struct RawTexts {
    /// What is worked on.
    name: String,
}

impl Module for RawTexts {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let script = r#"
            use std::process::Command;
            fn main() { unsafe { std::fs::write("/etc/passwd", "").unwrap() } }
        "#;
        let bytes = br##"std::net::TcpStream::connect("a:1")"##;
        let c = c"extern \"C\" { fn system(); }";
        let _ = (ctx, bytes.len(), c.count_bytes(), 'f', b's', "\u{66}s");
        Ok(Outcome::default().with_message(script.replace("x", &self.name)))
    }
}
