use rustle_runtime::prelude::*;

/// Documents itself with code.
#[rustle_module(name = "acme.documented_with_code")]
pub struct DocumentedWithCode {
    /// What is worked on.
    name: String,
}

impl Module for DocumentedWithCode {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = ctx;
        Ok(Outcome::default().with_message(quote(&self.name)))
    }
}

/// Quotes `text`.
///
/// ```
/// let out = std::process::Command::new("echo").arg(acme::quote("a b")).output().unwrap();
/// std::fs::write("/tmp/out", out.stdout).unwrap();
/// unsafe { libc::system(c"ls".as_ptr()) };
/// ```
#[doc = "See also `std::net::TcpStream::connect`."]
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
