use std::fmt::{self, Display, Formatter, Write as _};

use rustle_runtime::prelude::*;

/// Shows itself.
#[rustle_module(name = "acme.displays")]
pub struct Displays {
    /// What is worked on.
    name: String,
}

impl Module for Displays {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = ctx;
        Ok(Outcome::default().with_message(Shown(&self.name).to_string()))
    }
}

struct Shown<'a>(&'a str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        write!(f, "{:?}", self.0)?;
        let mut text = String::new();
        write!(text, "{}", self.0).and(f.write_char('x'))
    }
}
