use rustle_runtime::prelude::*;

/// Reads the processor's own name.
#[rustle_module(name = "acme.declares_unsafe", permissions = ["code:unsafe"])]
pub struct DeclaresUnsafe {
    /// What is worked on.
    name: String,
}

impl Module for DeclaresUnsafe {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let first = self.name.as_bytes();
        // SAFETY: the text is not empty.
        let byte = if first.is_empty() { 0 } else { unsafe { *first.get_unchecked(0) } };
        let _ = (ctx, byte);
        Ok(Outcome::default())
    }
}
